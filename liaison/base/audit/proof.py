"""Proof of the ledger as a count and a list of breaks, for the command and the audit page."""

from collections.abc import Callable
from dataclasses import dataclass, field

from liaison.base.audit.models import Event
from liaison.base.audit.services import Break, verify

MOST_AT_ONCE = 50_000
"""Events that a page proves at once (some seconds); the command has no such limit."""


@dataclass(frozen=True)
class Proof:
    """What was walked and where it does not hold. `events` counts the events at the start of the walk."""

    chains: int
    events: int
    breaks: list[Break] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.breaks


def prove(chain: str = "", *, progress: Callable[[int, int], None] | None = None) -> Proof:
    """Walk `chain`, or the whole ledger, and count. `progress` hears (events behind, events in all) now and then."""
    rows = Event.objects.filter(chain=chain) if chain else Event.objects.all()
    events = rows.count()
    chains = rows.order_by().values("chain").distinct().count()
    tick = (lambda done: progress(done, events)) if progress else None
    return Proof(chains, events, list(verify([chain] if chain else None, tick=tick)))
