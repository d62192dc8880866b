"""For development: the notice is written to the log."""

import logging

from liaison.base.notices.models import Notice

logger = logging.getLogger("notices.console")


class Console:
    """Writes one line; twice is harmless."""

    idempotent = True

    def send(self, notice: Notice) -> None:
        """Log the notice as it would go out."""
        logger.info("[%s -> %s] %s %s", notice.channel, notice.address, notice.subject, notice.link)
