"""Asking a worker to deliver now. Losing a nudge costs time, not notices: beat delivers as well."""

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)
DELIVER = "notices.deliver_due"
QUIET_AFTER_FAILURE = 30.0
"""Seconds during which a process does not try a broker that was just found dead."""
_quiet_until = 0.0


def nudge() -> None:
    """Send the task by name. A dead broker is noted and left alone for a while; nothing reaches the user."""
    global _quiet_until  # noqa: PLW0603 - one number per process
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(DELIVER, retry=False, expires=60)
    except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors
        _quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
        logger.warning("the broker cannot be reached; notices wait for it: %s", error)
