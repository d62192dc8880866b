"""How often one address may ask what others nearby have raised. The answer is a help: when in doubt there is none."""

from liaison.base.throttle import count

MOST_A_MINUTE = 40
"""Many residents share one address (a phone network, a hall with Wi-Fi); one who types asks a few times."""
_MINUTE = 60


def may_ask(client: str) -> bool:
    """Count one more question of this address; False above the limit, until a minute has passed."""
    return count(f"near:{client}", _MINUTE) <= MOST_A_MINUTE
