"""What another calendar would make of running clocks: reading and adding up, no writing.

A million clocks follow from a few thousand sums, so each distinct one is added up once.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from liaison.base.arrays import Among
from liaison.base.workdays.arithmetic import Calendar
from liaison.base.workdays.queries import Differences
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.sums import Part, cut_on, extended_from, terms, total

MOST_SUMS = 20_000
"""Distinct sums that are remembered at a time."""


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
    has_moved: bool
    """Whether the clock ends, or warns, on another day than is stored."""
    differs: bool
    """Whether anything of it is to be written."""
    extended_from: date | None
    stored_extended_from: date | None


class Replanned(NamedTuple):
    """A clock beside what it comes to by the calendar."""

    held: Held
    now: Outcome


def touched(differences: Differences) -> QuerySet[Clock]:
    """Running clocks whose sum the differences can reach; a day that a reply named is no sum.

    A sum looks at the days after its start through its end. A pause may lie behind the end, since a limit that was
    missed can be paused, so clocks with pauses are always looked at.
    """
    running = Clock.objects.filter(stopped_at__isnull=True).exclude(kind=ClockKind.PROMISE)
    if differences.unknown:
        return running
    reached = Q(paused_on__isnull=True) & _spanning(differences)
    return running.filter(reached | Q(paused_on__isnull=False) | ~Q(pauses=[]))


def _spanning(differences: Differences) -> Q:
    """Clocks that ran, or run, over a day of the differences; one of no days looks at its start."""
    found = Q(pk__in=[])
    for first, last in _spans(differences.days):
        found |= Q(due_on__gte=first) & (Q(started_on__lt=last) | Q(amount=0, started_on=last))
    for year in differences.years:
        found |= Q(due_on__gte=date(year, 1, 1), provisional=True, started_on__lte=date(year, 12, 31))
    return found


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
        self.calendar = calendar
        self._add_up = lru_cache(MOST_SUMS)(partial(_add_up, calendar))

    def replan(self, clocks: Sequence[Held]) -> list[Replanned]:
        """The clocks of one matter by this calendar; a co-handler's by what the lead's comes to."""
        co = [one for one in clocks if one.kind == ClockKind.CO_OPINION]
        found = [Replanned(one, self._outcome(one)) for one in clocks if one.kind != ClockKind.CO_OPINION]
        if not co:
            return found
        lead = next((one for one in reversed(found) if one.held.kind == ClockKind.REPLY), None)
        return [*found, *(Replanned(one, self._outcome(one, _day_of(lead, one))) for one in co)]

    def _outcome(self, held: Held, lead_due: date | None = None) -> Outcome:
        return self._add_up(*held[3:12], lead_due)


def _day_of(lead: Replanned | None, co: Held) -> date | None:
    """The day before which the co-handler must be done: without the lead's extension, if that came after the cut."""
    if lead is None:
        return None
    cut, before = cut_on(_read(co.parts)), lead.now.stored_extended_from
    return lead.now.extended_from if cut and before and cut < before else lead.now.due_on


def _add_up(
    calendar: Calendar, started_on: date, amount: int, unit: str, warn_before: int | None, pauses: str, parts: str,
    was_warn_on: date, was_due_on: date, was_provisional: bool, lead_due: date | None,  # noqa: FBT001 - as `Held` has it
) -> Outcome:  # fmt: skip
    stored = _read(parts)
    made = total(calendar, terms(started_on, amount, unit, json.loads(pauses), stored), lead_due=lead_due)
    warn_on = made.warn_on(warn_before)
    has_moved = (warn_on, made.due_on) != (was_warn_on, was_due_on)
    return Outcome(
        warn_on=warn_on,
        due_on=made.due_on,
        provisional=made.provisional,
        parts=json.dumps(made.parts, ensure_ascii=False),
        has_moved=has_moved,
        differs=has_moved or (made.provisional, made.parts) != (was_provisional, stored),
        extended_from=extended_from(made.parts),
        stored_extended_from=extended_from(stored),
    )


@lru_cache(MOST_SUMS)
def _read(parts: str) -> list[Part]:
    """Stored parts; not to be changed."""
    found: list[Part] = json.loads(parts)
    return found
