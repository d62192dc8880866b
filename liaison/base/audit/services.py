"""Writing to the ledger and proving it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from liaison.base.arrays import array_literal
from liaison.base.audit.models import Audience, Event
from liaison.base.prepared import insert
from liaison.base.sets import insert_rows


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What an event says, before it has its place in a chain."""

    verb: str
    source: str = ""
    target: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    audience: str = Audience.INTERNAL
    system: bool = False
    """Whether the program itself did it, though in the same breath as somebody's act."""


def actor_name(by: Any) -> str:
    """The actor in words, as it stands now; None is the system."""
    return "" if by is None else str(getattr(by, "signature", by))[:120]


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(body: Iterable[Any]) -> str:
    """The hash of an event that says `body`: chain, place, verb, source, target, reason, data, audience, user, actor,
    instant (UTC, to the microsecond), hash of the one before."""
    told = [_moment(one) if isinstance(one, datetime) else one for one in body]
    return hashlib.sha256(_CANONICAL.encode(told).encode()).hexdigest()


@lru_cache(maxsize=8)
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(event: Event) -> str:
    return digest((
        event.chain, event.seq, event.verb, event.source, event.target, event.reason, event.data, event.audience,
        event.by_id, event.actor, event.at, event.previous,
    ))  # fmt: skip


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """What JSON makes of it."""
    if all(isinstance(one, str) for one in data.values()):
        return data
    plain: dict[str, Any] = json.loads(json.dumps(data, ensure_ascii=False, default=str))
    return plain


def _chained(
    chain: str, facts: Iterable[Fact], *, seq: int, previous: str, by: Any, actor: str, at: datetime
) -> Iterator[Event]:
    for fact in facts:
        seq += 1
        event = Event(
            chain=chain, seq=seq, verb=fact.verb, source=fact.source, target=fact.target, reason=str(fact.reason),
            data=_plain(fact.data), audience=fact.audience, by=None if fact.system else by,
            actor="" if fact.system else actor, at=at, previous=previous,
        )  # fmt: skip
        previous = event.digest = _digest(event)
        yield event


def record(chain: str, *facts: Fact, by: Any, now: datetime, actor: str = "", first: bool = False) -> list[Event]:
    """Append `facts` to `chain`, in the caller's transaction.

    `actor` names an actor without an account (a resident). `first=True` says that the chain is new
    and saves the look at its end. The caller holds the lock of the record the chain belongs to
    (`advance` takes it); a concurrent append violates `event_chain_seq` and is rolled back.
    """
    last = None if first else Event.objects.filter(chain=chain).order_by("-seq").only("seq", "digest").first()
    events = list(
        _chained(
            chain,
            facts,
            seq=last.seq if last else 0,
            previous=last.digest if last else "",
            by=by,
            actor=actor or actor_name(by),
            at=now,
        )
    )
    insert(events)
    return events


def record_new(chains: Mapping[str, Iterable[Fact]], *, by: Any, now: datetime, actor: str = "") -> list[Event]:
    """Begin many new chains at once, as an import does: one statement for every few hundred events."""
    named = actor or actor_name(by)
    events = [
        event
        for chain, facts in chains.items()
        for event in _chained(chain, facts, seq=0, previous="", by=by, actor=named, at=now)
    ]
    return Event.objects.bulk_create(events, batch_size=500)


def record_many(chains: Mapping[str, Iterable[Fact]], *, by: Any, now: datetime, actor: str = "") -> None:
    """Append to many chains at once: one statement reads their ends, one inserts.

    What holds for `record` holds here: the caller's transaction, and the caller holds the rows to which the chains
    belong. A chain that does not exist yet begins.
    """
    if not chains:
        return
    named, ends = actor or actor_name(by), _ends(chains)
    rows: list[tuple[Any, ...]] = []
    told: dict[int, _Told] = {}
    for chain, facts in chains.items():
        seq, previous = ends.get(chain, (0, ""))
        for fact in facts:
            seq += 1
            said = told.get(id(fact)) or told.setdefault(id(fact), _told(fact, by and by.pk, named, now))
            own = said.digest(chain, seq, previous)
            rows.append((chain, seq, *said.values, previous, own))
            previous = own
    insert_rows(Event, _COLUMNS, rows)


class _Told(NamedTuple):
    """A fact as the columns hold it, and as the hash reads it: many chains may say the same.

    It keeps the fact itself, whose identity it is found by.
    """

    fact: Fact
    values: tuple[Any, ...]
    canonical: str

    def digest(self, chain: str, seq: int, previous: str) -> str:
        """As `digest` has it, with what all chains share worked out once."""
        body = f'[{_CANONICAL.encode(chain)},{seq},{self.canonical},"{previous}"]'
        return hashlib.sha256(body.encode()).hexdigest()


def _told(fact: Fact, by: Any, actor: str, at: datetime) -> _Told:
    data = _plain(fact.data)
    who = (None, "") if fact.system else (by, actor)
    said = (fact.verb, fact.source, fact.target, str(fact.reason))
    canonical = _CANONICAL.encode([*said, data, fact.audience, *who, _moment(at)])[1:-1]
    return _Told(fact, (*said, _CANONICAL.encode(data), fact.audience, *who, at), canonical)


_COLUMNS = (
    "chain", "seq", "verb", "source", "target", "reason", "data", "audience", "by", "actor", "at", "previous", "digest",
)  # fmt: skip


_LAST = """SELECT asked.chain, last.seq, last.digest FROM unnest(%s::text[]) AS asked (chain) CROSS JOIN LATERAL
    (SELECT seq, digest FROM base_event WHERE chain = asked.chain ORDER BY seq DESC LIMIT 1) AS last"""


def _ends(chains: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The place and the hash of each chain's last event, by one statement that looks at no other event."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_LAST, [array_literal(chains)])
            return {chain: (seq, digest) for chain, seq, digest in cursor.fetchall()}
    last = Event.objects.filter(chain=models.OuterRef("chain")).order_by("-seq").values("seq")[:1]
    rows = Event.objects.filter(chain__in=list(chains), seq=models.Subquery(last))
    return {chain: (seq, digest) for chain, seq, digest in rows.values_list("chain", "seq", "digest")}


class Fault(models.TextChoices):
    """How a chain can be broken."""

    MISSING = "missing", _("前面少了记录")
    LOOSE = "loose", _("与前一条记录接不上")
    CHANGED = "changed", _("内容被改动过")


@dataclass(frozen=True)
class Break:
    """The first place where a chain no longer holds."""

    chain: str
    seq: int
    fault: Fault


def verify(chains: Iterable[str] | None = None, *, tick: Callable[[int], None] | None = None) -> Iterator[Break]:
    """Walk the chains (all by default) and yield the first break of each; `tick` hears how many events are behind."""
    rows = Event.objects.order_by("chain", "seq")
    if chains is not None:
        rows = rows.filter(chain__in=list(chains))
    chain, seq, previous, broken = "", 0, "", False
    for count, event in enumerate(rows.iterator(chunk_size=2000), start=1):
        if tick and count % 2000 == 0:
            tick(count)
        if event.chain != chain:
            chain, seq, previous, broken = event.chain, 0, "", False
        if broken:
            continue
        seq += 1
        fault = _fault(event, seq, previous)
        if fault:
            broken = True
            yield Break(chain, event.seq, fault)
        previous = event.digest


def _fault(event: Event, seq: int, previous: str) -> Fault | None:
    if event.seq != seq:
        return Fault.MISSING
    if event.previous != previous:
        return Fault.LOOSE
    return Fault.CHANGED if event.digest != _digest(event) else None
