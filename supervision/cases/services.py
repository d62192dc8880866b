"""The sweep: what time alone brings about. Running it twice does nothing the second time; a missed run heals itself."""

from dataclasses import dataclass
from datetime import datetime

from opinions.clocks.services import follow_calendar
from opinions.evaluation.services import lapse_due
from opinions.handling.services import expire_supplies, hand_over_vacant

BATCH = 500


@dataclass(frozen=True)
class Swept:
    """What one sweep did."""

    lapsed: int
    expired: int
    recomputed: int = 0
    """Matters whose limits moved because the working calendar was edited."""
    handed_over: int = 0
    """Matters that the street now holds because their deputy is no longer in office."""


def sweep(*, now: datetime) -> Swept:
    """Close what was not rated in time, go on with what was not supplied in time, and give the street what deputies
    held who are no longer in office. Batches until nothing is left."""
    recomputed = follow_calendar(now=now) or 0
    lapsed = expired = handed_over = 0
    while found := lapse_due(now=now, limit=BATCH):
        lapsed += found
    while found := expire_supplies(now=now, limit=BATCH):
        expired += found
    while found := hand_over_vacant(now=now, limit=BATCH):
        handed_over += found
    return Swept(lapsed, expired, recomputed, handed_over)
