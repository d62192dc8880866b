"""Asking a worker to look at new opinions soon. Losing a nudge costs time, nothing else: beat looks as well."""

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)
INDEX = "similar.index_waiting"
GATHER = 1.0
"""Seconds between a nudge and the work: one nudge serves all that is submitted meanwhile."""
QUIET_AFTER_FAILURE = 30.0
"""Seconds during which a process does not try a broker that was just found dead: residents must not wait for it."""
_quiet_until = 0.0


def nudge() -> None:
    """Send the task by name unless one is on its way; a dead broker is noted and left alone for a while."""
    global _quiet_until  # noqa: PLW0603 - one number per process
    now = time.monotonic()
    if now < _quiet_until:
        return
    _quiet_until = now + GATHER
    try:
        current_app.send_task(INDEX, retry=False, countdown=GATHER, expires=60)
    except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors
        _quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
        logger.warning("the broker cannot be reached; new opinions wait for beat: %s", error)
