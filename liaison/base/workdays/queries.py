"""Reading the working calendar, and what became different in it."""

from dataclasses import dataclass
from datetime import date

from liaison.base.audit.models import Event
from liaison.base.stamps import Stamp, cached
from liaison.base.workdays.arithmetic import Calendar
from liaison.base.workdays.models import CalendarDay, CalendarYear

STAMP = "workdays"
IMPORT = "import_workdays"
"""Verb of an import in the ledger; `data` has the version of the calendar that it made, if it changed anything."""


@dataclass(frozen=True)
class Differences:
    """In what two states of the calendar differ; `unknown` says that nobody knows."""

    days: frozenset[date] = frozenset()
    """Days that are worked in one and off in the other."""
    years: frozenset[int] = frozenset()
    """Years whose list has become known."""
    unknown: bool = False


UNKNOWN = Differences(unknown=True)


def current_calendar() -> Calendar:
    """The calendar as imported so far; one statement at most while nothing was imported since."""
    return cached(STAMP, load_calendar)


def load_calendar() -> Calendar:
    """The calendar read from its tables."""
    years = CalendarYear.objects.values_list("year", flat=True)
    return Calendar.of(years, CalendarDay.objects.values_list("date", "is_off", "name"))


def calendar_version() -> int:
    """Grows by one with every change of the calendar; 0 before the first."""
    return Stamp.objects.filter(name=STAMP).values_list("version", flat=True).first() or 0


def differences(old: int, new: int) -> Differences:
    """What became different between two versions, as the imports say; unknown when something else changed it too."""
    imports = Event.objects.filter(verb=IMPORT, data__calendar__gt=old, data__calendar__lte=new)
    told = [event.data for event in imports.only("data")]
    if new < old or {data["calendar"] for data in told} != set(range(old + 1, new + 1)):
        return UNKNOWN
    return Differences(
        days=frozenset(date.fromisoformat(day) for data in told for day in data["worked_differently"]),
        years=frozenset(data["year"] for data in told if data["is_new"]),
    )
