"""Clocks: the limits that run for a matter."""

from django.db import models
from django.db.models import F, Q

from deputies.organisations.models import Organisation
from opinions.catalog.models import ClockKind, TimeLimitPolicy
from opinions.matters.models import Matter


class Clock(models.Model):
    """A limit that runs for a matter and binds `organisation` (none: the deputy, or the resident): one of its kind,
    but for letters, of which a body owes two when it takes over from another.

    Dates are whole days in Asia/Shanghai; `due_on` is the last day in time. `explanation` keeps the sum as
    `workdays` explains it. `next_on` is the day on which a sweep must look at it again (none: nothing more comes
    of it); whatever moves a date sets it to the warning day, which arms the ladder anew. A paused clock has
    `paused_on`; finished pauses lie in `pauses` as [from, to], or with a third entry that says why.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="clocks")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ClockKind)
    policy = models.ForeignKey(TimeLimitPolicy, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=20)
    started_on = models.DateField()
    warn_on = models.DateField()
    due_on = models.DateField()
    next_on = models.DateField(null=True, blank=True)
    extended = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    paused_on = models.DateField(null=True, blank=True)
    pauses = models.JSONField(default=list, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True, help_text="verb that stopped it")
    explanation = models.JSONField(default=list, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("warn_on")), name="clock_warn_before_due"),
            models.CheckConstraint(condition=Q(warn_on__gte=F("started_on")), name="clock_warn_after_start"),
            models.UniqueConstraint(
                fields=["matter", "kind"],
                condition=Q(stopped_at__isnull=True, organisation__isnull=True),
                name="clock_one_running",
            ),
            models.UniqueConstraint(
                fields=["matter", "kind", "organisation"],
                condition=Q(stopped_at__isnull=True) & ~Q(kind=ClockKind.LETTER),
                name="clock_one_running_by_body",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_on", "id"],
                condition=Q(stopped_at__isnull=True, paused_on__isnull=True),
                name="clock_running_due",
            ),
            models.Index(
                fields=["next_on", "id"],
                condition=Q(stopped_at__isnull=True, paused_on__isnull=True, next_on__isnull=False),
                name="clock_next",
            ),
            models.Index(
                fields=["matter"],
                condition=Q(stopped_at__isnull=True) & (Q(paused_on__isnull=False) | ~Q(pauses=[])),
                name="clock_paused",
            ),
            models.Index(
                fields=["organisation", "matter"],
                condition=Q(kind=ClockKind.LETTER, stopped_at__isnull=True),
                name="clock_letters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on}"
