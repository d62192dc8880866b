"""The sum of a limit, stored small and told in sentences."""

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import Calendar, Unit, compute_due
from liaison.base.workdays.explain import days, explanation, how_far, sentences
from liaison.base.workdays.official_list import packaged_list

NATIONAL_DAY = Calendar.of(
    [2026], [*((date(2026, 10, day), True, "国庆节") for day in range(1, 8)), (date(2026, 10, 10), False, "国庆节")]
)

OFFICIAL = Calendar.of([2026], packaged_list(2026).days)


def test_sentences_name_holiday_make_up_day_and_end() -> None:
    told = sentences(explanation(compute_due(NATIONAL_DAY, date(2026, 9, 30), 4, Unit.WORKING_DAYS)))
    text = "".join(told)
    assert "国庆节放假，不计" in text
    assert "国庆节调休上班" in text
    assert told[-1] == "到期日为2026年10月12日（星期一）。" or "10月12日" in told[-1]


def test_sentences_say_that_a_year_is_provisional() -> None:
    told = sentences(explanation(compute_due(NATIONAL_DAY, date(2026, 12, 30), 3, Unit.WORKING_DAYS)))
    assert "2027 年的放假安排尚未公布" in told[-1]


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 1000), st.sampled_from(list(Unit)))
def test_explanation_stays_small_and_readable(start: date, amount: int, unit: Unit) -> None:
    stored = explanation(compute_due(NATIONAL_DAY, start, min(amount, 60 if unit == Unit.MONTHS else 1000), unit))
    assert len(json.dumps(stored)) < 3000
    assert sentences(json.loads(json.dumps(stored)))


def test_how_far_in_working_days() -> None:
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert how_far(NATIONAL_DAY, monday, friday) == "还剩 1 个工作日"
    assert how_far(NATIONAL_DAY, friday, monday) == "已超期 1 个工作日"
    assert how_far(NATIONAL_DAY, friday, friday) == "今天到期"
    assert how_far(NATIONAL_DAY, friday, date(2026, 11, 22)) == "已超期，不足 1 个工作日"


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 90), st.sampled_from(list(Unit)))
def test_days_one_by_one_count_to_the_amount(start: date, amount: int, unit: Unit) -> None:
    """Over an official list too, however the runs were drawn together."""
    limit = compute_due(OFFICIAL, start, min(amount, 60), unit)
    told = list(days(explanation(limit)))
    assert told[-1].date == limit.due
    if unit == Unit.MONTHS:
        return
    assert [one.date for one in told] == [start + timedelta(days=n + 1) for n in range(len(told))]
    assert max(one.number for one in told) == limit.amount
    if unit == Unit.WORKING_DAYS:
        assert [bool(one.number) for one in told] == [OFFICIAL.is_workday(one.date) for one in told]
