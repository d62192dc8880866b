"""Proposals (代表建议) with the opinions they came of, and the research notes that carry them.

For now the draft and its result; the rest of a proposal's life comes later.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.files.models import StoredFile
from opinions.matters.models import Matter
from opinions.proposals.states import ProposalStatus


class Proposal(models.Model):
    """A formal document of one or more deputies, drafted between sessions (闭会期间建议)."""

    title = models.CharField(_("标题"), max_length=120)
    situation = models.TextField(_("情况"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    request = models.TextField(_("建议"), blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=ProposalStatus, default=ProposalStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    lead = models.ForeignKey(
        Deputy,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="led_proposals",
        verbose_name=_("领衔代表"),
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("起草机构")
    )
    sources = models.ManyToManyField(
        Matter, through="ProposalSource", related_name="proposals", verbose_name=_("来源事项")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("title", "situation", "analysis", "request")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft", answered_at__isnull=True) | Q(status="answered", answered_at__isnull=False),
                name="proposal_answered_has_time",
            )
        ]
        indexes = [models.Index(fields=["organisation", "status", "-id"], name="proposal_organisation")]

    def __str__(self) -> str:
        return self.title

    @property
    def chain(self) -> str:
        """Name of this proposal's chain in the ledger."""
        return f"proposal:{self.pk}"

    @property
    def status_tone(self) -> str:
        return ProposalStatus(self.status).tone


class ProposalSource(models.Model):
    """An opinion linked with a proposal; a link that was taken back stays as history."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="links")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="proposal_links")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    unlinked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unlinked_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    personal_fields = ("reason",)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "matter"], condition=Q(unlinked_at__isnull=True), name="proposal_source_once"
            ),
            models.CheckConstraint(
                condition=Q(unlinked_at__isnull=True) | ~Q(reason=""), name="proposal_source_unlinked_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.matter_id}"


class ResearchNote(models.Model):
    """调研记录: who looked where and when, and what they found (H4, tier 4)."""

    title = models.CharField(_("主题"), max_length=80)
    held_on = models.DateField(_("日期"))
    place = models.CharField(_("地点"), max_length=160)
    deputies = models.ManyToManyField(Deputy, blank=True, related_name="+", verbose_name=_("参加的代表"))
    bodies = models.ManyToManyField(Organisation, blank=True, related_name="+", verbose_name=_("参加的单位"))
    staff = models.CharField(_("其他参加人员"), max_length=200, blank=True)
    findings = models.TextField(_("调研发现"))
    matters = models.ManyToManyField(Matter, blank=True, related_name="research_notes", verbose_name=_("相关事项"))
    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes", verbose_name=_("形成的建议")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("记录机构")
    )
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    personal_fields = ("title", "place", "staff", "findings")

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(findings=""), name="research_note_has_findings")]
        indexes = [models.Index(fields=["organisation", "-held_on", "-id"], name="research_note_organisation")]

    def __str__(self) -> str:
        return self.title

    @property
    def chain(self) -> str:
        """Name of this note's chain in the ledger."""
        return f"research:{self.pk}"


class ResearchFile(models.Model):
    """A photo of a research note."""

    note = models.ForeignKey(ResearchNote, on_delete=models.CASCADE, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.note_id} {self.stored_id}"
