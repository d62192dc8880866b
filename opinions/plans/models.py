"""办理计划 (Z11): measures with body, person and day, their milestones, what was done, and what was done again."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from opinions.matters.models import Attachment, Matter
from opinions.plans.states import MeasureStatus
from opinions.proposals.models import Proposal, ProposalSource


class PlanQuerySet(models.QuerySet["Plan"]):
    def of(self, matter: Matter) -> "PlanQuerySet":
        """The matter's own plan, then the projects of proposals in which it is."""
        held = ProposalSource.objects.filter(matter=matter, unlinked_at=None).values("proposal")
        own_first = Case(When(matter=matter, then=0), default=1)
        return self.filter(Q(matter=matter) | Q(proposal__in=held)).order_by(own_first, "id")


class Plan(models.Model):
    """The plan of one matter. With `project_on` it is a small project (Z12) with a name, a budget line and dates.

    One made of a `proposal` stands for all opinions in it; `matter` is the one of them that carries it.
    """

    matter = models.OneToOneField(Matter, on_delete=models.CASCADE, related_name="plan")
    name = models.CharField(_("项目名称"), max_length=80, blank=True)
    body = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("实施单位")
    )
    proposal = models.OneToOneField(
        Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="project", verbose_name=_("来自建议")
    )
    budget_line = models.CharField(_("资金来源"), max_length=120, blank=True)
    project_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(_("开工日期"), null=True, blank=True)
    ends_on = models.DateField(_("完工日期"), null=True, blank=True)
    made_at = models.DateTimeField()
    objects = PlanQuerySet.as_manager()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project_on__isnull=True)
                | Q(body__isnull=False, starts_on__isnull=False, ends_on__isnull=False, ends_on__gte=F("starts_on")),
                name="plan_project_is_complete",
            )
        ]

    def __str__(self) -> str:
        return self.name or str(_("办理计划"))


class Measure(models.Model):
    """One measure: what, which body, who, by when."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="measures")
    text = models.CharField(_("措施"), max_length=300)
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    person = models.CharField(_("责任人"), max_length=40)
    due_on = models.DateField(_("完成日期"))
    status = models.CharField(_("状态"), max_length=10, choices=MeasureStatus, default=MeasureStatus.OPEN)
    version = models.PositiveIntegerField(default=1)
    done_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("text", "person")

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "redo"], done_at__isnull=True)
                | Q(status__in=["done", "accepted"], done_at__isnull=False),
                name="measure_done_has_time",
            )
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(status__in=["open", "redo"]), name="measure_undone_due"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def chain(self) -> str:
        """Name of this measure's chain in the ledger; the matter's history tells it as well."""
        return f"measure:{self.pk}"


class Milestone(models.Model):
    """节点: a day on the way to a measure."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(_("节点"), max_length=80)
    due_on = models.DateField(_("日期"))
    reached_on = models.DateField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["due_on"], condition=Q(reached_on__isnull=True), name="milestone_unreached")]

    def __str__(self) -> str:
        return self.name


class Phase(models.TextChoices):
    BEFORE = "before", _("整改前")
    DURING = "during", _("进行中")
    AFTER = "after", _("整改后")


class Progress(models.Model):
    """What was done, in words and photos (Z10)."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="progress")
    phase = models.CharField(_("阶段"), max_length=10, choices=Phase, default=Phase.DURING)
    text = models.TextField(_("进展"))
    photos = models.ManyToManyField(Attachment, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("text",)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.at:%Y-%m-%d}"


class Redo(models.Model):
    """不达标重做: why, and who was responsible when it was found wanting (Z11: traceable, redone if below standard)."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="redos")
    reason = models.TextField(_("哪里不达标"))
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.CharField(max_length=40)
    was_due_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("reason", "person")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.at:%Y-%m-%d}"
