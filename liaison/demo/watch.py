"""Time in a story: it moves on in working hours and never reaches the present."""

import random
from datetime import date, datetime, time, timedelta

from liaison.base.workdays.arithmetic import SHANGHAI, Calendar, local_today

LEAST = timedelta(minutes=7)
"""Two acts of a story are at least this far apart."""


class Watch:
    """The time of one story. `at` is now within it."""

    def __init__(self, start: datetime, *, end: datetime, calendar: Calendar, rng: random.Random) -> None:
        self.at = start
        self._end, self._calendar, self._rng = end, calendar, rng

    def work(self, days: int = 0) -> datetime:
        """The next act, so many working days on, in working hours."""
        day = local_today(self.at)
        for _n in range(days):
            day = self._next_workday(day)
        if not self._calendar.is_workday(day):
            day = self._next_workday(day)
        hour = time(self._rng.choice((9, 10, 11, 14, 15, 16)), self._rng.randint(0, 59))
        chosen = datetime.combine(day, hour, tzinfo=SHANGHAI)
        if chosen <= self.at:
            chosen = self.at + timedelta(minutes=self._rng.randint(8, 90))
        return self._set(chosen)

    def work_after(self, day: date) -> datetime:
        """The next act, on a working day after `day`."""
        self.at = max(self.at, datetime.combine(day, time(20), tzinfo=SHANGHAI))
        return self.work(1)

    def later(self, *, days: int = 0, hours: int = 1) -> datetime:
        """The next act of a resident, who keeps no working hours."""
        return self._set(self.at + timedelta(days=days, hours=hours, minutes=self._rng.randint(0, 59)))

    def _next_workday(self, day: date) -> date:
        day += timedelta(days=1)
        while not self._calendar.is_workday(day):
            day += timedelta(days=1)
        return day

    def _set(self, chosen: datetime) -> datetime:
        """Between the act before and the present; a story that is too long for its time crowds at the end."""
        latest = self._end - LEAST
        self.at = max(self.at, min(chosen, latest))
        return self.at
