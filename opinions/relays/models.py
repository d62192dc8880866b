"""Relays: the file that goes up, and the part of each deputy who is named."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import streets_of
from deputies.roster.models import CongressLevel, Deputy
from opinions.handling.models import Reply
from opinions.matters.models import Attachment, Matter
from opinions.matters.states import Status
from opinions.relays.states import CLOSED_TO, RUNNING, BatonStatus


class Relay(models.Model):
    """接力: one handing up, to named deputies of one level, with what they are given to read.

    The file is a copy that the committee read before it went up: without what leads to the resident, unless the
    resident agreed (`identified`, with `consent` saying how).
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="relays")
    level = models.CharField(_("级别"), max_length=12, choices=CongressLevel)
    deputies = models.ManyToManyField(Deputy, through="Baton", related_name="+")
    reason = models.TextField(_("原因"))
    title = models.CharField(_("标题"), max_length=80, blank=True)
    content = models.TextField(_("群众反映"), blank=True)
    summary = models.TextField(_("办理经过"), blank=True)
    identified = models.BooleanField(_("告知反映人姓名"), default=False)
    consent = models.TextField(_("居民怎样同意的"), blank=True)
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("reason", "title", "content", "summary", "consent")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(identified=False) | ~Q(consent=""), name="relay_identified_has_consent")
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.get_level_display()}"


class BatonQuerySet(models.QuerySet["Baton"]):
    def visible_to(self, user: User) -> "BatonQuerySet":
        """The parts in the user's scope: the own and the helped deputies'; those of the own street and district."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == Role.DEPUTY:
            return self.filter(deputy__user=user)
        if user.role in STREET_ROLES:
            return self.filter(Q(deputy__helper=user) | Q(relay__matter__street__in=streets_of(user)))
        if user.role in DISTRICT_ROLES:
            return self.filter(relay__matter__district=user.organisation_id)
        return self.none()

    def named_to(self, user: User) -> "BatonQuerySet":
        """The parts of the deputy whom the user is, or helps."""
        mine = Q(deputy__user=user) if user.role == Role.DEPUTY else Q(deputy__helper=user)
        return self.filter(mine)

    def running(self) -> "BatonQuerySet":
        """Those of whom something is still to come."""
        return self.filter(status__in=RUNNING, relay__matter__status=Status.RELAYED)


class Baton(models.Model):
    """接力棒: one named deputy's part in a relay. What the deputy answers is an internal Reply until it is reported
    back to the resident."""

    relay = models.ForeignKey(Relay, on_delete=models.CASCADE, related_name="batons")
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="batons")
    status = models.CharField(_("状态"), max_length=10, choices=BatonStatus, default=BatonStatus.PENDING)
    version = models.PositiveIntegerField(default=1)
    named_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    answer = models.OneToOneField(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="baton")

    objects = BatonQuerySet.as_manager()
    personal_fields = ("reason",)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["relay", "deputy"], name="baton_once_per_deputy"),
            models.CheckConstraint(
                condition=~Q(status="taken") | Q(taken_at__isnull=False), name="baton_taken_has_time"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "taken"], ended_at__isnull=True)
                | (~Q(status__in=["pending", "taken"]) & Q(ended_at__isnull=False)),
                name="baton_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="answered", answer__isnull=False) | (~Q(status="answered") & Q(answer__isnull=True)),
                name="baton_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["declined", "withdrawn"]) | ~Q(reason=""), name="baton_refused_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["deputy", "status", "-id"], name="baton_deputy_status")]

    def __str__(self) -> str:
        return f"{self.deputy} {self.get_status_display()}"

    @property
    def chain(self) -> str:
        """Name of this part's chain in the ledger; the matter's history tells it as well."""
        return f"baton:{self.pk}"

    @property
    def status_tone(self) -> str:
        return BatonStatus(self.status).tone

    @property
    def opens_file(self) -> bool:
        """Whether the deputy may read the file."""
        return self.status not in CLOSED_TO
