"""Pauses, extensions and ends of months agree with a day-walker written independently, in every unit."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import Calendar, Unit
from opinions.clocks.sums import EXTENSION, PAUSE, Sum, Terms, terms, total
from tests.factories.calendars import DAYS, calendars

Pause = tuple[date, date]


def rolled(calendar: Calendar, day: date) -> date:
    while not calendar.is_workday(day):
        day += timedelta(1)
    return day


def further(calendar: Calendar, day: date, count: int) -> date:
    """So many working days later."""
    while count:
        day += timedelta(1)
        count -= calendar.is_workday(day)
    return day


def worked(calendar: Calendar, pause: Pause) -> int:
    first, last = pause
    return sum(calendar.is_workday(first + timedelta(n)) for n in range(1, (last - first).days + 1))


def walked(calendar: Calendar, start: date, amount: int, unit: Unit, pauses: list[Pause]) -> date:
    """A limit that does not count what was paused; what ends on a day off ends on the next working day."""
    if unit == Unit.WORKING_DAYS:
        end = rolled(calendar, further(calendar, start, amount))
        for pause in pauses:
            end = further(calendar, end, worked(calendar, pause))
        return end
    counted = start + timedelta(amount)
    for first, last in pauses:
        counted = (counted if first <= counted else rolled(calendar, counted)) + (last - first)
    return rolled(calendar, counted)


@st.composite
def paused(draw: st.DrawFn) -> list[Pause]:
    """Up to three pauses, one after the other; some of no length, some behind the end."""
    day, found = draw(DAYS), []
    for wait, length in draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=3)):
        first = day + timedelta(wait)
        day = first + timedelta(length)
        found.append((first, day))
    return found


@given(
    calendars(), DAYS, st.integers(0, 40), st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]), paused(),
    st.integers(0, 8),
)  # fmt: skip
def test_pauses_agree_with_a_day_walker(
    calendar: Calendar, start: date, amount: int, unit: Unit, pauses: list[Pause], extension: int
) -> None:
    words = tuple((first.isoformat(), last.isoformat()) for first, last in pauses)
    granted = ((extension, Unit.WORKING_DAYS.value),) if extension else ()
    made = total(calendar, Terms(start, amount, unit, "", words, granted))
    assert made.due_on == further(calendar, walked(calendar, start, amount, unit, pauses), extension)
    stored = terms(start, amount, unit, words, made.parts)
    assert total(calendar, stored).parts == made.parts, "what was stored comes to the same"


@pytest.mark.parametrize(
    ("amount", "unit", "first", "last", "due"),
    [
        # National Day is off, so a limit of days of the calendar that was paused over it gets all those days back.
        (15, Unit.CALENDAR_DAYS, date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 21)),
        (1, Unit.MONTHS, date(2026, 9, 30), date(2026, 10, 8), date(2026, 11, 5)),
        (5, Unit.WORKING_DAYS, date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 12)),
        # It ends within the holiday with and without the two days, so after it either way.
        (6, Unit.CALENDAR_DAYS, date(2026, 9, 29), date(2026, 10, 1), date(2026, 10, 8)),
    ],
)
def test_pause_is_counted_as_the_limit_is(amount: int, unit: Unit, first: date, last: date, due: date) -> None:
    off = [(date(2026, 10, day), True, "国庆节") for day in range(1, 8)]
    calendar = Calendar.of([2026], [*off, (date(2026, 9, 20), False, "调休"), (date(2026, 10, 10), False, "调休")])
    made = Sum(calendar, date(2026, 9, 28))
    made.add(amount, unit)
    made.add_pause(first, last)
    assert made.due_on == due
    assert [part.get("cause") for part in made.parts] == [None, PAUSE]


def test_pause_over_a_year_without_a_list_is_provisional() -> None:
    made = Sum(Calendar.of([2026], []), date(2026, 12, 1))
    made.add(3, Unit.WORKING_DAYS)
    made.add_pause(date(2026, 12, 30), date(2027, 1, 6))
    assert made.due_on == date(2026, 12, 11)
    assert made.provisional
    made.add(1, Unit.WORKING_DAYS, EXTENSION)
    assert made.provisional
