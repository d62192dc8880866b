"""For development and rehearsals: the message is noted in the log and stays in the outbox."""

import logging

from opinions.exchange.adapters import Answer, Parcel
from opinions.exchange.models import Partner

logger = logging.getLogger("exchange.console")


class Console:
    """Writes one line, without what residents wrote; twice is harmless."""

    idempotent = True

    def send(self, partner: Partner, parcel: Parcel) -> Answer:
        """Log that the message would go out."""
        logger.info("[%s] %s %s, %d characters", partner.code, parcel.kind, parcel.key, len(parcel.body))
        return Answer()
