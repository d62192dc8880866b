"""The sweep: what time alone brings about. Running it twice does nothing the second time; a missed run heals itself.

Each part finds its rows by an index, works on sets of them, and costs a look or two where nothing is due. One part that
fails holds up no other; the run fails at its end, so that it is seen.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from opinions.clocks.services import behind, follow_calendar
from opinions.evaluation.services import lapse_due
from opinions.handling.services import expire_supplies, hand_over_vacant
from opinions.promises.services import put_before, rewarn
from supervision.cases.pulse import note
from supervision.escalation.services import fire_due, fire_marks, take_back, tell_due
from supervision.inspections.services import ask_for_checks
from supervision.orders.services import remind_sponsors
from supervision.programme.services import attach_raised, remind_due

logger = logging.getLogger(__name__)
BATCH = 2000


class Part(Protocol):
    """One thing that a sweep does; gives how many rows it concerned."""

    def __call__(self, *, now: datetime) -> int: ...


class Limited(Protocol):
    """A part that does at most `limit` rows at a time."""

    def __call__(self, *, now: datetime, limit: int) -> int: ...


def until_done(part: Limited, *, now: datetime) -> int:
    """Batch after batch, until nothing is left."""
    done = 0
    while found := part(now=now, limit=BATCH):
        done += found
    return done


def _recompute(*, now: datetime) -> int:
    """Limits, and before them the warning days of promises: a run that was killed in between does both again."""
    since = behind()
    if since is None:
        return 0
    rewarn(since=since, now=now)
    return follow_calendar(now=now) or 0


def _fire(*, now: datetime) -> int:
    done = fire_due(now=now)
    if done.set_aside:
        logger.error("%s clocks could not be swept and are set aside until tomorrow", done.set_aside)
    return done.fired


PARTS: dict[str, Part] = {
    "recomputed": _recompute,
    "taken_back": take_back,
    "lapsed": partial(until_done, lapse_due),
    "expired": partial(until_done, expire_supplies),
    "handed_over": partial(until_done, hand_over_vacant),
    "put_before": partial(until_done, put_before),
    "fired": _fire,
    "marks_settled": partial(until_done, fire_marks),
    "sponsors_reminded": partial(until_done, remind_sponsors),
    "raised_attached": partial(until_done, attach_raised),
    "tasks_reminded": remind_due,
    "checks_asked": ask_for_checks,
    "told": tell_due,
}
"""What a sweep does, in this order: dates are put right first, what has ended fires nothing, and telling comes last."""


def sweep(*, now: datetime, log: Callable[[str], None] = logger.info) -> dict[str, int]:
    """Do all parts; `log` hears what came of them. Returns how many rows each concerned, by its name in PARTS; raises
    ExceptionGroup at the end if some failed."""
    counts: dict[str, int] = {}
    errors = []
    for name, part in PARTS.items():
        try:
            counts[name] = part(now=now)
        except Exception as error:
            logger.exception("part %s of the sweep failed", name)
            errors.append(error)
    note(now=now)
    done = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    log(f"sweep: {done or 'nothing was due'}")
    if errors:
        raise ExceptionGroup("parts of the sweep failed", errors)
    return counts
