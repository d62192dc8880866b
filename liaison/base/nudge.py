"""Asking a worker to look soon. Losing a nudge costs time, nothing else: beat runs the same task."""

import logging
import time

from django.conf import settings
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)
QUIET_AFTER_FAILURE = 30.0
"""Seconds during which a process does not try a broker that was just found dead: nobody must wait for it."""


class Nudge:
    """Asks for a run of `task`, by name; to be called once the transaction has committed, as often as one likes.

    `gather` are the seconds between a nudge and the work: one nudge serves all that is committed meanwhile.
    """

    def __init__(self, task: str, *, gather: float = 1.0) -> None:
        self.task = task
        self.gather = gather
        self.quiet_until = 0.0

    def __call__(self) -> None:
        """Send the task unless one is on its way; a dead broker is noted and left alone for a while."""
        now = time.monotonic()
        if now < self.quiet_until:
            return
        self.quiet_until = now + self.gather
        app = import_string(settings.TASK_APP)
        try:
            app.send_task(self.task, retry=False, countdown=self.gather, expires=60)
        except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors
            self.quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            logger.warning("the broker cannot be reached; %s waits for beat: %s", self.task, error)
