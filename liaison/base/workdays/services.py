"""Importing a year's working calendar: all or nothing, and saying what changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from liaison.base.audit.services import Fact, record
from liaison.base.stamps import bump
from liaison.base.workdays.models import CalendarDay, CalendarYear
from liaison.base.workdays.official_list import OfficialList, packaged_list, parse
from liaison.base.workdays.queries import STAMP

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


def plan_year(official: OfficialList) -> CalendarChange:
    """What importing `official` would change; writes nothing."""
    held = _held(official.year)
    wanted = _wanted(official)
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


def _held(year: int) -> Rows:
    rows = CalendarDay.objects.filter(listed_in_id=year).values_list("date", "is_off", "name")
    return {day: (is_off, name) for day, is_off, name in rows}


def _wanted(official: OfficialList) -> Rows:
    """The days of the list, less those that the list of a later year already speaks of: that one is newer."""
    dates = [day for day, _is_off, _name in official.days]
    newer = CalendarDay.objects.filter(listed_in_id__gt=official.year, date__in=dates).values_list("date", flat=True)
    taken = set(newer)
    return {day: (is_off, name) for day, is_off, name in official.days if day not in taken}


def _worked(rows: Rows, day: date) -> bool:
    return not rows[day][0] if day in rows else day.weekday() < 5


@transaction.atomic
def import_year(*, by: Any, payload: Any, now: datetime) -> CalendarChange:
    """Import a decoded official list, replacing what was held for its year. Raises BadCalendar and changes nothing."""
    return save_list(by=by, official=parse(payload), now=now)


@transaction.atomic
def load_packaged_year(year: int, *, by: Any, now: datetime) -> CalendarChange:
    """Import `year` from the `holidays` package, marked as such. Raises NotPublished."""
    return save_list(by=by, official=packaged_list(year), now=now)


@transaction.atomic
def save_list(*, by: Any, official: OfficialList, now: datetime) -> CalendarChange:
    """Replace the held list of a year by a checked one, with an event in the chain `calendar:<year>`."""
    change = plan_year(official)
    CalendarYear.objects.update_or_create(
        year=official.year, defaults={"source": official.source, "imported_at": now, "imported_by": by}
    )
    if not change.is_empty:
        _replace_days(official)
        bump(STAMP)
    record(f"calendar:{official.year}", _fact(official, change), by=by, now=now)
    return change


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
        verb="import_workdays",
        data={
            "source": official.source,
            "days": len(official.days),
            "worked_differently": [day.isoformat() for day in change.worked_differently],
        },
    )
