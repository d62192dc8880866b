"""Asking a worker to deliver soon. Losing a nudge costs time, not notices: beat delivers as well."""

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)
DELIVER = "notices.deliver_due"
GATHER = 0.5
"""Seconds between a nudge and the delivery that it asks for: one nudge serves all notices queued meanwhile."""
QUIET_AFTER_FAILURE = 30.0
"""Seconds during which a process does not try a broker that was just found dead."""
_quiet_until = 0.0


def nudge() -> None:
    """Send the task by name, unless one is on its way that will find what was just committed.

    A dead broker is noted and left alone for a while; nothing reaches the user.
    """
    global _quiet_until  # noqa: PLW0603 - one number per process
    now = time.monotonic()
    if now < _quiet_until:
        return
    try:
        current_app.send_task(DELIVER, retry=False, countdown=GATHER, expires=60)
        _quiet_until = now + GATHER
    except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors
        _quiet_until = now + QUIET_AFTER_FAILURE
        logger.warning("the broker cannot be reached; notices wait for it: %s", error)


def ask_worker(task: str) -> None:
    """Ask for a run of a scheduled task at once, by name. Losing it costs time only: beat runs it as well."""
    try:
        current_app.send_task(task, retry=False, expires=60)
    except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors
        logger.warning("the broker cannot be reached; %s waits for beat: %s", task, error)
