"""Links without an account: by which residents rate once, and by which a body works on one assignment.

Kept below handling, since the steps that reply and assign also invite.
"""

from django.db import models

from liaison.base.encryption import EncryptedCharField
from opinions.matters.models import Matter, Reporter


class RatingInvite(models.Model):
    """A one-time link by which one reporter rates one round of a matter.

    The reporter may belong to another matter that was merged into this one. `token` stays readable (encrypted),
    so that the tracking page can show the link again to the resident; it is found by `token_hash`.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="rating_invites")
    reporter = models.ForeignKey(Reporter, on_delete=models.CASCADE, related_name="rating_invites")
    round = models.PositiveSmallIntegerField()
    token = EncryptedCharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_on = models.DateField(help_text="last day on which the link rates, in Asia/Shanghai")
    used_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("token", "token_hash")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "reporter", "round"], name="rating_invite_once_per_round")
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.reporter_id} #{self.round}"


class WorkLink(models.Model):
    """A link by which a body without accounts works on one thing until it expires or is revoked.

    `token` stays readable (encrypted), so that the committee can print it again; it is found by `token_hash`.
    """

    token = EncryptedCharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_on = models.DateField(help_text="last day on which the link opens, in Asia/Shanghai")
    revoked_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ("token", "token_hash")

    class Meta:
        abstract = True

    @property
    def chain(self) -> str:
        """Name of this link's chain in the ledger: every use stands there."""
        raise NotImplementedError


class BodyLink(WorkLink):
    """The link to one assignment."""

    assignment = models.ForeignKey("opinions.Assignment", on_delete=models.CASCADE, related_name="links")
    personal_fields = ("token", "token_hash")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=models.Q(revoked_at__isnull=True), name="body_link_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}"

    @property
    def chain(self) -> str:
        return f"body_link:{self.pk}"
