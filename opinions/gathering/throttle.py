"""How often one address may ask what others nearby have raised. The answer is a help: when in doubt there is none."""

from django.core.cache import cache

MOST_A_MINUTE = 40
"""Many residents share one address (a phone network, a hall with Wi-Fi); one who types asks a few times."""
_MINUTE = 60


def may_ask(client: str) -> bool:
    """Count one more question of this address; False above the limit, until a minute has passed."""
    key = f"near:{client}"
    if cache.add(key, 1, _MINUTE):
        return True
    try:
        return cache.incr(key) <= MOST_A_MINUTE
    except ValueError:  # it ran out between the two calls
        return True
