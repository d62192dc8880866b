"""Asking a worker to look at new matters soon. Losing a nudge costs time, not suggestions: beat looks as well."""

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)
SUGGEST = "suggestion.suggest_waiting"
GATHER = 1.0
"""Seconds between a nudge and the work: one nudge serves all that is submitted meanwhile."""
QUIET_AFTER_FAILURE = 30.0
_quiet_until = 0.0


def nudge() -> None:
    """Send the task by name unless one is on its way; a dead broker is noted and left alone for a while."""
    global _quiet_until  # noqa: PLW0603 - one number per process
    now = time.monotonic()
    if now < _quiet_until:
        return
    _quiet_until = now + GATHER
    try:
        current_app.send_task(SUGGEST, retry=False, countdown=GATHER, expires=60)
    except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors
        _quiet_until = now + QUIET_AFTER_FAILURE
        logger.warning("the broker cannot be reached; suggestions wait for beat: %s", error)
