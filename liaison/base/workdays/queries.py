"""Reading the working calendar."""

from liaison.base.stamps import cached
from liaison.base.workdays.arithmetic import Calendar
from liaison.base.workdays.models import CalendarDay, CalendarYear

STAMP = "workdays"


def current_calendar() -> Calendar:
    """The calendar as imported so far; one statement at most while nothing was imported since."""
    return cached(STAMP, load_calendar)


def load_calendar() -> Calendar:
    """The calendar read from its tables."""
    years = CalendarYear.objects.values_list("year", flat=True)
    return Calendar.of(years, CalendarDay.objects.values_list("date", "is_off", "name"))
