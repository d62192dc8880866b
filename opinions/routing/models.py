"""Routing rules as data, in numbered versions, and every decision with its reasons."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from opinions.catalog.models import Tier, Urgency
from opinions.matters.models import Matter


class RuleSetStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    ACTIVE = "active", pgettext_lazy("state", "生效")
    RETIRED = "retired", pgettext_lazy("state", "停用")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"draft": "wait", "active": "good", "retired": "neutral"}[self.value]


class RuleSet(models.Model):
    """One numbered version of a district's rules; one is active."""

    district = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rule_sets")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=RuleSetStatus, default=RuleSetStatus.DRAFT)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["district", "version"], name="rule_set_version_once"),
            models.UniqueConstraint(fields=["district"], condition=Q(status="active"), name="rule_set_one_active"),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.version}"

    @property
    def status_tone(self) -> str:
        return RuleSetStatus(self.status).tone


class Resolver(models.TextChoices):
    """How the body is found."""

    ADDRESSED_DEPUTY = "addressed_deputy", _("居民扫码的这位代表")
    DISTRICT_DEPUTY = "district_deputy", _("本选区的代表")
    COMMUNITY = "community", _("所在社区")
    STREET = "street", _("所在街道工委")
    STREET_OFFICE = "street_office", _("所在街道办事处")
    RESPONSIBLE = "responsible", _("该类别的责任部门")
    NAMED = "named", _("指定机构")
    COMMITTEE = "committee", _("区人大常委会")


class Rule(models.Model):
    """One rule: when all conditions hold, this tier and body. Order decides; the first match wins."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    order = models.PositiveSmallIntegerField(_("顺序"))
    name = models.CharField(_("名称"), max_length=80)
    enabled = models.BooleanField(_("启用"), default=True)
    conditions = models.JSONField(_("条件"), default=list, blank=True)
    tier = models.PositiveSmallIntegerField(_("层级"), choices=Tier)
    resolver = models.CharField(_("交给"), max_length=20, choices=Resolver)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("指定机构")
    )
    urgency = models.CharField(_("缓急"), max_length=10, choices=Urgency, blank=True)
    confirm = models.BooleanField(_("须人工确认"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "order"], name="rule_order_once"),
            models.CheckConstraint(
                condition=~Q(resolver="named") | Q(organisation__isnull=False), name="rule_named_has_organisation"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingDecision(models.Model):
    """What the engine (or a person overriding it) decided, with what it saw."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="decisions")
    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(Rule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule_name = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    why = models.JSONField(default=list)
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    problem = models.CharField(max_length=200, blank=True, help_text="why the body could not be found")
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    personal_fields = ("facts", "why", "reason")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.matter_id}: {self.rule_name or self.problem}"
