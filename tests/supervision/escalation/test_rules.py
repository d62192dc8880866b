"""When rungs are due: thousands of invented calendars and clocks."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from liaison.base.workdays.arithmetic import Calendar, ListedDay, workdays_between
from supervision.escalation.rules import Course, Step, day_after, day_of, judge
from supervision.escalation.states import Trigger
from tests.factories.calendars import DAYS, FIRST, calendars

TRIGGERS = st.sampled_from([Trigger.YELLOW.value, Trigger.RED.value])
STEPS = st.lists(
    st.builds(Step, root=st.integers(1, 99), trigger=TRIGGERS, after=st.integers(0, 30)), max_size=8,
    unique_by=lambda step: step.root,
)  # fmt: skip


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Dates in order: the warning day is never after the last day in time."""
    warn, length = draw(DAYS), draw(st.integers(0, 60))
    return Course("reply", warn, warn + timedelta(length))


@given(calendars(), STEPS, courses(), DAYS)
def test_what_is_due_is_past_and_what_comes_next_is_ahead(
    calendar: Calendar, steps: list[Step], course: Course, today: date
) -> None:
    verdict = judge(steps, course, today, day_after(calendar))
    days = [day for _step, day in verdict.due]
    assert days == sorted(days)
    assert all(day <= today for day in days)
    assert verdict.next_on is None or verdict.next_on > today
    ahead = len(steps) - len(days)
    assert (verdict.next_on is None) == (ahead == 0)


@given(calendars(), STEPS, courses(), st.lists(DAYS, max_size=12))
def test_looks_on_any_days_fire_each_rung_once_and_none_is_lost(
    calendar: Calendar, steps: list[Step], course: Course, looks: list[date]
) -> None:
    """However many nights are missed, however often one is repeated: a pass that follows `next_on` fires all."""
    fired: list[int] = []
    after, next_on = day_after(calendar), course.warn_on
    end = date(2027, 12, 31)
    for today in [*sorted(looks), end]:
        if next_on is None or next_on > today:
            continue
        verdict = judge(steps, course, today, after)
        fired += [step.root for step, _day in verdict.due if step.root not in fired]
        next_on = verdict.next_on  # type: ignore[assignment]
    assert sorted(fired) == sorted(step.root for step in steps)


@given(calendars(), courses(), TRIGGERS, st.integers(0, 30), DAYS)
def test_one_more_day_off_never_makes_a_rung_earlier(
    calendar: Calendar, course: Course, trigger: str, after: int, off: date
) -> None:
    assume(calendar.is_workday(off))
    step = Step(1, trigger, after)
    more = Calendar(calendar.years, {**calendar.days, off: ListedDay(True, "示例")})
    before = day_of(step, course, day_after(calendar))
    then = day_of(step, course, day_after(more))
    assert before is not None
    assert then is not None
    assert then >= before


@given(calendars(), courses(), TRIGGERS, st.integers(1, 30))
def test_rung_is_due_after_so_many_working_days(calendar: Calendar, course: Course, trigger: str, after: int) -> None:
    begin = course.warn_on if trigger == Trigger.YELLOW else course.due_on + timedelta(1)
    day = day_of(Step(1, trigger, after), course, day_after(calendar))
    assert day is not None
    assert calendar.is_workday(day)
    assert workdays_between(calendar, begin, day) == after


def test_limit_sets_off_no_rung_of_another_kind_or_of_quality() -> None:
    steps = [Step(1, "red", kinds=frozenset({"reply"})), Step(2, "low"), Step(3, "yellow")]
    verdict = judge(steps, Course("sign", FIRST, FIRST), FIRST, day_after(Calendar()))
    assert [step.root for step, _day in verdict.due] == [3]
