"""What a sweep would do, without doing it: reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import current_calendar
from opinions.clocks.services import behind, preview
from opinions.handling.queries import held_by_nobody_in_office, unrated_too_long, waiting_too_long
from opinions.matters.models import Matter
from opinions.promises.queries import silent_too_long
from supervision.cases.services import PARTS
from supervision.escalation.services import plan_firing, tellable


@dataclass(frozen=True)
class Foreseen:
    """What one part of a sweep would do: how many rows (None where only the run itself tells), some in a line each."""

    part: str
    count: int | None
    lines: list[str]


def foresee(*, now: datetime, limit: int = 20) -> Iterator[Foreseen]:
    """What a sweep would do now and why, with at most `limit` lines a part."""
    today = local_today(now)
    found: dict[str, tuple[QuerySet[Matter], str]] = {
        "lapsed": (unrated_too_long(today), "not rated in time"),
        "expired": (waiting_too_long(today), "the resident did not supply in time"),
        "handed_over": (held_by_nobody_in_office(), "its deputy is out of office"),
    }
    since = behind()
    moved = preview(current_calendar(), since).limits if since else 0
    yield Foreseen("recomputed", moved, ["the working calendar was edited"] if since else [])
    for part, (rows, why) in found.items():
        codes = rows.order_by("id").values_list("code", flat=True)[:limit]
        yield Foreseen(part, rows.count(), [f"{code}: {why}" for code in codes])
    silent = silent_too_long(today).order_by("id")
    promised = silent.values_list("matter__code", flat=True)[:limit]
    lines = [f"{code}: a promise is past its day and nobody reported" for code in promised]
    yield Foreseen("put_before", silent.count(), lines)
    yield _rungs(now, limit)
    people = tellable(now).values("person").annotate(alerts=Count("pk")).order_by("person")
    lines = [f"user {row['person']}: {row['alerts']} alerts in one digest" for row in people[:limit]]
    yield Foreseen("told", people.count(), lines)
    foretold = {"recomputed", "put_before", "fired", "told", *found}
    for part in (name for name in PARTS if name not in foretold):
        yield Foreseen(part, None, [])


def _rungs(now: datetime, limit: int) -> Foreseen:
    """Rungs that would fire."""
    count, lines = 0, []
    for count, one in enumerate(plan_firing(now=now), start=1):
        if count <= limit:
            lines.append(f"{one.code} {one.clock}, due {one.due_on}: {one.rung} (due since {one.day})")
    return Foreseen("fired", count, lines)
