"""How often one address may ask what others nearby have raised. The answer is a help: when in doubt there is none."""

from datetime import datetime

from liaison.base.throttle import count

MOST_A_MINUTE = 40
"""Many residents share one address (a phone network, a hall with Wi-Fi); one who types asks a few times."""
MINUTE = 60
"""Seconds of it."""


def may_ask(client: str, *, now: datetime) -> bool:
    """Count one more question of this address; False above the limit, until the minute has passed."""
    return count(f"near:{client}", MINUTE, now=now) <= MOST_A_MINUTE
