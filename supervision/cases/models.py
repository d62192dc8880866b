"""How far the sweep has come."""

from django.db import models


class Pulse(models.Model):
    """The one row (key 1): the latest moment of a sweep, and the first and the last one of a clock not believed yet."""

    swept_at = models.DateTimeField()
    held_since = models.DateTimeField(null=True, blank=True)
    held_last = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="pulse_one")]

    @property
    def step(self) -> str:
        """The step of a clock that is not believed, in words for operators."""
        return f"from {self.swept_at:%Y-%m-%d} to {self.held_since or self.swept_at:%Y-%m-%d}"

    def __str__(self) -> str:
        return f"{self.swept_at:%Y-%m-%d %H:%M}"
