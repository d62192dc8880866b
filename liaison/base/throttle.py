"""Counting what comes too often, in the cache. A throttle is a help: when in doubt it holds up nobody."""

from datetime import datetime

from django.core.cache import cache


def count(key: str, seconds: int, *, now: datetime) -> int:
    """Count one more of `key`: how many there were in the present span of so many `seconds`; 1 when the cache cannot be
    asked.

    Each span has a counter of its own, which outlives it: one that ran out between two calls would be begun anew by
    Redis without an end, and hold up its sender for good.
    """
    span = f"{key}:{int(now.timestamp()) // seconds}"
    try:
        return 1 if cache.add(span, 1, 2 * seconds) else cache.incr(span)
    except Exception:  # noqa: BLE001 - each kind of cache fails in its own way
        return 1
