"""Exact middle and ninth tenth of counted numbers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """How numbers are spread: how many there are, the median, and what nine in ten do not exceed (None of none)."""

    count: int = 0
    median: float | None = None
    p90: int | None = None


def spread(counts: Mapping[int, int]) -> Spread:
    """The spread of numbers given as how often each occurs. The 90th percentile is the nearest rank."""
    total = sum(counts.values())
    if not total:
        return Spread()
    middle = (_at(counts, (total + 1) // 2) + _at(counts, total // 2 + 1)) / 2
    return Spread(total, middle, _at(counts, -(-total * 9 // 10)))


def _at(counts: Mapping[int, int], rank: int) -> int:
    """The number that stands at `rank`, counted from one, when all stand in order."""
    for number in sorted(counts):
        rank -= counts[number]
        if rank <= 0:
            break
    return number
