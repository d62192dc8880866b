"""Opinions by day as a small picture. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT, EDGE = 120, 32, 2
"""In the picture's own units."""
MOST_DAYS = 366


@dataclass(frozen=True)
class Curve:
    """Opinions by day from the first to the last. `line` and `area` are paths; `days` is the same in numbers."""

    line: str
    area: str
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
        return Curve("", "", ())
    last = max(known)
    first = max(min(known), date.fromordinal(max(1, last.toordinal() - MOST_DAYS + 1)))
    days = tuple((day, known.get(day, 0)) for day in _days(first, last))
    most = max(count for _day, count in days) or 1
    step = (WIDTH - 2 * EDGE) / max(1, len(days) - 1)
    level = HEIGHT - EDGE
    points = [
        f"{EDGE + step * at:.1f} {level - (level - EDGE) * count / most:.1f}" for at, (_day, count) in enumerate(days)
    ]
    if len(points) == 1:
        points.append(f"{WIDTH - EDGE} {points[0].split()[1]}")
    line = f"M{'L'.join(points)}"
    return Curve(line, f"{line}L{WIDTH - EDGE} {level}L{EDGE} {level}Z", days)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
