"""The ledger: events in chains, each carrying the hash of the one before."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who may read an event or a line."""

    PUBLIC = "public", _("对外可见")
    INTERNAL = "internal", _("内部")


class Event(models.Model):
    """One fact that happened. Append-only; `chain` names the record it belongs to, e.g. `matter:42`."""

    chain = models.CharField(max_length=60)
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    source = models.CharField(max_length=30, blank=True)
    target = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.INTERNAL)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor = models.CharField(max_length=120, help_text="who acted, in words, as it stood then")
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    personal_fields = ("reason", "actor", "data")

    class Meta:
        ordering = ["chain", "seq"]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="event_chain_seq")]
        indexes = [
            models.Index(fields=["verb", "at", "id"], name="event_verb_at"),
            models.Index(fields=["by", "at", "id"], name="event_by_at"),
            models.Index(fields=["at", "id"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.verb}"
