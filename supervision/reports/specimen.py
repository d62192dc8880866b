"""Reports for trying a layout: one in which everything occurs, and one in which nothing does."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from supervision.reports.models import Level
from supervision.reports.papers import Paper
from supervision.reports.queries import TOLD, Line, row_of, table_of
from supervision.reports.registry import SECTIONS, registry, values_of

ABOUT = {
    "owner": "", "organisation": "", "upper": "", "month": "2026-01", "standing_at": "2026-02-01T00:00:00+08:00",
}  # fmt: skip


def full(level: str, day: date) -> Paper:
    """A correction with a line in every table."""
    below = [{"name": "", "arrived": True, "at": ""}]
    differs = [{"name": "", "was": None, "now": 0}]
    content = ABOUT | {"sections": _sections("—"), "tables": _tables(level, [Line(0, "", {})]), "below": below}
    return Paper(content, 2, day, "—", differs)


def bare(level: str, day: date) -> Paper:
    """A first edition of a body with nothing below it, which compares no streets, in a month without a matter."""
    return Paper(ABOUT | {"sections": _sections(""), "tables": _tables(level, []), "below": []}, 1, day)


def _tables(level: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [table_of(axis, lines) for axis in TOLD[Level(level)] if lines or axis != "street"]


def _sections(note: str) -> Sequence[dict[str, Any]]:
    nothing = values_of(Counter(), {})
    return [
        {"key": one.key, "title": str(one.title), "hint": str(one.hint), "note": note,
         "rows": [row_of(registry()[code], [nothing[code]] * 3) for code in one.codes]}
        for one in SECTIONS
    ]  # fmt: skip
