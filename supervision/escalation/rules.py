"""When a rung is due: pure sums over the working calendar, in whole days as the limits are (domain.md §4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from liaison.base.workdays.arithmetic import ONE_DAY, Calendar, Unit, compute_due
from supervision.escalation.states import BY_QUALITY, Trigger


@dataclass(frozen=True)
class Step:
    """A rung as the sums need it; no `kinds` are all kinds of clocks."""

    root: int
    trigger: str
    after: int = 0
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Course:
    """The dates of a clock that matter to the ladder."""

    kind: str
    warn_on: date
    due_on: date


@dataclass(frozen=True)
class Verdict:
    """What is due by a day, earliest first, and the next day on which something more comes (none: nothing)."""

    due: tuple[tuple[Step, date], ...]
    next_on: date | None


DayAfter = Callable[[date, int], date]


def day_after(calendar: Calendar) -> DayAfter:
    """The n-th working day after a day (the day itself for 0), worked out once for each pair."""
    known: dict[tuple[date, int], date] = {}

    def find(day: date, count: int) -> date:
        if not count:
            return day
        if (day, count) not in known:
            known[day, count] = compute_due(calendar, day, count, Unit.WORKING_DAYS).due
        return known[day, count]

    return find


def day_of(step: Step, course: Course, after: DayAfter) -> date | None:
    """The day on which the rung is due for a clock; None when it does not apply to it.

    Yellow counts from the warning day, red from the day after the last day in time; a mark of quality sets its rungs
    off by itself, whatever limit runs.
    """
    if step.trigger in BY_QUALITY or (step.kinds and course.kind not in step.kinds):
        return None
    begin = course.warn_on if step.trigger == Trigger.YELLOW else course.due_on + ONE_DAY
    return after(begin, step.after)


def judge(steps: Iterable[Step], course: Course, today: date, after: DayAfter) -> Verdict:
    """What is due by `today`, what was missed included, and when to look again."""
    days = [(step, day) for step in steps if (day := day_of(step, course, after)) is not None]
    due = sorted((one for one in days if one[1] <= today), key=lambda one: (one[1], one[0].after, one[0].root))
    return Verdict(tuple(due), min((day for _step, day in days if day > today), default=None))
