"""What was measured, and how it is told."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure in words; `met` is None where there is no target."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None


def at_least(what: str, value: float, least: float, *, told: str = "") -> Figure:
    """A figure that must not be smaller than `least`; `told` adds how it came about."""
    return Figure(what, f"{value:.2f}{told}", f"≥ {least}", value >= least)


def at_most(what: str, value: float, most: float, *, unit: str = "", told: str = "") -> Figure:
    """A figure that must not be larger than `most`."""
    return Figure(what, f"{value:g}{unit}{told}", f"≤ {most:g}{unit}", value <= most)


def equal(what: str, value: float, wanted: float, *, told: str = "") -> Figure:
    """A figure that must be just this."""
    return Figure(what, f"{value:g}{told}", f"= {wanted:g}", value == wanted)


def width(text: str) -> int:
    """Columns on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def drawn(parts: Iterable[tuple[str, Sequence[Figure]]]) -> str:
    """The table, one part after another."""
    parts = list(parts)
    rows = [figure for _name, figures in parts for figure in figures]
    columns = [max((width(getattr(row, name)) for row in rows), default=0) for name in ("what", "measured", "target")]
    lines = []
    for name, figures in parts:
        lines += ["", f"── {name} " + "─" * max(0, sum(columns) + 6 - len(name))]
        lines += [_line(figure, columns) for figure in figures]
    return "\n".join(lines)


def _line(figure: Figure, columns: Sequence[int]) -> str:
    cells = (figure.what, figure.measured, figure.target)
    padded = [cell + " " * (room - width(cell)) for cell, room in zip(cells, columns, strict=True)]
    verdict = {True: "✓", False: "✗", None: ""}[figure.met]
    return "  ".join([*padded, verdict]).rstrip()
