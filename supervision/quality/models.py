"""办理质量: what the supervising side found in a reply, against a checklist kept by staff (Z16)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from opinions.handling.models import Reply
from opinions.matters.models import Matter, Quality


class Level(models.TextChoices):
    """What a review found. That nothing was found is a fact too; it lights nothing."""

    GOOD = "good", _("未发现问题")
    LOW = "low", _("标准不高")
    POOR = "poor", _("质量差")

    @property
    def tone(self) -> str:
        return {"good": "good", "low": "warn", "poor": "bad"}[self.value]


class ChecklistItem(models.Model):
    """One thing that can be wrong with a reply; `implies` is the level where the reviewer names none."""

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=20)
    guidance = models.CharField(_("怎样算"), max_length=200, blank=True)
    implies = models.CharField(_("一般评为"), max_length=4, choices=Quality)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("答复质量清单")
        verbose_name_plural = _("答复质量清单")

    def __str__(self) -> str:
        return self.name


class QualityMark(models.Model):
    """One review of one reply. It lights the matter until it is lifted or a newer reply takes its place.

    `next_on` is the day on which the sweep must look at it (none: nothing more comes of it).
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="quality_marks")
    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="quality_marks")
    level = models.CharField(_("结论"), max_length=4, choices=Level)
    items = models.ManyToManyField(ChecklistItem, blank=True, related_name="+")
    reason = models.TextField(_("理由"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.TextField(blank=True)
    next_on = models.DateField(null=True, blank=True)
    personal_fields = ("reason", "lift_reason")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["next_on", "id"], condition=Q(next_on__isnull=False), name="quality_mark_next")]
        constraints = [
            models.UniqueConstraint(
                fields=["reply"], condition=Q(lifted_at__isnull=True), name="quality_mark_one_live"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="quality_mark_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="quality_mark_lifted_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.level}"

    @property
    def level_tone(self) -> str:
        """Tone of the badge."""
        return Level(self.level).tone
