"""Months as bars and lines of a small picture, and as rows of the table behind it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360, 150
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 14, 20
"""Margins of the picture, in its own units."""


@dataclass(frozen=True)
class Mark:
    """One value of one series: where its bar begins and how high it is, and where its dot lies. None has no mark."""

    x: float
    middle: float
    y: float
    height: float
    value: float | None


@dataclass(frozen=True)
class Series:
    """One row of values over the months; `dashed` or filled beside the name tells it apart, not colour alone."""

    label: Any
    values: Sequence[float | None]


@dataclass(frozen=True)
class Drawn:
    """A series in the picture."""

    label: Any
    marks: Sequence[Mark]

    @property
    def line(self) -> str:
        """A path through the values; it breaks where there is none."""
        parts, open_ = [], False
        for mark in self.marks:
            if mark.value is not None:
                parts.append(f"{'L' if open_ else 'M'}{mark.middle:.1f} {mark.y:.1f}")
            open_ = mark.value is not None
        return "".join(parts)

    @property
    def bars(self) -> str:
        """Its bars as one path."""
        width = _bar(len(self.marks))
        drawn = (mark for mark in self.marks if mark.value)
        return "".join(f"M{one.x:.1f} {one.y:.1f}v{one.height:.1f}h{width:.1f}v-{one.height:.1f}z" for one in drawn)


@dataclass(frozen=True)
class Picture:
    """A picture of one or two series over the months."""

    series: Sequence[Drawn]
    months: Sequence[tuple[float, Any]]
    ticks: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    foot: int = HEIGHT - 5
    beside: int = LEFT - 5


def _step(count: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, count)


def _bar(count: int) -> float:
    """The width of one of two bars that stand side by side."""
    return _step(count) * 0.36


def picture(series: Sequence[Series], months: Sequence[Any], *, most: float = 0, unit: str = "") -> Picture:
    """Draw series over the same months. `most` is the least that the axis reaches up to."""
    values = [value for one in series for value in one.values if value is not None]
    reach = _round(max([most, 1, *values]))
    ticks = [(_height(part * reach, reach), f"{part * reach:g}{unit}") for part in (0, 0.5, 1)]
    labels = [(LEFT + _step(len(months)) * (place + 0.5), month) for place, month in enumerate(months)]
    drawn = [Drawn(one.label, _marks(one.values, reach, side)) for side, one in enumerate(series)]
    return Picture(drawn, labels, ticks)


def _round(value: float) -> float:
    """The next round even number from `value` on, so that half of it is round as well."""
    size = 10 ** (len(str(int(value))) - 1)
    return next(float(step * size) for step in (1, 2, 4, 6, 8, 10) if step * size >= value) if value > 1 else 2.0


def _height(value: float, reach: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / reach)


def _marks(values: Sequence[float | None], reach: float, side: int) -> list[Mark]:
    step, width = _step(len(values)), _bar(len(values))
    return [
        Mark(
            x=LEFT + step * place + step * 0.12 + side * width * 1.08,
            middle=LEFT + step * (place + 0.5),
            y=_height(value or 0, reach),
            height=HEIGHT - BOTTOM - _height(value or 0, reach),
            value=value,
        )
        for place, value in enumerate(values)
    ]
