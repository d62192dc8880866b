"""Writing to the ledger and proving it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.audit.models import Audience, Event
from liaison.base.errors import DomainError
from liaison.base.prepared import insert


class AppendOnly(DomainError):
    """Somebody tried to change or delete a ledger event."""


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


def _digest(event: Event) -> str:
    body = [
        event.chain, event.seq, event.verb, event.source, event.target, event.reason, event.data, event.audience,
        event.by_id, event.actor, event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.previous,
    ]  # fmt: skip
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _chained(
    chain: str, facts: Iterable[Fact], *, seq: int, previous: str, by: Any, actor: str, at: datetime
) -> Iterator[Event]:
    for fact in facts:
        seq += 1
        data = json.loads(json.dumps(fact.data, ensure_ascii=False, default=str))
        event = Event(
            chain=chain, seq=seq, verb=fact.verb, source=fact.source, target=fact.target, reason=str(fact.reason),
            data=data, audience=fact.audience, by=None if fact.system else by, actor="" if fact.system else actor,
            at=at, previous=previous,
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
