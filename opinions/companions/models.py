"""Deputies who were invited to a matter that another deputy leads, and their signatures under its answers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.roster.models import Delegation, Deputy, Group
from opinions.companions.states import CompanionStatus
from opinions.handling.models import Reply
from opinions.matters.models import Matter


class Companion(models.Model):
    """One deputy beside the one who leads (H9). `group` or `delegation` says with whom the deputy was invited."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="companions")
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="companionships")
    status = models.CharField(_("状态"), max_length=10, choices=CompanionStatus, default=CompanionStatus.INVITED)
    version = models.PositiveIntegerField(default=1)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    delegation = models.ForeignKey(Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "deputy"], name="companion_once_per_matter"),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | Q(delegation__isnull=True), name="companion_of_one_circle"
            ),
            models.CheckConstraint(
                condition=Q(status="invited", decided_at__isnull=True)
                | (~Q(status="invited") & Q(decided_at__isnull=False)),
                name="companion_decided_has_time",
            ),
        ]
        indexes = [models.Index(fields=["deputy", "status", "matter"], name="companion_deputy_status")]

    def __str__(self) -> str:
        return f"{self.deputy} {self.get_status_display()}"

    @property
    def chain(self) -> str:
        """Name of this row's chain in the ledger; the matter's history tells it as well."""
        return f"companion:{self.pk}"

    @property
    def status_tone(self) -> str:
        return CompanionStatus(self.status).tone

    @property
    def circle(self) -> str:
        """The group or delegation as a whole of which the deputy was invited."""
        return str(self.group or self.delegation or "")


class Signature(models.Model):
    """联名: a companion's name under an answer that has been given."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="signatures")
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["reply", "deputy"], name="signature_once")]

    def __str__(self) -> str:
        return f"{self.reply_id} {self.deputy_id}"
