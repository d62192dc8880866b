"""Time limits over the working calendar: pure sums without a database.

Rules (domain.md §4): the start day is not counted; a limit that ends on a day off moves to the next working
day; months are calendar months; make-up days (调休) are working days; a year without an official list falls
back to Monday to Friday and says so.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
OUR_TIMES = range(1900, 3000)
"""Years in which a day has a beginning and an end in every zone, and means something here."""
ONE_DAY = timedelta(days=1)
WEEKDAYS = 5


class Unit(TextChoices):
    """What a limit is counted in."""

    WORKING_DAYS = "working_days", _("个工作日")
    CALENDAR_DAYS = "calendar_days", _("个自然日")
    MONTHS = "months", _("个月")


MOST = {Unit.WORKING_DAYS: 1500, Unit.CALENDAR_DAYS: 2000, Unit.MONTHS: 60}
"""Longest limit per unit; about five years."""


class Reason(TextChoices):
    """Why a day is counted or not."""

    START = "start", _("起算日，不计入")
    WORKDAY = "workday", _("工作日")
    MAKE_UP = "make_up", _("调休上班")
    WEEKEND = "weekend", _("周末")
    HOLIDAY = "holiday", _("放假")
    CALENDAR_DAY = "calendar_day", _("自然日")
    MONTHS = "months", _("对应日")
    ROLLED = "rolled", _("遇放假顺延")


class Light(TextChoices):
    """The three colours of supervision (三色督办)."""

    GREEN = "green", _("正常")
    YELLOW = "yellow", _("预警")
    RED = "red", _("告警")

    @property
    def shape(self) -> str:
        """The shape that stands beside the colour: circle, triangle, octagon."""
        return {"green": "circle", "yellow": "triangle", "red": "octagon"}[self.value]

    @property
    def severity(self) -> int:
        """0 green, 1 yellow, 2 red."""
        return list(Light).index(self)

    @classmethod
    def worst(cls, *lights: "Light") -> "Light":
        """The most severe of several lights; green when there is none."""
        return max(lights, key=lambda one: one.severity, default=cls.GREEN)


class ListedDay(NamedTuple):
    """What an official list says about a day."""

    is_off: bool
    name: str


@dataclass(frozen=True)
class Calendar:
    """Known years and the days that differ from Monday to Friday."""

    years: frozenset[int] = frozenset()
    days: Mapping[date, ListedDay] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, years: Iterable[int], rows: Iterable[tuple[date, bool, str]]) -> "Calendar":
        """A calendar from rows of (date, is_off, name)."""
        return cls(frozenset(years), {day: ListedDay(is_off, name) for day, is_off, name in rows})

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`."""
        listed = self.days.get(day)
        return not listed.is_off if listed else day.weekday() < WEEKDAYS

    def is_provisional(self, day: date) -> bool:
        """Whether no official list is known for the year of `day`."""
        return day.year not in self.years

    def reason(self, day: date) -> tuple[Reason, str]:
        """Why `day` is worked or not, with the name of the holiday."""
        listed = self.days.get(day)
        if listed and not listed.is_off:
            return Reason.MAKE_UP, listed.name
        if listed:
            return Reason.HOLIDAY, listed.name
        return (Reason.WORKDAY if day.weekday() < WEEKDAYS else Reason.WEEKEND), ""

    def workdays_through(self, day: date) -> int:
        """Working days from the beginning of the era through `day`; differences of it count spans at once."""
        weeks, rest = divmod(day.toordinal(), 7)
        regular = weeks * WEEKDAYS + min(rest, WEEKDAYS)
        return regular + bisect_right(self._extra_work, day) - bisect_right(self._extra_off, day)

    @cached_property
    def _extra_off(self) -> list[date]:
        return sorted(day for day, listed in self.days.items() if listed.is_off and day.weekday() < WEEKDAYS)

    @cached_property
    def _extra_work(self) -> list[date]:
        return sorted(day for day, listed in self.days.items() if not listed.is_off and day.weekday() >= WEEKDAYS)


class Step(NamedTuple):
    """One day of a sum: was it counted, and why."""

    date: date
    counted: bool
    reason: Reason
    name: str = ""


@dataclass(frozen=True)
class Limit:
    """A computed limit: the last day on which the duty can still be met, and the sum that led there."""

    start: date
    amount: int
    unit: Unit
    due: date
    provisional_years: tuple[int, ...]
    steps: list[Step]

    @property
    def provisional(self) -> bool:
        """Whether the sum touched a year whose official list is not known yet."""
        return bool(self.provisional_years)


def compute_due(calendar: Calendar, start: date, amount: int, unit: Unit | str) -> Limit:
    """The limit that is `amount` units after `start`. Raises ValueError for an amount outside 0..MOST[unit]."""
    unit = Unit(unit)
    if not 0 <= amount <= MOST[unit]:
        raise ValueError(f"A limit of {amount} {unit} is out of range.")
    counting = _COUNTING[unit](calendar, start, amount)
    steps = [Step(start, False, Reason.START), *counting]
    rolling = list(_roll(calendar, steps[-1].date))
    looked_at = counting if unit == Unit.WORKING_DAYS else steps[-1:]
    years = {step.date.year for step in [*looked_at, *rolling] if calendar.is_provisional(step.date)}
    steps += rolling
    return Limit(start, amount, unit, steps[-1].date, tuple(sorted(years)), steps)


def _count_workdays(calendar: Calendar, start: date, amount: int) -> list[Step]:
    steps: list[Step] = []
    day = start
    while amount:
        day += ONE_DAY
        counted = calendar.is_workday(day)
        steps.append(Step(day, counted, *calendar.reason(day)))
        amount -= counted
    return steps


def _count_days(_calendar: Calendar, start: date, amount: int) -> list[Step]:
    return [Step(start + timedelta(days=n), True, Reason.CALENDAR_DAY) for n in range(1, amount + 1)]


def _count_months(_calendar: Calendar, start: date, amount: int) -> list[Step]:
    return [Step(add_months(start, amount), True, Reason.MONTHS)] if amount else []


_COUNTING: dict[Unit, Callable[[Calendar, date, int], list[Step]]] = {
    Unit.WORKING_DAYS: _count_workdays,
    Unit.CALENDAR_DAYS: _count_days,
    Unit.MONTHS: _count_months,
}


def _roll(calendar: Calendar, day: date) -> Iterator[Step]:
    """Steps from a last day that is off to the next working day; none when `day` is worked."""
    if calendar.is_workday(day):
        return
    name = calendar.reason(day)[1]
    day += ONE_DAY
    while not calendar.is_workday(day):
        yield Step(day, False, *calendar.reason(day))
        day += ONE_DAY
    yield Step(day, True, Reason.ROLLED, name)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day (31 January + 1 = 28 or 29 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def month_of(text: object) -> date | None:
    """The first day of a month written as 2026-11; None of anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if first.year in OUR_TIMES else None


def subtract_workdays(calendar: Calendar, day: date, n: int) -> date:
    """The n-th working day before `day`, not counting `day` itself; `day` when n is 0. Used for warning dates."""
    while n > 0:
        day -= ONE_DAY
        n -= calendar.is_workday(day)
    return day


def workdays_between(calendar: Calendar, a: date, b: date) -> int:
    """Working days after the earlier day through the later one; negative when `b` is before `a`."""
    return calendar.workdays_through(b) - calendar.workdays_through(a)


def light(due: date | None, warn: date | None, today: date) -> Light:
    """Green before the warning date, yellow from it through the due date, red after. No due date is green."""
    if due is None:
        return Light.GREEN
    if today > due:
        return Light.RED
    return Light.YELLOW if warn is not None and today >= warn else Light.GREEN


def midnight(day: date) -> datetime:
    """When a day begins in China. A range of instants is found by its index, days taken from instants are not."""
    return datetime.combine(day, time(), SHANGHAI)


def local_today(now: datetime) -> date:
    """The date in China at the instant `now`. Raises ValueError when `now` has no zone."""
    if now.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return now.astimezone(SHANGHAI).date()
