"""Keeping the rollups equal to a live GROUP BY: following the ledger, building anew, comparing (ADR 0018)."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils.dateparse import parse_datetime

from liaison.base.audit.models import Event
from liaison.base.errors import StaleState
from liaison.base.stamps import Stamp
from liaison.base.workdays.queries import STAMP as CALENDAR
from opinions.catalog.queries import category_tree
from opinions.matters.models import Matter
from supervision.dashboards import live
from supervision.dashboards.cubes import CUBES, MODELS, Cube
from supervision.dashboards.models import Fact, RollupState

BATCH = 2_000
"""Matters counted anew at once, and events read at once."""
PATIENCE = timedelta(hours=1)
"""How long a missing number of the ledger is waited for: longer no transaction lasts; after it, it was rolled back."""
MOST_GAPS = 200
SMALL = 20_000
"""So many matters are counted while a reader waits; more are left to the sweep."""
CHAIN = "matter:"
_FIELDS = tuple(field.name for field in Fact._meta.concrete_fields if field.name != "matter")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Refreshed:
    """What one refresh did: how many matters it looked at and counted otherwise, and whether more waits."""

    seen: int = 0
    changed: int = 0
    more: bool = False


def refresh(*, now: datetime) -> Refreshed:
    """Count anew what the ledger tells of since the last time: at most a batch, in one transaction.

    Nothing where somebody else is at it. Running it twice does nothing the second time.
    """
    with transaction.atomic():
        state = _hold()
        return _follow(state, now) if state is not None and state.built else Refreshed()


def catch_up(*, now: datetime) -> int:
    """Refresh until nothing waits, and build what is not built or was counted by another calendar; the sweep's part.

    Returns how many matters are counted otherwise now.
    """
    state = RollupState.objects.first()
    if state is None or not state.built or (state.calendar, state.tree) != (_calendar(), _tree()):
        return rebuild(now=now)
    changed, done = 0, refresh(now=now)
    while done.more:
        changed, done = changed + done.changed, refresh(now=now)
    return changed + done.changed


def at_hand(*, now: datetime) -> RollupState | None:
    """The rollups for a reader: brought up to now within bounds. None while they are not built."""
    state = RollupState.objects.first()
    if state is None or not state.built:
        if Matter.objects.order_by()[: SMALL + 1].count() <= SMALL:
            rebuild(now=now)
    elif _waits(state):
        refresh(now=now)
    return RollupState.objects.filter(built=True).first()


def _hold() -> RollupState | None:
    """The state, locked until the transaction ends; None where another holds it."""
    RollupState.objects.get_or_create(pk=1)
    return RollupState.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _calendar() -> int:
    return Stamp.objects.filter(name=CALENDAR).values_list("version", flat=True).first() or 0


def _tree() -> str:
    """Which category stands under which, in short."""
    return hashlib.sha256(str(sorted((one.pk, one.parent_id) for one in category_tree().values())).encode()).hexdigest()


def _unseen(state: RollupState) -> Q:
    """Events that were not there yet: later ones, and those that fill a gap."""
    unseen = Q(pk__gt=state.seen)
    for first, last, _since in state.gaps:
        unseen |= Q(pk__gte=first, pk__lte=last)
    return unseen


def _waits(state: RollupState) -> bool:
    """Whether anything happened since; two looks."""
    return Event.objects.filter(_unseen(state)).exists() or Matter.objects.filter(pk__gt=state.top).exists()


def _follow(state: RollupState, now: datetime) -> Refreshed:
    events = list(Event.objects.filter(_unseen(state)).order_by("pk").values_list("pk", "chain")[:BATCH])
    chains = {chain for _pk, chain in events if chain.startswith(CHAIN)}
    ids = {int(key) for chain in chains if (key := chain.removeprefix(CHAIN)).isdigit()}
    fresh = list(Matter.objects.filter(pk__gt=state.top).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not events and not fresh:
        return Refreshed()
    changed = recount(sorted(ids | set(fresh)))
    state.gaps = _gaps(state, [pk for pk, _chain in events], now)
    state.seen = max([state.seen, *(pk for pk, _chain in events[-1:])])
    state.top = max([state.top, *fresh[-1:]])
    _keep(state, now)
    return Refreshed(len(ids | set(fresh)), changed, max(len(events), len(fresh)) == BATCH)


def _keep(state: RollupState, now: datetime) -> None:
    """Write the state, if nobody else has; the version stands against a database without row locks."""
    values = {name: getattr(state, name) for name in ("seen", "top", "gaps", "calendar", "tree", "built")}
    kept = RollupState.objects.filter(pk=state.pk, version=state.version)
    if not kept.update(version=F("version") + 1, at=now, **values):
        raise StaleState


def _gaps(state: RollupState, found: Sequence[int], now: datetime) -> list[list[Any]]:
    """The numbers still missing: known gaps without what was found, and those that the new numbers leave."""
    held = set(found)
    oldest = now - PATIENCE
    known = [gap for gap in state.gaps if (parse_datetime(gap[2]) or oldest) > oldest]
    left = [[*part, since] for first, last, since in known for part in _missing(first - 1, last + 1, held)]
    fresh, before = [], state.seen
    for number in sorted(number for number in held if number > state.seen):
        if number > before + 1:
            fresh.append([before + 1, number - 1, now.isoformat()])
        before = number
    return [*left, *fresh][-MOST_GAPS:]


def _missing(before: int, after: int, held: set[int]) -> Iterator[tuple[int, int]]:
    """The ranges between two numbers that `held` leaves open."""
    for number in [*sorted(number for number in held if before < number < after), after]:
        if number > before + 1:
            yield before + 1, number - 1
        before = number


def recount(ids: Sequence[int]) -> int:
    """Bring the facts of these matters and the sums into step with the matters, in the caller's transaction.

    Those that are gone are counted no more. Returns how many are counted otherwise. The statements are as many for
    one as for a batch.
    """
    before = {fact.matter: fact for fact in Fact.objects.filter(live.of(ids))}
    now = {fact.matter: fact for fact in live.facts(live.of(ids))}
    moved = [key for key in before.keys() | now.keys() if _said(before.get(key)) != _said(now.get(key))]
    if not moved:
        return 0
    which = live.of(moved)
    taken = _sums(which)
    Fact.objects.filter(live.of([key for key in moved if key not in now])).delete()
    rows = [now[key] for key in moved if key in now]
    Fact.objects.bulk_create(rows, update_conflicts=True, unique_fields=["matter"], update_fields=_FIELDS)
    given = _sums(which)
    for cube, old, new in zip(CUBES, taken, given, strict=True):
        _add(cube, old, new)
    for model in MODELS:
        model._default_manager.filter(n=0).delete()
    return len(moved)


def _said(fact: Fact | None) -> Row | None:
    return tuple(getattr(fact, name) for name in _FIELDS) if fact else None


def _sums(which: Q) -> list[list[Row]]:
    return [list(cube.live(which)) for cube in CUBES]


def _add(cube: Cube, old: Iterable[Row], new: Iterable[Row]) -> None:
    """Take `old` off the sums and put `new` on them: one statement that adds to what stands there."""
    width, deltas = len(cube.by), dict[Row, Counter[int]]()
    for sign, rows in ((-1, old), (1, new)):
        for row in rows:
            held = deltas.setdefault(row[:width], Counter())
            for place, count in enumerate(row[width:]):
                held[place] += sign * count
    rows = [
        (*key, *(held[place] for place in range(len(cube.counts))))
        for key, held in deltas.items()
        if any(held.values())
    ]
    table, columns = cube.model._meta.db_table, cube.columns
    adding = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in cube.counts)
    places = f"({', '.join(['%s'] * len(columns))})"
    size = MOST_VALUES // len(columns)
    with connection.cursor() as cursor:
        for part in (rows[start : start + size] for start in range(0, len(rows), size)):
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * len(part))}"  # noqa: S608
                f" ON CONFLICT ({', '.join(cube.by)}) DO UPDATE SET {adding}",
                [value for row in part for value in row],
            )


MOST_VALUES = 30_000
"""Values that one statement takes on either database."""
STRETCH = 2_000
"""Numbers of matters whose facts are built at once."""


@transaction.atomic
def rebuild(*, now: datetime) -> int:
    """Count everything anew; readers see the old sums until all is done. Returns how many matters are counted.

    Events that are still under way are found by the gaps that they leave.
    """
    state = _hold()
    if state is None:
        return 0
    state.calendar, state.tree = _calendar(), _tree()
    _begin_after(state, Event.objects.aggregate(last=Max("pk"))["last"] or 0, now)
    state.top = Matter.objects.aggregate(last=Max("pk"))["last"] or 0
    first = Matter.objects.order_by("pk").values_list("pk", flat=True).first() or 1
    _empty(Fact)
    for start in range(first, state.top + 1, STRETCH):
        Fact.objects.bulk_create(live.facts(live.between(start, min(start + STRETCH - 1, state.top))), batch_size=BATCH)
    for model in MODELS:
        _empty(model)
    for cube in CUBES:
        _fill(cube)
    state.built = True
    _keep(state, now)
    return Fact.objects.count()


def _begin_after(state: RollupState, last: int, now: datetime) -> None:
    """Let the next refresh go on behind `last`; numbers missing shortly before it may still come."""
    held = list(Event.objects.filter(pk__gt=last - BATCH, pk__lte=last).values_list("pk", flat=True))
    state.seen, state.gaps = min(held, default=1) - 1, []
    state.gaps = _gaps(state, held, now)
    state.seen = last


def _empty(model: type[Any]) -> None:
    rows = model.objects.all()
    rows._raw_delete(rows.db)


def _fill(cube: Cube) -> None:
    """The sums of a cube from all facts, by one statement within the database."""
    sql, values = cube.live().query.sql_with_params()
    columns = ", ".join(cube.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {cube.model._meta.db_table} ({columns}) {sql}", values)


def check() -> list[str]:
    """Where the rollups differ from a live GROUP BY, in words for whoever runs the place; empty when they agree."""
    return [*_facts_apart(), *(told for cube in CUBES for told in _sums_apart(cube))]


def _facts_apart() -> Iterator[str]:
    """Matters that are counted under something else than their own rows say."""
    last = max(
        Matter.objects.aggregate(last=Max("pk"))["last"] or 0, Fact.objects.aggregate(last=Max("pk"))["last"] or 0
    )
    for start in range(1, last + 1, STRETCH):
        which = live.between(start, start + STRETCH - 1)
        held = {fact.matter: _said(fact) for fact in Fact.objects.filter(which)}
        true = {fact.matter: _said(fact) for fact in live.facts(which)}
        for key in sorted(key for key in held.keys() | true.keys() if held.get(key) != true.get(key)):
            yield f"matter {key}: counted as {held.get(key)}, is {true.get(key)}"


def _sums_apart(cube: Cube) -> Iterator[str]:
    """Sums that differ from the GROUP BY over the facts."""
    held = set(cube.model._default_manager.filter(cube.mine).values_list(*cube.columns))
    for row in sorted(held ^ set(cube.live()), key=str):
        yield f"{cube.model.__name__} {row}"
