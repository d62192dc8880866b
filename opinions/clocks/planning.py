"""What another calendar would make of running clocks: reading and adding up, no writing.

A million clocks follow from a few thousand sums, so each distinct one is added up once.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from liaison.base.arrays import Among
from liaison.base.workdays.arithmetic import Calendar
from liaison.base.workdays.queries import Differences
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.sums import Part, Sum, cut_on, extended_from, terms, total

MOST_SUMS = 20_000
"""Distinct sums that are remembered at a time."""
WARN_BEFORE = 1
"""Working days of warning where no policy says."""


class Held(NamedTuple):
    """A running clock as it is stored; `pauses` and `parts` are JSON text."""

    matter_id: int
    pk: int
    kind: str
    started_on: date
    amount: int
    unit: str
    warn_before: int | None
    pauses: str
    parts: str
    warn_on: date
    due_on: date
    provisional: bool
    paused_on: date | None


class Outcome(NamedTuple):
    """What a sum comes to; `extended_from` is the day that was extended, if one was, and `stored` the same before."""

    warn_on: date
    due_on: date
    provisional: bool
    parts: str
    is_told: bool
    """Whether the stored parts tell the same sum."""
    extended_from: date | None
    stored_extended_from: date | None


class Replanned(NamedTuple):
    """A clock beside what it comes to by the calendar."""

    held: Held
    now: Outcome

    @property
    def has_moved(self) -> bool:
        """Whether the clock ends, or warns, on another day."""
        return (self.held.warn_on, self.held.due_on) != self.now[:2]

    @property
    def differs(self) -> bool:
        """Whether anything of it is to be written."""
        return self.has_moved or self.held.provisional != self.now.provisional or not self.now.is_told


def touched(differences: Differences) -> QuerySet[Clock]:
    """Running clocks whose sum the differences can reach; a day that a reply named is no sum.

    A sum looks at the days after its start through its end. A pause may lie behind the end, since a limit that was
    missed can be paused, so clocks with pauses are always looked at.
    """
    running = Clock.objects.filter(stopped_at__isnull=True).exclude(kind=ClockKind.PROMISE)
    if differences.unknown:
        return running
    reached = ~Q(pauses=[])
    for first, last in _spans(differences.days):
        reached |= Q(started_on__lt=last, due_on__gte=first) | Q(amount=0, started_on__range=(first, last))
    for year in differences.years:
        reached |= Q(provisional=True, started_on__lte=date(year, 12, 31), due_on__gte=date(year, 1, 1))
    return running.filter(reached)


def _spans(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """The days as first and last of unbroken spans."""
    for _key, span in groupby(enumerate(sorted(days)), key=lambda one: one[1] - timedelta(days=one[0])):
        found = [day for _number, day in span]
        yield found[0], found[-1]


def running_of(matter_ids: Sequence[int]) -> Iterator[list[Held]]:
    """The running clocks of these matters, matter by matter, by one statement."""
    rows = Clock.objects.filter(Among("matter_id", matter_ids), stopped_at__isnull=True)
    rows = rows.exclude(kind=ClockKind.PROMISE).order_by("matter_id", "id")
    told = rows.values_list(
        "matter_id", "pk", "kind", "started_on", "amount", "unit", "policy__warn_before",
        Cast("pauses", TextField()), Cast("explanation", TextField()), "warn_on", "due_on", "provisional", "paused_on",
    )  # fmt: skip
    for _matter, held in groupby(map(Held._make, told), key=itemgetter(0)):
        yield list(held)


class Planner:
    """Adds up stored clocks by one calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self._add_up = lru_cache(MOST_SUMS)(_adder(calendar))

    def replan(self, clocks: Sequence[Held]) -> list[Replanned]:
        """The clocks of one matter by this calendar; a co-handler's by what the lead's comes to."""
        co = [one for one in clocks if one.kind == ClockKind.CO_OPINION]
        found = [Replanned(one, self._outcome(one)) for one in clocks if one.kind != ClockKind.CO_OPINION]
        if not co:
            return found
        lead = next((one for one in reversed(found) if one.held.kind == ClockKind.REPLY), None)
        return [*found, *(Replanned(one, self._outcome(one, _day_of(lead, one))) for one in co)]

    def _outcome(self, held: Held, lead_due: date | None = None) -> Outcome:
        return self._add_up(*held[3:9], lead_due)


def _day_of(lead: Replanned | None, co: Held) -> date | None:
    """The day before which the co-handler must be done: without the lead's extension, if that came after the cut."""
    if lead is None:
        return None
    cut, before = cut_on(_read(co.parts)), lead.now.stored_extended_from
    return lead.now.extended_from if cut and before and cut < before else lead.now.due_on


def _adder(calendar: Calendar) -> Any:
    def add_up(
        started_on: date, amount: int, unit: str, before: int | None, pauses: str, parts: str, lead_due: date | None
    ) -> Outcome:
        stored = _read(parts)
        made: Sum = total(calendar, terms(started_on, amount, unit, json.loads(pauses), stored), lead_due=lead_due)
        return Outcome(
            warn_on=made.warn_on(WARN_BEFORE if before is None else before),
            due_on=made.due_on,
            provisional=made.provisional,
            parts=json.dumps(made.parts, ensure_ascii=False),
            is_told=made.parts == stored,
            extended_from=extended_from(made.parts),
            stored_extended_from=extended_from(stored),
        )

    return add_up


@cache
def _none() -> list[Part]:
    return []


@lru_cache(MOST_SUMS)
def _read(parts: str) -> list[Part]:
    """Stored parts; not to be changed."""
    return json.loads(parts) or _none()
