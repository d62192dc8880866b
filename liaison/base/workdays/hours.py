"""When people may be written to: nobody at night or on days off, unless that is meant. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from liaison.base.workdays.arithmetic import ONE_DAY, SHANGHAI, Calendar


@dataclass(frozen=True)
class Hours:
    """From which full hour until before which one may be written, and whether on days off too."""

    begin: int = 8
    end: int = 18
    any_day: bool = False

    def __str__(self) -> str:
        """As a row keeps it: `8-18`, with `*` where days off count too."""
        return f"{self.begin}-{self.end}{'*' * self.any_day}"

    @classmethod
    def read(cls, text: str) -> "Hours":
        """What `str` wrote."""
        begin, _dash, end = text.rstrip("*").partition("-")
        return cls(int(begin), int(end), text.endswith("*"))

    @property
    def width(self) -> tuple[bool, int]:
        """By which the more urgent hours are found: those that leave out the least."""
        return self.any_day, self.end - self.begin


@dataclass
class Moments:
    """The next moment from `now` on at which may be written, worked out once for each kind of hours."""

    calendar: Calendar
    now: datetime
    known: dict[Hours, datetime] = field(default_factory=dict)

    def at(self, hours: Hours) -> datetime:
        """`now` itself within the hours, else when they next begin."""
        if hours not in self.known:
            self.known[hours] = allowed(self.calendar, self.now, hours)
        return self.known[hours]


def allowed(calendar: Calendar, now: datetime, hours: Hours) -> datetime:
    """The first moment from `now` on that lies within `hours`; in China's time, whatever zone `now` is told in."""
    local = now.astimezone(SHANGHAI)
    day = local.date()
    if _open(calendar, day, hours) and local.hour < hours.end:
        return max(now, _begin(day, hours))
    day += ONE_DAY
    while not _open(calendar, day, hours):
        day += ONE_DAY
    return _begin(day, hours)


def _open(calendar: Calendar, day: date, hours: Hours) -> bool:
    return hours.any_day or calendar.is_workday(day)


def _begin(day: date, hours: Hours) -> datetime:
    return datetime.combine(day, time(hours.begin), SHANGHAI)
