"""Importing a year's working calendar: all or nothing, and saying what changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from liaison.base.audit.services import Fact, record
from liaison.base.stamps import Stamp, bump
from liaison.base.workdays.arithmetic import WEEKDAYS, Calendar
from liaison.base.workdays.models import CalendarDay, CalendarYear
from liaison.base.workdays.official_list import OfficialList, packaged_list
from liaison.base.workdays.queries import IMPORT, STAMP, Differences, calendar_version

Rows = dict[date, tuple[bool, str]]


@dataclass(frozen=True)
class CalendarChange:
    """What an import does: dates that appear, whose entry changes, or that disappear from the list of `year`.

    Every change of a limit follows from `worked_differently` or from `was_known` being false.
    """

    year: int
    was_known: bool
    added: tuple[date, ...]
    altered: tuple[date, ...]
    removed: tuple[date, ...]
    worked_differently: tuple[date, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the calendar stays as it was."""
        return self.was_known and not (self.added or self.altered or self.removed)

    @property
    def moves_limits(self) -> bool:
        """Whether open limits need to be computed again."""
        return not self.was_known or bool(self.worked_differently)

    @property
    def differences(self) -> Differences:
        """What a limit may depend on."""
        return Differences(
            frozenset(self.worked_differently), frozenset() if self.was_known else frozenset({self.year})
        )


def plan_year(official: OfficialList) -> CalendarChange:
    """What importing `official` would change; writes nothing."""
    wanted = _wanted(official)
    held = _held(official.year, wanted)
    added = wanted.keys() - held.keys()
    removed = held.keys() - wanted.keys()
    altered = {day for day in wanted.keys() & held.keys() if wanted[day] != held[day]}
    differently = {day for day in added | removed | altered if _worked(wanted, day) != _worked(held, day)}
    return CalendarChange(
        year=official.year,
        was_known=CalendarYear.objects.filter(year=official.year).exists(),
        added=tuple(sorted(added)),
        altered=tuple(sorted(altered)),
        removed=tuple(sorted(removed)),
        worked_differently=tuple(sorted(differently)),
    )


def planned_calendar(official: OfficialList) -> Calendar:
    """The calendar as it would be after importing `official`; writes nothing."""
    wanted = _wanted(official)
    others = CalendarDay.objects.exclude(listed_in_id=official.year).exclude(date__in=list(wanted))
    years = CalendarYear.objects.values_list("year", flat=True)
    rows = [*others.values_list("date", "is_off", "name"), *((day, *entry) for day, entry in wanted.items())]
    return Calendar.of([*years, official.year], rows)


def _held(year: int, wanted: Rows) -> Rows:
    """What the year's list says so far, and what older lists say of the days that are now listed in it."""
    days = CalendarDay.objects.filter(Q(listed_in_id=year) | Q(date__in=list(wanted)))
    rows = days.values_list("date", "is_off", "name")
    return {day: (is_off, name) for day, is_off, name in rows}


def _wanted(official: OfficialList) -> Rows:
    """The days of the list, less those that the list of a later year already speaks of: that one is newer."""
    dates = [day for day, _is_off, _name in official.days]
    newer = CalendarDay.objects.filter(listed_in_id__gt=official.year, date__in=dates).values_list("date", flat=True)
    taken = set(newer)
    return {day: (is_off, name) for day, is_off, name in official.days if day not in taken}


def _worked(rows: Rows, day: date) -> bool:
    return not rows[day][0] if day in rows else day.weekday() < WEEKDAYS


@transaction.atomic
def load_packaged_year(year: int, *, by: Any, now: datetime) -> CalendarChange:
    """Import `year` from the `holidays` package, marked as such. Raises NotPublished."""
    return save_list(by=by, official=packaged_list(year), now=now)


@transaction.atomic
def save_list(*, by: Any, official: OfficialList, now: datetime) -> CalendarChange:
    """Replace the held list of a year by a checked one, with an event in the chain `calendar:<year>`."""
    _wait_for_others()
    change = plan_year(official)
    CalendarYear.objects.update_or_create(
        year=official.year, defaults={"source": official.source, "imported_at": now, "imported_by": by}
    )
    if not change.is_empty:
        _replace_days(official)
        bump(STAMP)
    record(f"calendar:{official.year}", _fact(official, change), by=by, now=now)
    return change


def _wait_for_others() -> None:
    """Imports go one after the other: what each changes is told against what the one before it made."""
    Stamp.objects.get_or_create(name=STAMP, defaults={"version": 0})
    Stamp.objects.select_for_update().get(name=STAMP)


def _replace_days(official: OfficialList) -> None:
    wanted = _wanted(official)
    CalendarDay.objects.filter(listed_in_id=official.year).delete()
    CalendarDay.objects.filter(date__in=list(wanted)).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, listed_in_id=official.year, is_off=is_off, name=name)
        for day, (is_off, name) in wanted.items()
    )


def _fact(official: OfficialList, change: CalendarChange) -> Fact:
    return Fact(
        verb=IMPORT,
        data={
            **({} if change.is_empty else {"calendar": calendar_version()}),
            "year": official.year,
            "is_new": not change.was_known,
            "source": official.source,
            "days": len(official.days),
            "worked_differently": [day.isoformat() for day in change.worked_differently],
        },
    )
