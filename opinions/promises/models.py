"""承诺: what a reply promised, by whom, by which day. It lives on after the matter has closed, across years."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, User
from deputies.organisations.models import Organisation, Unfinished
from liaison.base.workdays.arithmetic import Light, light
from opinions.matters.models import Attachment, Matter, Reporter
from opinions.promises.states import RUNNING, PromiseStatus


class PromiseQuerySet(models.QuerySet["Promise"]):
    def visible_to(self, user: User) -> "PromiseQuerySet":
        """A handling body reads its own promises; everybody else those of the matters in scope."""
        if user.is_active and user.role in DEPARTMENT_ROLES:
            return self.filter(organisation=user.organisation_id)
        return self.filter(matter__in=Matter.objects.visible_to(user).order_by().values("pk"))

    def overdue(self, today: date) -> "PromiseQuerySet":
        """Not done and not reported on, and the day is over."""
        return self.filter(status=PromiseStatus.OPEN, due_on__lt=today)


class Promise(models.Model):
    """One promise: point `point` of `reply`, binding `organisation`.

    `first_due_on` is the day first named and `due_on` the one that holds now; those between stand in its chain.
    `reports` counts the reports of done; `put_for` is the due day for which it was put before the supervising side.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="promises", verbose_name=_("事项"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("承诺单位")
    )
    reply = models.ForeignKey("opinions.Reply", on_delete=models.PROTECT, related_name="promises")
    point = models.PositiveSmallIntegerField()
    problem = models.CharField(_("问题"), max_length=200)
    what = models.TextField(_("承诺"))
    person = models.CharField(_("责任人"), max_length=40)
    made_on = models.DateField(_("承诺日"))
    first_due_on = models.DateField(_("最初期限"))
    due_on = models.DateField(_("期限"))
    warn_on = models.DateField()
    status = models.CharField(_("状态"), max_length=10, choices=PromiseStatus, default=PromiseStatus.OPEN)
    version = models.PositiveIntegerField(default=1)
    moves = models.PositiveSmallIntegerField(_("改期次数"), default=0)
    asked_on = models.DateField(null=True, blank=True, help_text="the day to which the body asks to move it")
    asked_reason = models.TextField(blank=True)
    reports = models.PositiveSmallIntegerField(default=0)
    report_text = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    photos = models.ManyToManyField(Attachment, related_name="+", blank=True)
    put_for = models.DateField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    objects = PromiseQuerySet.as_manager()
    personal_fields = ("problem", "what", "person", "asked_reason", "report_text")
    unfinished = Unfinished("organisation", RUNNING, _("没有结果的承诺"))

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "point"], name="promise_once_per_point"),
            models.CheckConstraint(condition=Q(due_on__gte=F("warn_on")), name="promise_warn_before_due"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "reported"], settled_at__isnull=True)
                | Q(status__in=["kept", "not_kept", "withdrawn"], settled_at__isnull=False),
                name="promise_settled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="reported") | Q(reported_at__isnull=False), name="promise_reported_has_time"
            ),
            models.CheckConstraint(
                condition=Q(asked_on__isnull=True) | Q(status="open"), name="promise_move_asked_while_open"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "due_on", "id"], name="promise_body_status_due"),
            models.Index(fields=["status", "due_on", "id"], name="promise_status_due"),
            models.Index(fields=["due_on", "id"], name="promise_due"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def chain(self) -> str:
        """Name of this promise's chain in the ledger; the matter's history tells it as well."""
        return f"promise:{self.pk}"

    @property
    def status_tone(self) -> str:
        return PromiseStatus(self.status).tone

    def awaits_word(self, today: date) -> bool:
        """Whether residents are asked: the day is over, or the body says that it is done."""
        if self.status == PromiseStatus.WITHDRAWN:
            return False
        return self.status != PromiseStatus.OPEN or self.due_on < today

    def light_on(self, today: date) -> Light | None:
        """Its light: by its dates while nothing is reported, red once it was not kept."""
        if self.status == PromiseStatus.NOT_KEPT:
            return Light.RED
        return light(self.due_on, self.warn_on, today) if self.status == PromiseStatus.OPEN else None


class PromiseWord(models.Model):
    """What a resident says of a promise: done or not. Once for each due day and each report of the body."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="words")
    reporter = models.ForeignKey(Reporter, null=True, on_delete=models.SET_NULL, related_name="+")
    due_on = models.DateField()
    report = models.PositiveSmallIntegerField()
    done = models.BooleanField(_("办到没有"))
    text = models.TextField(blank=True)
    photos = models.ManyToManyField(Attachment, related_name="+", blank=True)
    at = models.DateTimeField()
    personal_fields = ("text",)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["promise", "reporter", "due_on", "report"], name="promise_word_once")
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.at:%Y-%m-%d}"
