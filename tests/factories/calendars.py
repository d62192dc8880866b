"""Invented working calendars, for hypothesis."""

from datetime import date, timedelta

from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import Calendar, ListedDay

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 300).map(lambda number: FIRST + timedelta(number))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A year with days off and make-up days of its own."""
    listed = draw(st.dictionaries(DAYS, st.booleans(), max_size=40))
    return Calendar(frozenset({2026, 2027}), {day: ListedDay(off, "示例") for day, off in listed.items()})
