"""Limits agree with a day-walker written independently; the rules of domain.md §4 hold for every day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import (
    MOST,
    Calendar,
    Light,
    Unit,
    add_months,
    compute_due,
    light,
    local_today,
    subtract_workdays,
    workdays_between,
)
from liaison.base.workdays.official_list import packaged_list

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
YEARS = frozenset(range(2024, 2029))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Invented lists: any day may be off, only weekend days may be made working days."""
    off = draw(st.sets(DAYS, max_size=40))
    worked = {day for day in draw(st.sets(DAYS, max_size=15)) if day.weekday() >= 5} - off
    known = draw(st.sets(st.sampled_from(sorted(YEARS))))
    return Calendar.of(known, [*((day, True, "假") for day in off), *((day, False, "班") for day in worked)])


def worked(calendar: Calendar, day: date) -> bool:
    """The definition, once more and naively."""
    listed = calendar.days.get(day)
    if listed is not None:
        return not listed.is_off
    return day.strftime("%a") not in ("Sat", "Sun")


def walked(calendar: Calendar, start: date, amount: int, unit: Unit) -> date:
    """The due date by walking day for day."""
    day = start
    if unit == Unit.WORKING_DAYS:
        left = amount
        while left > 0:
            day += timedelta(days=1)
            if worked(calendar, day):
                left -= 1
    elif unit == Unit.CALENDAR_DAYS:
        for _n in range(amount):
            day += timedelta(days=1)
    else:
        day = add_months(start, amount)
    while not worked(calendar, day):
        day += timedelta(days=1)
    return day


@given(calendars(), DAYS, st.integers(0, 90), st.sampled_from(list(Unit)))
def test_due_agrees_with_a_day_walker(calendar: Calendar, start: date, amount: int, unit: Unit) -> None:
    amount = min(amount, MOST[unit])
    assert compute_due(calendar, start, amount, unit).due == walked(calendar, start, amount, unit)


@given(calendars(), DAYS, st.integers(0, 60), st.sampled_from(list(Unit)))
def test_due_is_a_working_day_and_not_before_the_start(
    calendar: Calendar, start: date, amount: int, unit: Unit
) -> None:
    limit = compute_due(calendar, start, amount, unit)
    assert worked(calendar, limit.due)
    assert limit.due >= start


@given(calendars(), DAYS, st.integers(1, 60))
def test_steps_tell_the_whole_sum(calendar: Calendar, start: date, amount: int) -> None:
    limit = compute_due(calendar, start, amount, Unit.WORKING_DAYS)
    days = [step.date for step in limit.steps]
    assert days == [start + timedelta(days=n) for n in range(len(days))]
    assert sum(step.counted for step in limit.steps) == amount


@given(calendars(), DAYS, DAYS)
def test_workdays_between_agrees_with_counting(calendar: Calendar, a: date, b: date) -> None:
    low, high = min(a, b), max(a, b)
    counted = sum(worked(calendar, low + timedelta(days=n)) for n in range(1, (high - low).days + 1))
    assert workdays_between(calendar, a, b) == (counted if b >= a else -counted)


@given(calendars(), DAYS, st.integers(0, 20))
def test_subtract_workdays_undoes_counting(calendar: Calendar, day: date, n: int) -> None:
    earlier = subtract_workdays(calendar, day, n)
    assert workdays_between(calendar, earlier, day) == n - (0 if n == 0 or worked(calendar, day) else 1)


@given(calendars(), DAYS, st.integers(0, 60), st.sampled_from(list(Unit)), st.sets(DAYS, max_size=12), st.booleans())
def test_days_off_never_make_a_limit_earlier_and_days_of_work_never_later(
    calendar: Calendar, start: date, amount: int, unit: Unit, days: set[date], are_off: bool
) -> None:
    named = Calendar.of([], [(day, are_off, "假") for day in days if are_off or day.weekday() >= 5])
    before = compute_due(calendar, start, amount, unit).due
    after = compute_due(Calendar(calendar.years, {**calendar.days, **named.days}), start, amount, unit).due
    assert after >= before if are_off else after <= before


@given(calendars(), DAYS, st.integers(1, 30))
def test_a_further_day_off_never_makes_a_limit_earlier(calendar: Calendar, start: date, amount: int) -> None:
    before = compute_due(calendar, start, amount, Unit.WORKING_DAYS).due
    more = Calendar(calendar.years, {**calendar.days, **Calendar.of([], [(before, True, "假")]).days})
    assert compute_due(more, start, amount, Unit.WORKING_DAYS).due > before


@given(calendars(), DAYS, st.integers(1, 30))
def test_provisional_names_the_years_without_a_list(calendar: Calendar, start: date, amount: int) -> None:
    limit = compute_due(calendar, start, amount, Unit.WORKING_DAYS)
    touched = {step.date.year for step in limit.steps[1:]}
    assert set(limit.provisional_years) == touched - calendar.years


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_are_calendar_months(start: date, months: int, due: date) -> None:
    assert add_months(start, months) == due


def test_make_up_day_counts_and_holiday_does_not() -> None:
    calendar = Calendar.of(
        [2026],
        [(date(2026, 2, 14), False, "春节"), *((date(2026, 2, day), True, "春节") for day in range(15, 24))],
    )
    assert compute_due(calendar, date(2026, 2, 13), 2, Unit.WORKING_DAYS).due == date(2026, 2, 24)


def test_amount_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        compute_due(Calendar(), date(2026, 1, 1), -1, Unit.WORKING_DAYS)
    with pytest.raises(ValueError, match="out of range"):
        compute_due(Calendar(), date(2026, 1, 1), 61, Unit.MONTHS)


@given(DAYS, st.integers(0, 10), st.integers(-20, 20))
def test_light_is_red_only_after_the_due_day(due: date, before: int, offset: int) -> None:
    today, warn = due + timedelta(days=offset), due - timedelta(days=before)
    expected = Light.RED if offset > 0 else Light.YELLOW if offset >= -before else Light.GREEN
    assert light(due, warn, today) == expected


def test_light_without_a_limit_is_green() -> None:
    assert light(None, None, date(2026, 1, 1)) == Light.GREEN


def test_worst_light_counts() -> None:
    assert Light.worst(Light.GREEN, Light.RED, Light.YELLOW) == Light.RED
    assert Light.worst() == Light.GREEN


@pytest.mark.parametrize(("hour", "minute", "day"), [(15, 59, 23), (16, 0, 24), (2, 0, 23)])
@pytest.mark.parametrize("month", [1, 7, 11])
def test_local_today_is_the_day_in_china_the_whole_year(hour: int, minute: int, day: int, month: int) -> None:
    assert local_today(datetime(2026, month, 23, hour, minute, tzinfo=UTC)) == date(2026, month, day)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        (date(2026, 2, 13), 1, Unit.WORKING_DAYS, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, Unit.WORKING_DAYS, date(2026, 2, 24)),  # over Spring Festival
        (date(2026, 9, 30), 7, Unit.CALENDAR_DAYS, date(2026, 10, 8)),  # ends on the last day off
        (date(2026, 9, 30), 2, Unit.WORKING_DAYS, date(2026, 10, 9)),
        (date(2026, 10, 9), 1, Unit.WORKING_DAYS, date(2026, 10, 10)),
        (date(2026, 1, 31), 1, Unit.MONTHS, date(2026, 2, 28)),  # a Saturday that is worked: not moved on
        (date(2026, 9, 1), 1, Unit.MONTHS, date(2026, 10, 8)),
        (date(2026, 4, 30), 0, Unit.WORKING_DAYS, date(2026, 4, 30)),
        (date(2026, 5, 1), 0, Unit.WORKING_DAYS, date(2026, 5, 6)),
    ],
)
def test_limits_over_the_official_list_of_2026(start: date, amount: int, unit: Unit, due: date) -> None:
    calendar = Calendar.of([2026], packaged_list(2026).days)
    assert compute_due(calendar, start, amount, unit).due == due


def test_local_today_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_today(datetime(2026, 11, 23))  # noqa: DTZ001 - what is tested
