"""Keeping the rollups equal to a live GROUP BY: following the ledger, building anew, comparing (ADR 0018)."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils.dateparse import parse_datetime

from liaison.base.audit.models import Event
from liaison.base.errors import StaleState
from liaison.base.sets import MOST_SLOTS
from liaison.base.workdays.queries import calendar_version
from opinions.catalog.queries import category_tree
from opinions.matters.models import Matter
from supervision.dashboards import live
from supervision.dashboards.cubes import CUBES, MODELS, Cube
from supervision.dashboards.models import Fact, PromiseFact, RollupState

BATCH = 2_000
"""Matters (or numbers of matters) counted anew at once, and events read at once."""
PATIENCE = timedelta(hours=1)
"""How long a missing number of the ledger is waited for: longer no transaction lasts; after it, it was rolled back."""
MOST_GAPS = 200
SMALL = 20_000
"""So many matters are counted while a reader waits; more are left to the sweep."""
MOST_ROUNDS = 20
"""So many batches are followed for figures that are kept."""
CHAIN = "matter:"
Row = tuple[Any, ...]
Key = tuple[type[Any], int]
"""Which kind of fact, and its own key."""
SOURCES: Mapping[type[Any], Callable[[Q], Iterator[Any]]] = {Fact: live.facts, PromiseFact: live.promises}
"""What is counted, and how it is read anew. A condition is on the column `matter`."""
_FIELDS = {
    model: tuple(field.name for field in model._meta.concrete_fields if not field.primary_key) for model in SOURCES
}


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
    if state is None or not state.built or (state.calendar, state.tree) != (calendar_version(), _tree()):
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


def caught_up(*, now: datetime) -> bool:
    """Whether the rollups agree with the ledger, brought up as far as it takes: for figures that are kept.

    Called outside of transactions: whoever holds the state keeps the others from following.
    """
    for _round in range(MOST_ROUNDS):
        state = at_hand(now=now)
        if state is None:
            return False
        if not _waits(state):
            return True
    return False


def _hold() -> RollupState | None:
    """The state, locked until the transaction ends; None where another holds it."""
    RollupState.objects.get_or_create(pk=1)
    return RollupState.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def _tree() -> str:
    """Which category stands under which, and what is counted, in short: where either is new, all is."""
    tree = sorted((one.pk, one.parent_id) for one in category_tree().values())
    told = tree, [cube.columns for cube in CUBES], list(_FIELDS.values())
    return hashlib.sha256(str(told).encode()).hexdigest()


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
    before, now = _held(live.of(ids)), _true(live.of(ids))
    apart = _apart(before, now)
    if not apart:
        return 0
    moved = sorted({(now.get(key) or before[key]).matter for key in apart})
    which = live.of(moved)
    taken = _sums(which)
    for model, fields in _FIELDS.items():
        ours = [key for key in apart if key[0] is model]
        model.objects.filter(pk__in=[pk for kind, pk in ours if (kind, pk) not in now]).delete()
        rows = [now[key] for key in ours if key in now]
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=fields
        )
    given = _sums(which)
    for cube, old, new in zip(CUBES, taken, given, strict=True):
        _add(cube, old, new)
    for model in MODELS:
        model._default_manager.filter(n=0).delete()
    return len(moved)


def _held(which: Q) -> dict[Key, Any]:
    """The facts as they are kept."""
    return {(model, fact.pk): fact for model in SOURCES for fact in model.objects.filter(which)}


def _true(which: Q) -> dict[Key, Any]:
    """The facts as they ought to be."""
    return {(model, fact.pk): fact for model, read in SOURCES.items() for fact in read(which)}


def _apart(held: Mapping[Key, Any], true: Mapping[Key, Any]) -> list[Key]:
    """Where kept facts are not as they ought to be, in the order of their keys."""
    differ = (key for key in held.keys() | true.keys() if _said(held.get(key)) != _said(true.get(key)))
    return sorted(differ, key=lambda key: (key[0].__name__, key[1]))


def _said(fact: Any) -> Row | None:
    return tuple(getattr(fact, name) for name in _FIELDS[type(fact)]) if fact else None


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
    size = MOST_SLOTS // len(columns)
    with connection.cursor() as cursor:
        for part in (rows[start : start + size] for start in range(0, len(rows), size)):
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * len(part))}"  # noqa: S608
                f" ON CONFLICT ({', '.join(cube.by)}) DO UPDATE SET {adding}",
                [value for row in part for value in row],
            )


@transaction.atomic
def rebuild(*, now: datetime) -> int:
    """Count everything anew; readers see the old sums until all is done. Returns how many matters are counted.

    Events that are still under way are found by the gaps that they leave.
    """
    state = _hold()
    if state is None:
        return 0
    state.calendar, state.tree = calendar_version(), _tree()
    _begin_after(state, _last(Event), now)
    state.top = _last(Matter)
    first = Matter.objects.order_by("pk").values_list("pk", flat=True).first() or 1
    for model in SOURCES:
        _empty(model)
    for start in range(first, state.top + 1, BATCH):
        which = live.between(start, min(start + BATCH - 1, state.top))
        for model, read in SOURCES.items():
            model.objects.bulk_create(read(which), batch_size=BATCH)
    for model in MODELS:
        _empty(model)
    for cube in CUBES:
        _fill(cube)
    state.built = True
    _keep(state, now)
    return Fact.objects.count()


def _last(model: type[Any]) -> int:
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


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
    """Matters and promises that are counted under something else than their own rows say."""
    for start in range(1, max(_last(Matter), _last(Fact)) + 1, BATCH):
        which = live.between(start, start + BATCH - 1)
        held, true = _held(which), _true(which)
        for model, pk in _apart(held, true):
            told = _said(held.get((model, pk))), _said(true.get((model, pk)))
            yield f"{model.__name__} {pk}: counted as {told[0]}, is {told[1]}"


def _sums_apart(cube: Cube) -> Iterator[str]:
    """Sums that differ from the GROUP BY over the facts."""
    held = set(cube.model._default_manager.filter(cube.mine).values_list(*cube.columns))
    for row in sorted(held ^ set(cube.live()), key=str):
        yield f"{cube.model.__name__} {row}"
