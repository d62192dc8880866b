"""Counting what comes too often, in the cache. A throttle is a help: when in doubt it holds up nobody."""

from django.core.cache import cache


def count(key: str, seconds: int) -> int:
    """Count one more of `key`: how many there were within the `seconds` that began with the first.

    1 when they ran out between two calls, or when the cache cannot be asked.
    """
    try:
        return 1 if cache.add(key, 1, seconds) else cache.incr(key)
    except Exception:  # noqa: BLE001 - each kind of cache fails in its own way
        return 1
