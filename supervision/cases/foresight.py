"""What a sweep would do, without doing it: reads only."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.services import behind, preview
from opinions.handling.queries import held_by_nobody_in_office, unrated_too_long, waiting_too_long
from opinions.promises.queries import silent_too_long
from supervision.cases.services import PARTS
from supervision.escalation.services import (
    Planned,
    marks_due,
    plan_firing,
    plan_marks,
    plan_taking_back,
    tellable,
)
from supervision.inspections.services import watches_due
from supervision.orders.services import to_remind
from supervision.programme.queries import raised_waiting
from supervision.programme.services import in_office_hours, tasks_due

CLOSED = "nobody is written to at this hour: they wait until the office opens"


@dataclass(frozen=True)
class Foreseen:
    """What one part of a sweep would do: how many rows, some of them in a line each."""

    part: str
    count: int
    lines: list[str]


@dataclass(frozen=True)
class Look:
    """A dry run at a moment, with at most `limit` lines a part."""

    now: datetime
    limit: int

    @property
    def today(self) -> date:
        return local_today(self.now)

    def rows(self, rows: QuerySet[Any], why: str, code: str = "code") -> tuple[int, list[str]]:
        """Matters, or what has one, all for the same reason."""
        codes = rows.order_by("id").values_list(code, flat=True)[: self.limit]
        return rows.count(), [f"{code}: {why}" for code in codes]

    def each(self, rows: QuerySet[Any], line: Callable[[Any], str]) -> tuple[int, list[str]]:
        """Rows of which each has its own reason."""
        return rows.count(), [line(row) for row in rows[: self.limit]]

    def in_hours(self, rows: QuerySet[Any], line: Callable[[Any], str]) -> tuple[int, list[str]]:
        """What happens in office hours only."""
        if in_office_hours(self.now):
            return self.each(rows, line)
        waiting = rows.count()
        return 0, [f"{waiting} wait: {CLOSED}"] if waiting else []

    def planned(self, found: Iterable[Planned]) -> tuple[int, list[str]]:
        """Rungs that would fire."""
        rows = iter(found)
        lines = [f"{one.code} {one.kind}, due {one.due_on}: {one.rung} (due since {one.day})"
                 for one in islice(rows, self.limit)]  # fmt: skip
        return len(lines) + sum(1 for _one in rows), lines


def _recomputed(_look: Look) -> tuple[int, list[str]]:
    since = behind()
    if since is None:
        return 0, []
    told = (
        "the working calendar was edited; what the moved days take back, fire and tell is counted by the next dry run"
    )
    return preview(current_calendar(), since).limits, [told]


def _taken_back(look: Look) -> tuple[int, list[str]]:
    found = plan_taking_back(now=look.now)
    lines = [f"{one.matter.code}: {one.rung}, due {one.due_on}, the calendar was corrected" for one in found]
    return len(found), lines[: look.limit]


def _marks(look: Look) -> tuple[int, list[str]]:
    lifted = marks_due(look.today).filter(lifted_at__isnull=False)
    _count, gone = look.rows(lifted, "its mark was lifted, what it fired is taken back", "matter__code")
    _fired, lines = look.planned(plan_marks(now=look.now))
    return marks_due(look.today).count(), [*lines, *gone][: look.limit]


def _told(look: Look) -> tuple[int, list[str]]:
    people = sorted(tellable(look.now).items())
    return len(people), [f"user {pk}: {alerts} alerts in one digest" for pk, alerts in people[: look.limit]]


FORESIGHT: dict[str, Callable[[Look], tuple[int, list[str]]]] = {
    "recomputed": _recomputed,
    "taken_back": _taken_back,
    "lapsed": lambda look: look.rows(unrated_too_long(look.today), "not rated in time"),
    "expired": lambda look: look.rows(waiting_too_long(look.today), "the resident did not supply in time"),
    "handed_over": lambda look: look.rows(held_by_nobody_in_office(), "its deputy is out of office"),
    "put_before": lambda look: look.rows(
        silent_too_long(look.today), "a promise is past its day and nobody reported", "matter__code"
    ),
    "fired": lambda look: look.planned(plan_firing(now=look.now)),
    "marks_settled": _marks,
    "sponsors_reminded": lambda look: look.each(
        to_remind(look.now), lambda row: f"{row.matter.code}: target {row.target_on}, user {row.sponsor_id}"
    ),
    "raised_attached": lambda look: look.each(
        raised_waiting(look.today), lambda row: f"{row.matter.code}: raised through activity {row.campaign}"
    ),
    "tasks_reminded": lambda look: look.in_hours(
        tasks_due(look.now), lambda row: f"task {row.pk} of body {row.body_id}: due {row.due_on}, {row.status}"
    ),
    "checks_asked": lambda look: look.in_hours(
        watches_due(look.now), lambda row: f"watch {row.pk} of group {row.group_id}: due since {row.next_on}"
    ),
    "told": _told,
}
"""For each of PARTS how many rows it would concern, and lines of why."""


def foresee(*, now: datetime, limit: int = 20) -> Iterator[Foreseen]:
    """What a sweep would do now and why, in its order, with at most `limit` lines a part."""
    look = Look(now, limit)
    for part in PARTS:
        yield Foreseen(part, *FORESIGHT[part](look))
