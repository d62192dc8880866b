"""The lines that are printed."""

from dataclasses import dataclass
from textwrap import shorten


@dataclass(frozen=True)
class Line:
    """One thing tried, what was seen, and whether that is as it should be."""

    what: str
    seen: str
    good: bool

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.what}: {shorten(self.seen, 150, placeholder=' …')}"
