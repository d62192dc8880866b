"""What the page of the working calendar shows: a year's days, the years that are known, what imports changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from liaison.base.audit.models import Event
from liaison.base.workdays.arithmetic import ONE_DAY
from liaison.base.workdays.models import CalendarDay, CalendarYear
from liaison.base.workdays.queries import IMPORT, calendar_version
from opinions.clocks.services.recompute import RECOMPUTE, RECOMPUTED, followed

MOST_IMPORTS = 12


@dataclass(frozen=True)
class Span:
    """Neighbouring days that a list treats alike."""

    name: str
    first: date
    last: date
    is_off: bool

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Import:
    """One import: what it changed in the calendar, and in how many matters a limit moved; None: not computed yet."""

    at: datetime
    actor: str
    year: int | None
    days: list[date]
    is_new: bool
    moved: int | None


@dataclass(frozen=True)
class Almanac:
    """One year, and how the calendar stands."""

    year: int
    listed: CalendarYear | None
    spans: list[Span]
    years: list[tuple[int, bool]]
    """Years to look at, and whether their list is known."""
    imports: list[Import]
    pending: bool
    """Whether limits are still computed by an older calendar."""


def almanac(year: int, *, today: date) -> Almanac:
    """Gather the page of `year`."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    days = CalendarDay.objects.filter(date__year=year).order_by("date").values_list("date", "is_off", "name")
    shown = sorted(known | {today.year, today.year + 1, year})
    return Almanac(
        year=year,
        listed=CalendarYear.objects.select_related("imported_by").filter(year=year).first(),
        spans=spans(days),
        years=[(one, one in known) for one in shown],
        imports=_imports(),
        pending=followed() != calendar_version(),
    )


def spans(days: Iterable[tuple[date, bool, str]]) -> list[Span]:
    """Days as spans, in order."""
    found: list[Span] = []
    for day, is_off, name in sorted(days):
        last = found[-1] if found else None
        if last and (last.name, last.is_off, last.last + ONE_DAY) == (name, is_off, day):
            found[-1] = Span(name, last.first, day, is_off)
        else:
            found.append(Span(name, day, day, is_off))
    return found


def _imports() -> list[Import]:
    """The newest imports; each with the first recomputation that followed it."""
    rows = list(Event.objects.filter(verb=IMPORT).order_by("-at", "-id")[:MOST_IMPORTS])
    done = Event.objects.filter(chain=RECOMPUTED, verb=RECOMPUTE).order_by("-seq").values_list("data", flat=True)
    runs = [(data["calendar"], data["matters"]) for data in done[: 2 * MOST_IMPORTS]]
    return [_told(row, runs) for row in rows]


def _told(row: Event, runs: list[tuple[int, int]]) -> Import:
    data: dict[str, Any] = row.data
    version = data.get("calendar")
    later = [moved for done, moved in reversed(runs) if version is not None and done >= version]
    return Import(
        at=row.at,
        actor=row.actor,
        year=data.get("year"),
        days=[date.fromisoformat(day) for day in data.get("worked_differently", ())],
        is_new=data.get("is_new", False),
        moved=0 if version is None else next(iter(later), None),
    )
