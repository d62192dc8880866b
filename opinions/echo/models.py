"""An echo: one edition of a de-identified text, and its own copies of pictures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Division
from liaison.base.files.models import StoredFile
from opinions.catalog.models import Category
from opinions.echo.states import UNDER_WAY, EchoStatus
from opinions.matters.models import Attachment, Matter

CONSENTED = Q(own_words=False) | Q(matter__opinion__consent_publish=True)
"""The resident's words stand there only as long as the consent does, whatever its status says."""

LOST = Q(status="published", own_words=True, matter__opinion__consent_publish=False)
"""Nobody reads it any more, and its end stands in no history yet."""


class EchoQuerySet(models.QuerySet["Echo"]):
    def shown(self) -> "EchoQuerySet":
        """What everybody may read now."""
        return self.filter(CONSENTED, status=EchoStatus.PUBLISHED)

    def visible_to(self, user: User) -> "EchoQuerySet":
        """The echoes of the matters in the user's scope."""
        return self.filter(matter__in=Matter.objects.visible_to(user).order_by().values("pk"))


class Echo(models.Model):
    """One edition of what is told of a matter. `code` is its public address and the same for all editions; it owes
    nothing to the tracking code.

    Texts are frozen once submitted; a later edit is a further edition with `number` + 1, which is approved anew. Facts
    (what was replied, solved, rated, promised) are no copies: they are read where they stand, so that a matter that is
    handled again is never shown as solved. `own_words` says whether the resident's own words are told; without consent
    it is False. `kept` are places that a reader found harmless: kind and text to the reason.
    """

    code = models.CharField(max_length=7)
    number = models.PositiveSmallIntegerField(default=1)
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="echoes", verbose_name=_("事项"))
    status = models.CharField(_("状态"), max_length=10, choices=EchoStatus, default=EchoStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    own_words = models.BooleanField(default=False)
    title = models.CharField(_("标题"), max_length=60)
    raised = models.TextField(_("群众反映"))
    done = models.TextField(_("办了什么"))
    bodies = models.CharField(_("谁办的"), max_length=200)
    area = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("街道"))
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("类别")
    )
    kept = models.JSONField(default=dict, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="why it was sent back or taken back")
    published_at = models.DateTimeField(
        _("公开时间"), null=True, blank=True, help_text="of the first edition: a correction does not move it up"
    )
    objects = EchoQuerySet.as_manager()
    personal_fields = ("title", "raised", "done", "bodies", "kept", "reason")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(status__in=UNDER_WAY), name="echo_one_under_way"),
            models.UniqueConstraint(fields=["matter"], condition=Q(status="published"), name="echo_one_published"),
            models.UniqueConstraint(fields=["code", "number"], name="echo_edition_once"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False, decided_by__isnull=False),
                name="echo_published_was_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | ~Q(decided_by=models.F("submitted_by")),
                name="echo_approved_by_another",
            ),
        ]
        indexes = [models.Index(fields=["status", "-published_at", "-id"], name="echo_status_published")]

    def __str__(self) -> str:
        return self.title

    @property
    def chain(self) -> str:
        """Name of this edition's chain in the ledger; the matter's history tells it as well."""
        return f"echo:{self.pk}"

    @property
    def status_tone(self) -> str:
        return EchoStatus(self.status).tone

    def texts(self) -> dict[str, str]:
        """The texts that everybody will read, by the name of their field."""
        return {"title": self.title, "raised": self.raised, "done": self.done, "bodies": self.bodies}


class Moment(models.TextChoices):
    BEFORE = "before", _("办理前")
    AFTER = "after", _("办理后")


class EchoPhoto(models.Model):
    """A picture of an echo: a copy of its own, made anew without metadata, smaller, with what is blacked out.

    `boxes` are rectangles in thousandths of width and height (left, top, right, bottom). No program here recognises
    faces or plates, so nothing is submitted before a person has looked (`checked_at`); blacking out asks again.
    """

    echo = models.ForeignKey(Echo, on_delete=models.CASCADE, related_name="photos")
    source = models.ForeignKey(Attachment, null=True, on_delete=models.SET_NULL, related_name="+")
    moment = models.CharField(max_length=6, choices=Moment)
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", help_text="for lists, a few kB")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    boxes = models.JSONField(default=list, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["echo", "source"], name="echo_photo_once")]

    def __str__(self) -> str:
        return f"{self.echo_id} {self.get_moment_display()}"
