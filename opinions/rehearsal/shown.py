"""A rehearsal in words: its tables, and its differences with names in place of keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deputies.organisations.queries import bodies
from deputies.roster.models import Deputy
from opinions.catalog.models import Tier
from opinions.catalog.queries import category_tree
from opinions.rehearsal.models import Difference, Rehearsal
from opinions.rehearsal.tally import PERSON
from opinions.routing.services.replaying import Fate

MOST_ROWS = 40
MOST_BODIES, MOST_MONTHS = 20, 12
"""Bodies and months in the table of load; the newest months."""


@dataclass(frozen=True)
class Row:
    """One row of a table: what, before, after; `changed` where both are the same by nature."""

    key: str
    label: str
    old: int
    new: int
    total: int | None = None
    changed: int | None = None

    @property
    def more(self) -> int:
        """After less before."""
        return self.new - self.old

    @property
    def signed(self) -> str:
        """The difference as people write it."""
        return f"{self.more:+d}".replace("-", "−") if self.more else "0"


@dataclass(frozen=True)
class Load:
    """How much one body gets month by month: numbers before and after."""

    label: str
    months: tuple[tuple[int, int], ...]

    @property
    def total(self) -> tuple[int, int]:
        return sum(old for old, _new in self.months), sum(new for _old, new in self.months)


class Names:
    """What bodies and deputies are called; deputies by one statement."""

    def __init__(self, deputies: Iterable[int | None]) -> None:
        wanted = {key for key in deputies if key}
        self._deputies = dict(Deputy.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}

    def deputy(self, key: int) -> str:
        return _("%(name)s代表") % {"name": self._deputies.get(key, key)}

    def body(self, key: int) -> str:
        held = bodies().get(key)
        return held.name if held else str(key)

    def whom(self, key: str) -> str:
        """A key of `tally.whom_of` in words."""
        if key == "unrecorded":
            return _("没有分派记录")
        number = int(key[1:])
        if key[0] == "d":
            return self.deputy(number)
        return _("待%(street)s人工分派") % {"street": self.body(number)} if key[0] == "t" else self.body(number)


PERSON_WORDS = ("none", "confirm", "no_match", "no_body", "broken", "unrecorded")


def needs_words(kind: str) -> str:
    """For what a person is needed, in words."""
    return {
        "none": _("直接办理，不用人工"),
        "confirm": _("须人工确认"),
        "no_match": _("没有相符的规则，待人工分派"),
        "no_body": _("找不到承办机构或代表，待人工分派"),
        "broken": _("规则有误，待人工分派"),
        "unrecorded": _("没有分派记录"),
    }[kind]


def tier_words(key: str) -> str:
    """A key of `tally.tier_of` in words."""
    return str(Tier(int(key)).label) if key.isdecimal() else needs_words(key)


@dataclass(frozen=True)
class Tables:
    """All tables of a rehearsal."""

    tiers: list[Row]
    person: list[Row]
    bodies: list[Row]
    categories: list[Row]
    streets: list[Row]
    rules: list[Row]
    months: list[str]
    load: list[Load]
    cut: bool
    """Whether the table of load leaves out months or bodies."""


def tables(rehearsal: Rehearsal) -> Tables:
    """The figures of a finished rehearsal; one statement for the names of deputies."""
    held = rehearsal.summary
    named = Names(int(key[1:]) for key, *_counts in held["bodies"] if key.startswith("d"))
    tree = category_tree()
    all_months = sorted({month for one in held["load"].values() for month in one})
    months = all_months[-MOST_MONTHS:]
    person = {key: (old, new) for key, old, new in held["person"]}
    return Tables(
        tiers=sorted((Row(key, tier_words(key), old, new) for key, old, new in held["tiers"]), key=lambda one: one.key),
        person=[Row(key, needs_words(key), *person[key]) for key in PERSON_WORDS if key in person],
        bodies=_moved_first(Row(key, named.whom(key), old, new) for key, old, new in held["bodies"]),
        categories=_by_kind(held["categories"], lambda key: tree[key].name if key in tree else _("没有类别")),
        streets=_by_kind(held["streets"], named.body),
        rules=_moved_first(Row(str(key), rule_name(held, key), old, new) for key, old, new in held["rules"]),
        months=months,
        load=_load(held["load"], held["bodies"], months, named),
        cut=len(all_months) > MOST_MONTHS or len(held["bodies"]) > MOST_BODIES,
    )


def _moved_first(rows: Iterable[Row]) -> list[Row]:
    """Those that change most, then the largest."""
    return sorted(rows, key=lambda row: (-abs(row.more), -row.new))[:MOST_ROWS]


def _by_kind(rows: Sequence[Sequence[Any]], name: Any) -> list[Row]:
    return [Row(str(key), name(key), old, new, total, changed) for key, total, changed, old, new in rows[:MOST_ROWS]]


def _load(
    held: dict[str, dict[str, list[int]]], order: Sequence[Sequence[Any]], months: Sequence[str], named: Names
) -> list[Load]:
    rows = (key for key, *_counts in order[:MOST_BODIES])
    return [
        Load(named.whom(key), tuple((one[0], one[1]) for one in (held[key].get(month, [0, 0]) for month in months)))
        for key in rows
    ]


def rule_name(summary: dict[str, Any], key: int | None) -> str:
    """What a rule was called when it was rehearsed."""
    return str(summary.get("names", {}).get(str(key), "")) if key else ""


@dataclass(frozen=True)
class Side:
    """One decision in words."""

    tier: str
    whom: str
    rule: str
    confirm: bool


@dataclass(frozen=True)
class Shown:
    """A difference in words."""

    row: Difference
    old: Side
    new: Side

    @property
    def only_terms(self) -> bool:
        """Whether only what goes along differs: helpers, limit, urgency, tags."""
        return (self.old.tier, self.old.whom, self.old.confirm) == (self.new.tier, self.new.whom, self.new.confirm)


def shown(rehearsal: Rehearsal, rows: Sequence[Difference]) -> list[Shown]:
    """Differences in words; one statement for the names of deputies."""
    named = Names(key for row in rows for key in (row.old_deputy, row.new_deputy))
    return [Shown(row, _side(rehearsal, row, "old", named), _side(rehearsal, row, "new", named)) for row in rows]


def _side(rehearsal: Rehearsal, row: Difference, side: str, named: Names) -> Side:
    tier, body, deputy, rule, fate, confirm = (
        getattr(row, f"{side}_{name}") for name in ("tier", "body", "deputy", "rule", "fate", "confirm")
    )
    told = tier_words(str(tier)) if tier else needs_words(PERSON.get(Fate(fate), "no_match"))
    whom = named.deputy(deputy) if deputy else (named.body(body) if body else "")
    return Side(told, whom, rule_name(rehearsal.summary, rule), confirm)
