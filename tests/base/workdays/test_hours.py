"""When people may be written to: thousands of invented calendars and moments."""

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import SHANGHAI, Calendar
from liaison.base.workdays.hours import Hours, Moments, allowed
from tests.factories.calendars import calendars


@given(calendars(), st.integers(0, 270 * 24 * 60), st.integers(0, 23), st.integers(1, 24), st.booleans())
def test_people_are_written_to_within_the_hours_and_as_soon_as_they_open(
    calendar: Calendar, minutes: int, begin: int, end: int, any_day: bool
) -> None:
    assume(begin < end)
    now, hours = datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes), Hours(begin, end, any_day)
    at = allowed(calendar, now, hours)
    assert at >= now
    assert begin <= at.hour < end
    assert any_day or calendar.is_workday(at.date())
    assert allowed(calendar, at, hours) == at
    inside = begin <= now.hour < end and (any_day or calendar.is_workday(now.date()))
    assert (at == now) == (inside or now == at)
    assert Moments(calendar, now).at(hours) == at
