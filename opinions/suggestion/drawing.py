"""The curve of a model as points of a small picture and as rows of a table. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 320, 160
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 10, 24
"""Margins of the picture, in its own units."""


@dataclass(frozen=True)
class Row:
    """One threshold: in percent, and where it lies in the picture."""

    threshold: int
    coverage: float
    accuracy: float | None
    x: float
    y: float
    chosen: bool


@dataclass(frozen=True)
class Picture:
    """The curve: share of messages with a proposal to the right, share of right ones upwards from `floor` percent."""

    rows: Sequence[Row]
    floor: int
    line: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM

    @property
    def middle(self) -> int:
        """The accuracy half-way up, in percent."""
        return (100 + self.floor) // 2

    @property
    def half(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def below(self) -> int:
        """Where the words under the axis stand."""
        return self.height - 6

    @property
    def beside(self) -> int:
        return self.left - 6


def picture(curve: Sequence[Mapping[str, Any]], threshold: float) -> Picture:
    """Draw the curve of a model's figures; the point nearest below `threshold` is marked as chosen."""
    accuracies = [point["accuracy"] for point in curve if point["accuracy"] is not None]
    floor = min(90, int(min(accuracies, default=0.9) * 10) * 10)
    chosen = max((point["threshold"] for point in curve if point["threshold"] <= threshold + 1e-9), default=None)
    rows = [_row(point, floor, chosen=point["threshold"] == chosen) for point in curve]
    return Picture(rows, floor, " ".join(f"{row.x:.1f},{row.y:.1f}" for row in rows if row.accuracy is not None))


def _row(point: Mapping[str, Any], floor: int, *, chosen: bool) -> Row:
    accuracy = None if point["accuracy"] is None else 100 * point["accuracy"]
    share = ((accuracy if accuracy is not None else floor) - floor) / (100 - floor)
    return Row(
        threshold=round(100 * point["threshold"]),
        coverage=100 * point["coverage"],
        accuracy=accuracy,
        x=LEFT + point["coverage"] * (WIDTH - LEFT - RIGHT),
        y=HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM),
        chosen=chosen,
    )
