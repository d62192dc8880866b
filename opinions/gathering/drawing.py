"""Opinions by day as a small picture. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT, EDGE = 120, 32, 2
WIDEST, FULL = 8, 0.8
"""A bar is no wider than that, and takes that much of the room of its day."""
MOST_DAYS = 366


@dataclass(frozen=True)
class Curve:
    """Opinions by day from the first to the last: `bars` is a path over a base line, `days` the same in numbers."""

    bars: str
    days: tuple[tuple[date, int], ...]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def most(self) -> int:
        return max((count for _day, count in self.days), default=0)

    @property
    def peak(self) -> date | None:
        """The (first) day with most opinions."""
        return next((day for day, count in self.days if count == self.most), None)


def curve_of(counts: Mapping[str, int]) -> Curve:
    """The curve of `counts` by ISO day; days without any stand at the bottom."""
    known = {date.fromisoformat(day): count for day, count in counts.items()}
    if not known:
        return Curve("", ())
    last = max(known)
    first = max(min(known), date.fromordinal(max(1, last.toordinal() - MOST_DAYS + 1)))
    days = tuple((day, known.get(day, 0)) for day in _days(first, last))
    most = max(count for _day, count in days) or 1
    room = (WIDTH - 2 * EDGE) / len(days)
    wide = min(WIDEST, room * FULL)
    level = HEIGHT - EDGE
    bars = (
        f"M{EDGE + room * (at + 0.5) - wide / 2:.2f} {level}v-{(level - EDGE) * count / most:.1f}h{wide:.2f}V{level}z"
        for at, (_day, count) in enumerate(days)
        if count
    )
    return Curve(f"M{EDGE} {level}h{WIDTH - 2 * EDGE}v.5h-{WIDTH - 2 * EDGE}z{''.join(bars)}", days)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
