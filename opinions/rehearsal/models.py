"""Rehearsals of rules over the past, with every difference, and activations at a set time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from liaison.base.jobs.models import Job, JobStatus
from opinions.catalog.models import Tier
from opinions.matters.models import Matter
from opinions.routing.models import RuleSet

QUIET = timedelta(minutes=2)
"""A rehearsal without a job that was not heard of for so long has stopped."""


class Against(models.TextChoices):
    IN_FORCE = "in_force", _("现在生效的规则")
    VERSION = "version", _("另一个版本")
    HAPPENED = "happened", _("当时实际的分派")


class Phase(models.TextChoices):
    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("失败")

    @property
    def tone(self) -> str:
        """How the state badge looks."""
        return {"waiting": "wait", "running": "active", "done": "good", "cancelled": "neutral", "failed": "bad"}[
            self.value
        ]

    @property
    def is_open(self) -> bool:
        """Whether it still has to be waited for."""
        return self in (Phase.WAITING, Phase.RUNNING)


class Rehearsal(models.Model):
    """A version of rules replayed over the opinions of a period, and what would have been different.

    `run` tells the workers that took it apart: only the newest writes. `fingerprint` is of the rules as they were
    rehearsed.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rehearsals")
    against = models.CharField(_("和什么比较"), max_length=10, choices=Against)
    other = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    since = models.DateField(_("从哪天"))
    until = models.DateField(_("到哪天"))
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="rehearsal")
    run = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["rule_set", "-id"], name="rehearsal_of_version")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="rehearsal_period_forward"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(cancelled_at__isnull=True), name="rehearsal_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set} {self.since}–{self.until}"

    def phase(self, now: datetime) -> Phase:
        """Where it stands; what becomes of the worker is read from its job."""
        if self.finished_at:
            return Phase.DONE
        if self.cancelled_at:
            return Phase.CANCELLED
        if self.job is None:
            return Phase.RUNNING if now - self.beat_at < QUIET else Phase.FAILED
        return {JobStatus.QUEUED.value: Phase.WAITING, JobStatus.RUNNING.value: Phase.RUNNING}.get(
            self.job.status, Phase.FAILED
        )

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0


class Difference(models.Model):
    """One opinion that would be decided otherwise; keys only, so that hundreds of thousands are small.

    `fate` is a `Fate` of replaying. Body, deputy and rule are keys without a constraint: names are looked up when they
    are shown.
    """

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, db_index=False, related_name="differences")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    old_tier = models.PositiveSmallIntegerField(choices=Tier, null=True)
    new_tier = models.PositiveSmallIntegerField(choices=Tier, null=True)
    old_body = models.PositiveBigIntegerField(null=True)
    new_body = models.PositiveBigIntegerField(null=True)
    old_deputy = models.PositiveBigIntegerField(null=True)
    new_deputy = models.PositiveBigIntegerField(null=True)
    old_rule = models.PositiveBigIntegerField(null=True)
    new_rule = models.PositiveBigIntegerField(null=True)
    old_fate = models.PositiveSmallIntegerField(default=0)
    new_fate = models.PositiveSmallIntegerField(default=0)
    old_confirm = models.BooleanField()
    new_confirm = models.BooleanField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["rehearsal", "id"], name="difference_of_rehearsal")]

    def __str__(self) -> str:
        return f"{self.rehearsal_id}: {self.matter_id}"


class PlanStatus(models.TextChoices):
    WAITING = "waiting", _("等待生效")
    DONE = "done", _("已生效")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("没有生效")

    @property
    def tone(self) -> str:
        """How the state badge looks."""
        return {"waiting": "wait", "done": "good", "cancelled": "neutral", "failed": "bad"}[self.value]


class PlannedActivation(models.Model):
    """A draft that is to be in force from a moment on; beat does it once. `problem` says why it could not be."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="planned_activations")
    at = models.DateTimeField(_("生效时间"))
    status = models.CharField(max_length=10, choices=PlanStatus, default=PlanStatus.WAITING)
    problem = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("problem",)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set"], condition=Q(status="waiting"), name="planned_activation_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", settled_at__isnull=True)
                | (~Q(status="waiting") & Q(settled_at__isnull=False)),
                name="planned_activation_settled_has_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(status="waiting"), name="planned_activation_due"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set} {self.at:%Y-%m-%d %H:%M}"

    @property
    def status_member(self) -> PlanStatus:
        """The status as a member of its enum, with its words and tone."""
        return PlanStatus(self.status)
