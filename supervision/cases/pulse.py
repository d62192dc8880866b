"""The sweep's own pulse: when it last ran, and whether the clock may be believed that it goes by (ADR 0016).

A clock that is suddenly far ahead is believed once it has gone on like that for a while, or when a person sweeps by
hand. Until then nothing is swept: a rating that lapsed too early and a leader who was written to cannot be called back.
"""

import logging
from datetime import datetime, timedelta

from django.db.models.functions import Greatest

from supervision.cases.models import Pulse

logger = logging.getLogger(__name__)
STEP = timedelta(days=10)
"""More than this since the last sweep, at one step, is no outage that passes unasked; no holiday is as long."""
LASTS = timedelta(minutes=30)
"""How long a clock must go on after such a step, until it is believed."""

GAP = timedelta(minutes=15)
"""Looks further apart than this tell nothing of how the clock went between them: the waiting begins anew."""


def believed(*, now: datetime) -> bool:
    """Whether a sweep at `now` may be carried out by itself; a step that is too far is written down."""
    pulse = Pulse.objects.first()
    if pulse is None or now - pulse.swept_at <= STEP:
        return True
    since, last = pulse.held_since, pulse.held_last
    if since is not None and last is not None and timedelta() <= now - last <= GAP:
        Pulse.objects.update(held_last=now)
        return now - since >= LASTS
    Pulse.objects.update(held_since=now, held_last=now)
    logger.error("the clock shows %s, the last sweep was at %s: nothing is swept until it lasts", now, pulse.swept_at)
    return False


def held() -> Pulse | None:
    """The pulse while the clock is not believed."""
    return Pulse.objects.filter(held_since__isnull=False).first()


def note(*, now: datetime) -> None:
    """There was a sweep at `now`. A clock that was set back moves nothing back: another's may be right."""
    _keep(Greatest("swept_at", now), now)


def trust(*, now: datetime) -> None:
    """A person sweeps by hand, so the clock is right, whatever it showed before."""
    _keep(now, now)


def _keep(moment: "datetime | Greatest", now: datetime) -> None:
    if not Pulse.objects.update(swept_at=moment, held_since=None, held_last=None):
        Pulse.objects.bulk_create([Pulse(pk=1, swept_at=now)], ignore_conflicts=True)
