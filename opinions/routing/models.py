"""Routing rules as data, in numbered versions, and every decision with its reasons."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Reason, Tier, Urgency
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
    """One numbered version of the rules of a district, or of one street of it; of each one is active.

    A district's version says what its streets may decide: `street_tiers` and `street_resolvers`.
    """

    district = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rule_sets")
    street = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="own_rule_sets"
    )
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=RuleSetStatus, default=RuleSetStatus.DRAFT)
    note = models.CharField(max_length=200, blank=True)
    street_tiers = models.JSONField(default=list, blank=True)
    street_resolvers = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-version", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "version"], condition=Q(street=None), name="rule_set_version_once"
            ),
            models.UniqueConstraint(
                fields=["street", "version"], condition=Q(street__isnull=False), name="rule_set_street_version_once"
            ),
            models.UniqueConstraint(
                fields=["district"], condition=Q(status="active", street=None), name="rule_set_one_active"
            ),
            models.UniqueConstraint(
                fields=["street"], condition=Q(status="active", street__isnull=False), name="rule_set_street_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street or self.district} {self.version}"

    @property
    def key(self) -> str:
        """The version in an address: its number, for a street with the street's before it."""
        return f"s{self.street_id}-{self.version}" if self.street_id else str(self.version)

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
    COURT = "court", _("本区人民法院")
    PROCURATORATE = "procuratorate", _("本区人民检察院")
    SUPERVISORY = "supervisory", _("本区监察委员会")
    NAMED = "named", _("指定机构")
    COMMITTEE = "committee", _("区人大常委会")
    PROPOSAL_DRAFT = "proposal_draft", _("区人大常委会，研究后形成建议初稿")
    NEXT_CONGRESS = "next_congress", _("区人大常委会，请上一级人大代表接力")


class Rule(models.Model):
    """One rule: when all groups of conditions hold, this tier and body. Order decides; the first match wins.

    `lineage` is shared by the copies of a rule in later versions. `is_place` marks where the rules of the streets are
    looked at; such a row says nothing else. A rule's own limit is for the reply; without an amount the policy rules.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    lineage = models.UUIDField(default=uuid4, editable=False)
    is_place = models.BooleanField(default=False)
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
    limit_amount = models.PositiveSmallIntegerField(_("答复时限"), null=True, blank=True)
    limit_unit = models.CharField(max_length=20, choices=Unit, blank=True)
    tags = models.JSONField(_("标签"), default=list, blank=True)
    fast_lane = models.BooleanField(_("马上办"), default=False)
    confirm = models.BooleanField(_("须人工确认"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "order"], name="rule_order_once"),
            models.UniqueConstraint(fields=["rule_set"], condition=Q(is_place=True), name="rule_one_place"),
            models.CheckConstraint(
                condition=Q(limit_amount__isnull=True, limit_unit="") | (Q(limit_amount__gte=1) & ~Q(limit_unit="")),
                name="rule_limit_whole",
            ),
            models.CheckConstraint(
                condition=~Q(resolver="named") | Q(organisation__isnull=False), name="rule_named_has_organisation"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CoHandler(models.Model):
    """协办: a body that is to help the lead of a rule, found as the lead is."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="co_handlers")
    resolver = models.CharField(max_length=20, choices=Resolver)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolver="named", organisation__isnull=False)
                | (~Q(resolver="named") & Q(organisation__isnull=True)),
                name="co_handler_named_has_organisation",
            )
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.get_resolver_display())


class RoutingDecision(models.Model):
    """What the engine (or a person overriding it) decided, with what it saw."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="decisions")
    rule_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(Rule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    street_set = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule_name = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    why = models.JSONField(default=list)
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.JSONField(default=dict, blank=True, help_text="co-handlers, limit, tags, fast lane")
    problem = models.CharField(max_length=200, blank=True, help_text="why the body could not be found")
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    because = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    personal_fields = ("facts", "why", "reason")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.matter_id}: {self.rule_name or self.problem}"
