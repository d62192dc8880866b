"""Computing running clocks anew when the working calendar was edited: as sets, in batches, only where it matters.

Each batch is a transaction that holds the matters' rows and writes what differs from what is stored. So a run that was
killed is gone on with by the next one, and of two at once the later finds nothing left to write.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.base.abreast import each_batch
from liaison.base.arrays import Among
from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record, record_many
from liaison.base.audit.verbs import name_verbs
from liaison.base.stamps import Stamp
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import Calendar
from liaison.base.workdays.queries import STAMP, UNKNOWN, Differences, calendar_version, current_calendar, differences
from opinions.clocks.models import Clock
from opinions.clocks.planning import Planner, Replanned, running_of, touched
from opinions.clocks.services.running import DUE, due_values
from opinions.matters.models import Matter

BATCH = 2_000
"""Matters in a transaction."""
MOST_PREVIEWED = 20_000
"""Matters that a preview looks at: somebody waits for it."""
RECOMPUTED = "clocks"
"""Chain of the ledger in which recomputations stand as a whole; each matter's chain has its own line."""
RECOMPUTE = "recompute"
name_verbs({RECOMPUTE: _("重新计算时限")})


def follow_calendar(*, now: datetime) -> int | None:
    """Recompute open limits if the working calendar was edited since that was last done; else None, by two looks.

    Sweeps call it, so that importing a list is enough, and a missed or killed run heals itself. Returns in how many
    matters a limit moved.
    """
    version, done = calendar_version(), followed()
    if version == done:
        return None
    recompute_open(now=now, since=differences(done, version))
    return _note(version, now)


def behind() -> Differences | None:
    """What the calendar has that running limits do not follow yet; None when they follow all of it."""
    version, done = calendar_version(), followed()
    return None if version == done else differences(done, version)


def _last() -> Event | None:
    return Event.objects.filter(chain=RECOMPUTED, verb=RECOMPUTE).order_by("-seq").only("data").first()


def followed() -> int:
    """The version of the calendar by which all running limits are known to be computed."""
    last = _last()
    return last.data["calendar"] if last else 0


@transaction.atomic
def _note(version: int, now: datetime) -> int:
    """Write down that all follows `version`, once; returns how many matters say that a limit of theirs moved."""
    Stamp.objects.select_for_update().filter(name=STAMP).first()
    last = _last()
    if last is not None and last.data["calendar"] == version:
        return last.data["matters"]
    lines = Event.objects.filter(verb=RECOMPUTE, pk__gt=last.pk if last else 0).exclude(chain=RECOMPUTED)
    moved = lines.count()
    record(RECOMPUTED, Fact(verb=RECOMPUTE, data={"calendar": version, "matters": moved}), by=None, now=now)
    return moved


def recompute_open(*, now: datetime, since: Differences = UNKNOWN) -> int:
    """Compute the limits that still run by the present calendar, those that the differences can reach.

    The history of a matter says what moved in it. Returns in how many matters a limit moved.
    """
    reached = array("q", _reached(since).iterator(chunk_size=BATCH))
    return each_batch(partial(_recompute, planners=_Planners(), now=now), _batches(memoryview(reached)))


def _reached(since: Differences) -> QuerySet[Clock, int]:
    """The matters whose limits the differences can reach; asked once, since a scan for every batch would cost more."""
    return touched(since).order_by("matter_id").values_list("matter_id", flat=True).distinct()


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


class _Planners:
    """The planner of the present calendar, kept while that stays."""

    kept: Planner | None = None

    def current(self) -> Planner:
        planner, calendar = self.kept, current_calendar()
        if planner is None or planner.calendar is not calendar:
            planner = self.kept = Planner(calendar)
        return planner


@transaction.atomic
def _recompute(matter_ids: Sequence[int], *, planners: _Planners, now: datetime) -> int:
    """One batch: its matters are held, in the order of their numbers."""
    held = Matter.objects.select_for_update().filter(Among("pk", matter_ids)).order_by("pk")
    _hold(held.values_list("pk"))
    planner = planners.current()
    plans = [planner.replan(clocks) for clocks in running_of(matter_ids)]
    _write([one for plan in plans for one in plan if one.now.differs])
    moved = [plan for plan in plans if any(one.now.has_moved for one in plan)]
    _write_due(moved)
    return _tell(moved, now)


def _hold(rows: QuerySet[Matter, Any]) -> None:
    """Have the rows held; nothing of them is wanted here."""
    with connection.cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())


def _write(plan: Sequence[Replanned]) -> None:
    """Write the clocks that came out differently; those that moved are looked at anew from their warning day."""
    told = ("warn_on", "due_on", "provisional", "explanation")
    rows = [(one.held.pk, *one.now[:4], one.now.warn_on) for one in plan if one.now.has_moved]
    update_each(Clock, (*told, "next_on"), rows)
    update_each(Clock, told[2:], [(one.held.pk, *one.now[2:4]) for one in plan if not one.now.has_moved])


class _Dated(NamedTuple):
    """What of a clock the matter's due date follows from."""

    kind: str
    warn_on: date
    due_on: date


def _write_due(plans: Iterable[list[Replanned]]) -> None:
    """Bring the matters' due dates into step, where they follow from what moved."""
    rows = []
    for plan in plans:
        running = [one for one in plan if one.held.paused_on is None]
        before = due_values(one.held for one in running)
        wanted = due_values(_Dated(one.held.kind, *one.now[:2]) for one in running)
        rows += [(plan[0].held.matter_id, *wanted.values())] if wanted != before else []
    update_each(Matter, DUE, rows)


def _tell(plans: Iterable[list[Replanned]], now: datetime) -> int:
    """Write what moved into the histories; returns into how many. What many have to say is one fact."""
    told: dict[str, Fact] = {}
    chains = {}
    for plan in plans:
        if lines := _lines(plan):
            fact = Fact(verb=RECOMPUTE, data={"moved": lines})
            chains[f"matter:{plan[0].held.matter_id}"] = [told.setdefault(str(lines), fact)]
    record_many(chains, by=None, now=now)
    return len(chains)


def _lines(plan: Iterable[Replanned]) -> list[dict[str, str]]:
    """What the history of the matter says: the limits that end on another day."""
    return [
        {"clock": one.held.kind, "from": one.held.due_on.isoformat(), "to": one.now.due_on.isoformat()}
        for one in plan
        if one.held.due_on != one.now.due_on
    ]


class Preview(NamedTuple):
    """What a calendar would move: limits and matters; `complete` says whether all were looked at."""

    limits: int
    matters: int
    complete: bool


def preview(calendar: Calendar, since: Differences, *, most: int = MOST_PREVIEWED) -> Preview:
    """What following `calendar` would move, among the first `most` matters that the differences can reach; writes
    nothing."""
    planner, ids = Planner(calendar), list(_reached(since)[: most + 1])
    moved = [
        len(lines)
        for batch in _batches(ids[:most])
        for clocks in running_of(batch)
        if (lines := _lines(planner.replan(clocks)))
    ]
    return Preview(sum(moved), len(moved), len(ids) <= most)
