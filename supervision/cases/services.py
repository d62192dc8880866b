"""The sweep: what time alone brings about. Running it twice does nothing the second time; a missed run heals itself."""

from dataclasses import dataclass
from datetime import datetime

from opinions.clocks.services import follow_calendar
from opinions.evaluation.services import lapse_due
from opinions.handling.services import expire_supplies

BATCH = 500


@dataclass(frozen=True)
class Swept:
    """What one sweep did."""

    lapsed: int
    expired: int
    recomputed: int = 0
    """Matters whose limits moved because the working calendar was edited."""


def sweep(*, now: datetime) -> Swept:
    """Close what was not rated in time, and go on with what was not supplied in time. Batches until nothing is left."""
    recomputed = follow_calendar(now=now) or 0
    lapsed = expired = 0
    while found := lapse_due(now=now, limit=BATCH):
        lapsed += found
    while found := expire_supplies(now=now, limit=BATCH):
        expired += found
    return Swept(lapsed, expired, recomputed)
