"""Rollups: what each matter and promise is counted under, and the sums over all of them (ADR 0018).

Keys are plain numbers, 0 for none: rows are worked out anew from the matters at any time, and refer to nothing.
"""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NEVER = date(9999, 12, 31)
"""Stands for no day in a key."""
UNKNOWN = -1
"""Stands for a number of days, or an answer, that there is none of."""


class Place(models.Model):
    """What a row is counted under: 0 for none."""

    district = models.BigIntegerField()
    street = models.BigIntegerField(default=0)
    top = models.BigIntegerField(default=0, help_text="the category of the first level")
    category = models.BigIntegerField(default=0)
    tier = models.SmallIntegerField(default=0)
    body = models.BigIntegerField(default=0, help_text="the body that leads, or holds where none was assigned")
    deputy = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=12, blank=True, default="", help_text="how it came in; empty for none")
    point = models.BigIntegerField(default=0, help_text="the contact point through which it came in")

    class Meta:
        abstract = True


class Sum(Place):
    """A row of sums. A table holds several GROUP BYs, told apart by `cube`; what one does not go by is 0 in it."""

    cube = models.SmallIntegerField()

    class Meta:
        abstract = True


DIMENSIONS = ["street", "top", "category", "tier", "body", "deputy", "channel", "point"]
LIGHT = ["due_on", "warn_on", "quality"]


class Fact(Place):
    """What one matter is counted under now. Days are working days after the day of submission; UNKNOWN for none."""

    matter = models.BigIntegerField(primary_key=True)
    status = models.CharField(max_length=12)
    open = models.BooleanField()
    opened_month = models.DateField()
    closed_month = models.DateField(default=NEVER)
    due_on = models.DateField(default=NEVER)
    warn_on = models.DateField(default=NEVER)
    quality = models.CharField(max_length=4, blank=True)
    rating = models.CharField(max_length=12, blank=True)
    solved = models.CharField(max_length=8, blank=True)
    reply_class = models.CharField(max_length=1, blank=True)
    returned = models.BooleanField(default=False)
    reworked = models.BooleanField(default=False)
    late = models.SmallIntegerField(default=UNKNOWN, help_text="1: a reply came after its limit; 0: all in time")
    take_days = models.SmallIntegerField(default=UNKNOWN)
    reply_days = models.SmallIntegerField(default=UNKNOWN)
    solve_days = models.SmallIntegerField(default=UNKNOWN)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        indexes = [
            models.Index(fields=["district", "due_on", "matter"], condition=Q(open=True), name="fact_open_due"),
            models.Index(fields=["district", "closed_month", "matter"], name="fact_closed"),
            models.Index(fields=["district", "opened_month", "matter"], name="fact_opened"),
            models.Index(fields=["point", "closed_month", "matter"], condition=Q(point__gt=0), name="fact_point"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.status}"


class PromiseFact(Place):
    """What one promise is counted under now: it lies where its matter lies, and `body` is the one that promised."""

    promise = models.BigIntegerField(primary_key=True)
    matter = models.BigIntegerField(db_index=True)
    status = models.CharField(max_length=10)
    due_on = models.DateField(default=NEVER, help_text="while nothing is reported")
    settled_month = models.DateField(default=NEVER)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        indexes = [
            models.Index(fields=["district", "due_on", "promise"], name="promise_fact_due"),
            models.Index(fields=["district", "settled_month", "promise"], name="promise_fact_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.promise} {self.status}"


class Intake(Sum):
    """How many were submitted in a month."""

    month = models.DateField()
    n = models.IntegerField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "cube", "month", *DIMENSIONS], name="intake_once")]
        indexes = [models.Index(fields=["n"], condition=Q(n=0), name="intake_empty")]


class Outcome(Sum):
    """What came to an end in a month, and how. `n` is all of them, each other column one measure of `cubes`."""

    month = models.DateField()
    n = models.IntegerField()
    closed = models.IntegerField()
    declined = models.IntegerField()
    merged = models.IntegerField()
    withdrawn = models.IntegerField()
    satisfied = models.IntegerField()
    mostly = models.IntegerField()
    unsatisfied = models.IntegerField()
    lapsed = models.IntegerField()
    solved = models.IntegerField()
    partly = models.IntegerField()
    unsolved = models.IntegerField()
    class_a = models.IntegerField()
    class_b = models.IntegerField()
    class_c = models.IntegerField()
    class_d = models.IntegerField()
    returned = models.IntegerField()
    reworked = models.IntegerField()
    in_time = models.IntegerField()
    late = models.IntegerField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "cube", "month", *DIMENSIONS], name="outcome_once")]
        indexes = [models.Index(fields=["n"], condition=Q(n=0), name="outcome_empty")]


class Stock(Sum):
    """How many are open with these days and this mark: lights of any day follow without a job at midnight."""

    due_on = models.DateField()
    warn_on = models.DateField()
    quality = models.CharField(max_length=4, blank=True)
    n = models.IntegerField()
    waiting = models.IntegerField(help_text="of these: replied, and the resident's word awaited")
    proposed = models.IntegerField(default=0, help_text="of these: made a proposal")
    relayed = models.IntegerField(default=0, help_text="of these: handed on to deputies of a higher congress")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "cube", *DIMENSIONS, *LIGHT], name="stock_once")]
        indexes = [models.Index(fields=["n"], condition=Q(n=0), name="stock_empty")]


class Stage(models.TextChoices):
    """The three ways whose length is measured, from the day of submission."""

    TAKE = "take", _("接单用时")
    REPLY = "reply", _("首次答复用时")
    SOLVE = "solve", _("解决用时")


class Span(Sum):
    """How many of those closed in a month took so many working days: medians and percentiles are exact."""

    month = models.DateField()
    stage = models.CharField(max_length=5, choices=Stage)
    days = models.SmallIntegerField()
    n = models.IntegerField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "cube", "month", *DIMENSIONS, "stage", "days"], name="span_once"
            )
        ]
        indexes = [models.Index(fields=["n"], condition=Q(n=0), name="span_empty")]


class PromiseSum(Sum):
    """How many promises came to which result in a month, and (NEVER) how many have none, by the day they are due."""

    month = models.DateField()
    due_on = models.DateField()
    n = models.IntegerField()
    kept = models.IntegerField()
    not_kept = models.IntegerField()
    withdrawn = models.IntegerField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "cube", "month", *DIMENSIONS, "due_on"], name="promise_sum_once"
            )
        ]
        indexes = [models.Index(fields=["n"], condition=Q(n=0), name="promise_sum_empty")]


class RollupState(models.Model):
    """How far the rollups have followed the ledger; one row.

    `gaps` are ranges of event numbers below `seen` that were not there yet, as [first, last, since]: their
    transactions may still be under way. `version` counts what was written and is the tag of what readers hold.
    """

    seen = models.BigIntegerField(default=0)
    top = models.BigIntegerField(default=0, help_text="the highest matter counted")
    gaps = models.JSONField(default=list)
    calendar = models.BigIntegerField(default=0, help_text="the working calendar by which days were counted")
    tree = models.CharField(max_length=64, blank=True, help_text="the categories and sums by which they were counted")
    built = models.BooleanField(default=False)
    version = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, help_text="when they last agreed with the ledger")
    personal_fields: tuple[str, ...] = ()
