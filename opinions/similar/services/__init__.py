"""Writes of similar opinions: the index, and the hot issues made of it."""

from opinions.similar.services.hot import (
    AlreadyDecided,
    NeedsReason,
    dismiss,
    group_recent,
    reopen,
    turned_into,
)
from opinions.similar.services.indexing import (
    INDEX,
    clear_left_over,
    forget,
    index_matters,
    index_soon,
    index_waiting,
    learn,
    refresh,
    renew,
)

__all__ = [
    "INDEX",
    "AlreadyDecided",
    "NeedsReason",
    "clear_left_over",
    "dismiss",
    "forget",
    "group_recent",
    "index_matters",
    "index_soon",
    "index_waiting",
    "learn",
    "refresh",
    "renew",
    "reopen",
    "turned_into",
]
