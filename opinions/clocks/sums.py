"""The sum behind a clock: a first limit, what pauses and an extension add to it, and the cut before the lead's reply.

Pure: the same parts over the same calendar give the same day, whether a clock is started or computed anew.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from liaison.base.workdays.arithmetic import (
    ONE_DAY,
    Calendar,
    Unit,
    add_months,
    compute_due,
    subtract_workdays,
    workdays_between,
)
from liaison.base.workdays.explain import explanation

PAUSE, EXTENSION, MERGED = "pause", "extension", "merged"
"""Why a limit was made longer, as the explanation keeps it."""
OWN = "own"
"""A limit that whoever assigned the matter (or a routing rule) set, in place of the policy's."""
BEFORE_LEAD = "before_lead"
"""A co-handler's limit that was cut so that the lead has its opinion a working day before the reply is due."""
NAMED = "named"
"""A day that somebody named, so that no limit was counted."""

WARN_BEFORE = 1
"""Working days of warning where no policy says."""
Part = dict[str, Any]


class Sum:
    """A limit while it is added up; `parts` tell it as `Clock.explanation` keeps it."""

    def __init__(self, calendar: Calendar, started_on: date, *, due_on: date | None = None, parts: Iterable[Part] = ()):
        self.calendar = calendar
        self.started_on = started_on
        self.due_on = due_on or started_on
        self.parts = list(parts)

    @property
    def provisional(self) -> bool:
        """Whether a part of it touched a year without an official list."""
        return any(part.get("provisional") for part in self.parts)

    def warn_on(self, warn_before: int | None) -> date:
        """The day `warn_before` working days before the end, not before the start; None: no policy says."""
        before = WARN_BEFORE if warn_before is None else warn_before
        return max(self.started_on, subtract_workdays(self.calendar, self.due_on, before))

    def add(self, amount: int, unit: str, cause: str = "") -> None:
        """Count a limit from where the sum ends; `cause` says why one is added to the first."""
        limit = compute_due(self.calendar, self.due_on, amount, Unit(unit))
        self.due_on = limit.due
        self.parts.append(explanation(limit) | ({"cause": cause} if cause else {}))

    def add_pause(self, first: date, last: date, cause: str = PAUSE) -> None:
        """Add the days of a pause, counted as the limit is: working days, or for one of days or months all days."""
        if self.parts and self.parts[0].get("unit") in (Unit.CALENDAR_DAYS, Unit.MONTHS):
            self._add_days(first, last, cause)
        elif (days := workdays_between(self.calendar, first, last)) > 0:
            self.add(days, Unit.WORKING_DAYS, cause)
            self._say_provisional(first + ONE_DAY, last)

    def _add_days(self, first: date, last: date, cause: str) -> None:
        """All days of a pause, from the day that was counted last: where that rolled off days off, it does so anew."""
        if (days := (last - first).days) > 0:
            counted = _counted_through(self.parts[-1], self.due_on)
            self.due_on = counted if first <= counted else self.due_on
            self.add(days, Unit.CALENDAR_DAYS, cause)

    def _say_provisional(self, first: date, last: date) -> None:
        """The last part counted working days of that time too: it says which years have no list."""
        guessed = (year for year in range(first.year, last.year + 1) if year not in self.calendar.years)
        self.parts[-1]["provisional"] = sorted({*self.parts[-1]["provisional"], *guessed})

    def end_before(self, lead_due: date | None) -> None:
        """Cut the sum to the working day before the lead's reply is due, where it would end later."""
        if lead_due is None:
            return
        latest = max(self.started_on, subtract_workdays(self.calendar, lead_due, 1))
        if self.due_on > latest:
            self.due_on = latest
            self.parts.append({"cause": BEFORE_LEAD, "due": latest.isoformat()})


def _counted_through(part: Part, due_on: date) -> date:
    """The last day that a part counted: its end, before that rolled off days off."""
    start = date.fromisoformat(part["start"]) if "start" in part else due_on
    if part.get("unit") == Unit.CALENDAR_DAYS:
        return start + timedelta(days=part["amount"])
    return add_months(start, part["amount"]) if part.get("unit") == Unit.MONTHS else due_on


class Terms(NamedTuple):
    """What a clock's days follow from, apart from the calendar and the lead's reply."""

    started_on: date
    amount: int
    unit: str
    cause: str
    pauses: tuple[tuple[str, ...], ...]
    extensions: tuple[tuple[int, str], ...]


def terms(started_on: date, amount: int, unit: str, pauses: Sequence[Sequence[str]], parts: Sequence[Part]) -> Terms:
    """The terms of a stored clock."""
    own = bool(parts) and parts[0].get("cause") == OWN
    extensions = tuple((part["amount"], part["unit"]) for part in parts if part.get("cause") == EXTENSION)
    return Terms(started_on, amount, unit, OWN if own else "", tuple(tuple(one) for one in pauses), extensions)


def total(calendar: Calendar, of: Terms, *, lead_due: date | None = None) -> Sum:
    """The sum anew: the first limit, the finished pauses, the cut before the lead's reply, the extension.

    An extension was granted in knowledge of the lead's day, so it is not cut away.
    """
    made = Sum(calendar, of.started_on)
    made.add(of.amount, of.unit, of.cause)
    for first, last, *why in of.pauses:
        made.add_pause(date.fromisoformat(first), date.fromisoformat(last), *why)
    made.end_before(lead_due)
    for amount, unit in of.extensions:
        made.add(amount, unit, EXTENSION)
    return made


def cut_on(parts: Iterable[Part]) -> date | None:
    """The day to which a stored sum was cut before the lead's reply; None where it was not."""
    cuts = [part["due"] for part in parts if part.get("cause") == BEFORE_LEAD]
    return date.fromisoformat(cuts[-1]) if cuts else None


def extended_from(parts: Iterable[Part]) -> date | None:
    """The day from which a stored sum was extended; None where it was not."""
    starts = [part["start"] for part in parts if part.get("cause") == EXTENSION]
    return date.fromisoformat(starts[0]) if starts else None
