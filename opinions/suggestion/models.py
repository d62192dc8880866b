"""Models that a district has trained, what their labels mean here, and what was proposed for each matter."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from opinions.catalog.models import Category
from opinions.matters.models import Matter


class ModelStatus(models.TextChoices):
    CANDIDATE = "candidate", _("待启用")
    ACTIVE = "active", _("使用中")
    RETIRED = "retired", _("已停用")

    @property
    def tone(self) -> str:
        """How the state badge looks."""
        return {self.CANDIDATE: "wait", self.ACTIVE: "good", self.RETIRED: "neutral"}[self]


class SuggestionModel(models.Model):
    """One trained model of a district. Its content is the folder; this row says what it is worth and if it is used.

    Training makes candidates only; a person activates one.
    """

    district = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("区人大常委会")
    )
    version = models.PositiveIntegerField(_("版本"))
    folder = models.CharField(max_length=120, help_text="below VAR_DIR/models")
    checksum = models.CharField(max_length=64)
    status = models.CharField(_("状态"), max_length=10, choices=ModelStatus, default=ModelStatus.CANDIDATE)
    threshold = models.FloatField(_("把握门槛"))
    source = models.CharField(_("训练数据"), max_length=120)
    rows = models.PositiveIntegerField(_("训练条数"))
    labels = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-version", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "version"], name="suggestion_model_version_once"),
            models.UniqueConstraint(fields=["district", "checksum"], name="suggestion_model_checksum_once"),
            models.UniqueConstraint(
                fields=["district"], condition=Q(status="active"), name="suggestion_model_one_active"
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=0) & Q(threshold__lte=1), name="suggestion_model_threshold_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.version}"

    @property
    def status_member(self) -> ModelStatus:
        """The status as a member of its enum, with its words and tone."""
        return ModelStatus(self.status)

    def concerns(self, user: User) -> bool:
        """Whether the user acts for the district whose model it is."""
        return user.organisation_id == self.district_id


class LabelMeaning(models.Model):
    """Which category of the catalog a label means in a district; none where staff have yet to say so."""

    district = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(_("标签"), max_length=60)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["label", "id"]
        constraints = [models.UniqueConstraint(fields=["district", "label"], name="label_meaning_once")]

    def __str__(self) -> str:
        return f"{self.label} → {self.category or '—'}"

    @property
    def words(self) -> str:
        """The label in words: of one that is a category's code, the name (the category must be loaded)."""
        return self.category.name if self.category and self.category.code == self.label else self.label


class Outcome(models.TextChoices):
    """What became of a proposal."""

    ABSTAINED = "abstained", _("把握不足，没有建议")
    AGREED = "agreed", _("与所选类别一致")
    OFFERED = "offered", _("待确认")
    ACCEPTED = "accepted", _("已采用")
    OVERRIDDEN = "overridden", _("改选了别的类别")
    IGNORED = "ignored", _("没有理会")


DECIDED = (Outcome.ACCEPTED, Outcome.OVERRIDDEN)
"""A person has said what the category is."""


class Suggestion(models.Model):
    """What a model proposed for one matter, once, and what staff made of it."""

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="suggestion")
    model = models.ForeignKey(SuggestionModel, on_delete=models.PROTECT, related_name="suggestions")
    label = models.CharField(max_length=60)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confidence = models.FloatField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        indexes = [
            models.Index(fields=["model", "outcome"], name="suggestion_model_outcome"),
            models.Index(fields=["matter"], condition=Q(outcome="offered"), name="suggestion_offered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1), name="suggestion_confidence_is_a_share"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["accepted", "overridden"]) | Q(decided_at__isnull=False),
                name="suggestion_decided_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["offered", "agreed", "accepted"]) | Q(category__isnull=False),
                name="suggestion_offered_has_category",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.label} {self.confidence:.2f}"

    @property
    def percent(self) -> int:
        """The confidence in whole percent, never rounded up to certainty."""
        return int(self.confidence * 100)

    @property
    def is_offered(self) -> bool:
        """Whether it waits for a person's word."""
        return self.outcome == Outcome.OFFERED
