"""群众监督员 (Z12): residents who look once a month whether what was promised is being done."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.encryption import EncryptedCharField
from liaison.base.files.models import StoredFile
from opinions.matters.models import Matter
from opinions.plans.models import Plan


class InspectorGroup(models.Model):
    """A group of inspectors of a street, named by a community or another body."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("机构"))
    name = models.CharField(_("名称"), max_length=60)
    named_by = models.CharField(_("推荐单位"), max_length=80)
    made_at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["organisation", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="inspector_group_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """Name of this group's chain in the ledger."""
        return f"inspectors:{self.pk}"


class Inspector(models.Model):
    """A resident who agreed to look, for a term. The number goes when the term ends."""

    group = models.ForeignKey(InspectorGroup, on_delete=models.CASCADE, related_name="inspectors")
    name = models.CharField(_("姓名"), max_length=40)
    phone = EncryptedCharField(_("手机"), max_length=20, blank=True)
    consented_on = models.DateField(_("本人同意日期"))
    since = models.DateField(_("任期从"))
    until = models.DateField(_("任期到"))
    ended_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("name", "phone")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="inspector_term"),
            models.CheckConstraint(condition=Q(consented_on__lte=F("since")), name="inspector_agreed_first"),
            models.CheckConstraint(condition=Q(ended_at__isnull=True) | Q(phone=""), name="inspector_ended_no_phone"),
        ]

    def __str__(self) -> str:
        return self.name


class Watch(models.Model):
    """What a group looks at every month: a matter, or the plan or project of one. `what` is all that inspectors read
    of it beside public measures. `next_on` is the day on which the sweep must look."""

    group = models.ForeignKey(InspectorGroup, on_delete=models.CASCADE, related_name="watches")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="watches")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.CASCADE, related_name="watches")
    what = models.CharField(_("看什么"), max_length=120)
    since = models.DateField(_("从"), help_text="the first day of a month")
    until = models.DateField(_("到"), help_text="the first day of the last month")
    next_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("what",)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="watch_months"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(next_on__isnull=True), name="watch_ended_asks_no_more"
            ),
            models.UniqueConstraint(
                fields=["group", "matter"], condition=Q(ended_at__isnull=True), name="watch_once_per_group"
            ),
        ]
        indexes = [models.Index(fields=["next_on", "id"], condition=Q(next_on__isnull=False), name="watch_next")]

    def __str__(self) -> str:
        return self.what


class Finding(models.TextChoices):
    AS_PLANNED = "as_planned", _("和计划一致")
    BEHIND = "behind", _("进度落后")
    UNTRUE = "untrue", _("与所说不符")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"as_planned": "good", "behind": "warn", "untrue": "bad"}[self.value]


class Check(models.Model):
    """One month's look by one inspector, through a one-time link; without `done_at` it was asked for and not done."""

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="checks")
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="checks")
    month = models.DateField(help_text="the first day of the month")
    token = EncryptedCharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_on = models.DateField(help_text="last day on which the link opens, in Asia/Shanghai")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(_("看到的情况"), max_length=10, choices=Finding, blank=True)
    text = models.TextField(_("说明"), blank=True)
    photos = models.ManyToManyField(StoredFile, related_name="+")
    personal_fields = ("token", "token_hash", "text")

    class Meta:
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["watch", "month"], name="check_once_a_month"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, finding="") | (Q(done_at__isnull=False) & ~Q(finding="")),
                name="check_done_has_finding",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.watch_id} {self.month:%Y-%m}"

    def open_on(self, day: date) -> bool:
        """Whether the link still opens."""
        return self.done_at is None and day <= self.expires_on

    @property
    def status_tone(self) -> str:
        """Tone of the badge of the finding."""
        return Finding(self.finding).tone if self.finding else "neutral"
