"""The registry of measures: each with its code, its name, what it counts in words, its unit and who may read it.

Counts and shares are those of the dashboards (supervision/dashboards/measures.py); lengths of time are medians over
the same rows. Desk, report, public page and API take their numbers from here, so that they cannot part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from supervision.dashboards.models import Stage
from supervision.dashboards.queries import Numbers, measures, rate, rates

Value = int | float | None
INTERNAL = frozenset(
    ("red", "yellow", "turning", "take", "take_days", "returned", "reworked", "return_rate", "rework_rate")
)
"""For those who see to it that the work is done; the public reads results."""


@dataclass(frozen=True)
class Entry:
    """A measure. `rows` is the measure whose rows it opens into; `now`: it is about the moment, not about a month."""

    code: str
    name: Any
    counts: Any
    without: Any
    unit: Any
    rows: str
    now: bool = False
    public: bool = True


@dataclass(frozen=True)
class Section:
    """Measures that are read together; never merged: a reply is no solution, silence no satisfaction."""

    key: str
    title: Any
    codes: Sequence[str]
    hint: Any = ""


PIECES, PROMISES, PERCENT, WORKING_DAYS = _("件"), _("项"), "%", _("个工作日")
SECTIONS = (
    Section("flow", _("来和去"), ("opened", "closed", "declined", "merged", "withdrawn")),
    Section(
        "replied", _("承办单位怎么答复"),
        ("replied", "class_a", "class_b", "class_c", "class_d", "timed", "in_time", "late", "in_time_rate"),
        _("A、B、C、D 类是承办单位说的。答复不等于解决。"),
    ),
    Section(
        "word", _("群众怎么评价"),
        ("rated", "satisfied", "mostly", "unsatisfied", "lapsed", "content_rate", "rated_rate"),
        _("没有评价的单独列出，不算满意，也不算不满意。"),
    ),
    Section(
        "solved", _("群众说解决了没有"), ("solved", "partly", "unsolved", "solved_rate"),
        _("只算群众自己说的；满意不等于解决。"),
    ),
    Section("lasting", _("要多久"), ("take_days", "reply_days", "solve_days")),
    Section("redone", _("退回和返工"), ("returned", "reworked", "return_rate", "rework_rate")),
    Section(
        "promises", _("承诺"), ("promises_kept", "promises_missed", "promises_withdrawn", "kept_rate"),
        _("兑现承诺不等于问题解决，也不等于群众满意。"),
    ),
    Section(
        "standing", _("还没有结果的"),
        ("open", "red", "yellow", "waiting", "proposed", "relayed", "promises_open", "promises_overdue"),
        _("转建议、接力都不等于解决。"),
    ),
)  # fmt: skip
"""The order in which reports and the public page tell them."""
STANDING = "standing"


@cache
def registry() -> Mapping[str, Entry]:
    """Every measure by its code."""
    return {entry.code: entry for entry in _entries()}


def _entries() -> Iterator[Entry]:
    for key, one in measures().items():
        unit = PROMISES if key.startswith("promises") else PIECES
        yield Entry(key, one.label, one.counts, one.without, unit, key, not one.month, key not in INTERNAL)
    for key, share in rates().items():
        yield Entry(
            key, share.label, share.formula, measures()[share.whole].without, PERCENT, share.part,
            public=key not in INTERNAL,
        )  # fmt: skip
    names = {Stage.TAKE: _("接单用时中位数"), Stage.REPLY: _("首次答复用时中位数"), Stage.SOLVE: _("解决用时中位数")}
    for stage, name in names.items():
        one, code = measures()[stage], f"{stage.value}_days"
        yield Entry(code, name, one.counts, one.without, WORKING_DAYS, stage.value, public=code not in INTERNAL)


def by_line(*, now: bool) -> list[str]:
    """The measures that a breakdown tells: no lengths of time, and those of the moment only with `now`."""
    return [one.code for one in registry().values() if one.rows not in Stage.values and (now or not one.now)]


def values_of(numbers: Numbers, spreads: Mapping[str, Any]) -> dict[str, Value]:
    """The value of each measure, `spreads` by stage; None where there is nothing to share or to measure."""
    found: dict[str, Value] = {key: numbers[key] for key in measures()}
    found |= {stage.value: spreads[stage].count if stage in spreads else 0 for stage in Stage}
    for key in rates():
        share = rate(numbers, key)
        found[key] = None if share is None else round(share, 1)
    return found | {f"{stage.value}_days": spreads[stage].median if stage in spreads else None for stage in Stage}
