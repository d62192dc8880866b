"""Adding up a rehearsal: pure, of a size that does not grow with the opinions."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opinions.routing.services.replaying import Fate, Outcome

OLD, NEW = 0, 1
PERSON = {Fate.NO_MATCH: "no_match", Fate.BROKEN: "broken", Fate.NO_BODY: "no_body", Fate.UNRECORDED: "unrecorded"}
"""Why a person would have to distribute it."""


@dataclass(frozen=True)
class Where:
    """Under what an opinion is counted: keys of top category and street, and the month (2026-11)."""

    category: int
    street: int
    month: str


@dataclass
class Tally:
    """How many opinions each side would give to whom. Every counter is by (key, side)."""

    total: int = 0
    changed: int = 0
    unrecorded: int = 0
    tiers: Counter[Hashable] = field(default_factory=Counter)
    bodies: Counter[Hashable] = field(default_factory=Counter)
    load: Counter[Hashable] = field(default_factory=Counter)
    person: Counter[Hashable] = field(default_factory=Counter)
    categories: Counter[Hashable] = field(default_factory=Counter)
    streets: Counter[Hashable] = field(default_factory=Counter)
    moves: Counter[Hashable] = field(default_factory=Counter)
    rules: Counter[Hashable] = field(default_factory=Counter)

    def add(self, old: Outcome, new: Outcome, where: Where) -> bool:
        """Count one opinion; whether it is a difference."""
        differs = is_difference(old, new)
        self.total += 1
        self.unrecorded += old.fate == Fate.UNRECORDED
        for side, one in ((OLD, old), (NEW, new)):
            whom, needs = whom_of(one, where.street), needs_of(one)
            self.tiers[tier_of(one), side] += 1
            self.bodies[whom, side] += 1
            self.load[whom, where.month, side] += 1
            self.person[needs, side] += 1
            if one.rule is not None:
                self.rules[one.rule, side] += 1
            if needs != "none":
                self.categories[where.category, f"person{side}"] += 1
                self.streets[where.street, f"person{side}"] += 1
        for counter, key in ((self.categories, where.category), (self.streets, where.street)):
            counter[key, "all"] += 1
            counter[key, "changed"] += differs
        if differs:
            self.changed += 1
            self.moves[tier_of(old), tier_of(new)] += 1
        return differs

    def to_json(self) -> dict[str, Any]:
        """As a rehearsal keeps it: rows of two numbers by key, the largest first."""
        return {
            "total": self.total,
            "changed": self.changed,
            "unrecorded": self.unrecorded,
            "tiers": _two_sides(self.tiers),
            "bodies": _two_sides(self.bodies),
            "person": _two_sides(self.person),
            "rules": _two_sides(self.rules),
            "categories": _kinds(self.categories),
            "streets": _kinds(self.streets),
            "load": _by_month(self.load),
            "moves": [[*ends, count] for ends, count in _moves(self.moves)],
        }


def is_difference(old: Outcome, new: Outcome) -> bool:
    """Whether the opinion would be decided otherwise. Where nothing was recorded there is nothing to compare."""
    return old.fate != Fate.UNRECORDED and old.effect != new.effect


def tier_of(one: Outcome) -> str:
    """The tier, or why there is none."""
    return str(one.tier) if one.tier is not None else PERSON.get(one.fate, "no_match")


def whom_of(one: Outcome, street: int) -> str:
    """Who has the work: a body, a deputy, the street that must distribute it, or nobody known."""
    if one.fate == Fate.UNRECORDED:
        return "unrecorded"
    if one.deputy is not None:
        return f"d{one.deputy}"
    return f"b{one.body}" if one.body is not None else f"t{street}"


def needs_of(one: Outcome) -> str:
    """For what a person is needed: to confirm, to distribute, or for nothing."""
    return PERSON.get(one.fate) or ("confirm" if one.confirm else "none")


def _moves(counter: Counter[Any]) -> list[tuple[Any, int]]:
    """From tier to tier, the most frequent first."""
    return counter.most_common()


def _two_sides(counter: Counter[Any]) -> list[list[Any]]:
    keys = dict.fromkeys(key for key, _side in counter)
    rows = [[key, counter[key, OLD], counter[key, NEW]] for key in keys]
    return sorted(rows, key=lambda row: (-max(row[1], row[2]), str(row[0])))


def _kinds(counter: Counter[Any]) -> list[list[Any]]:
    """Key, all, changed, and how many need a person before and after."""
    keys = dict.fromkeys(key for key, _kind in counter)
    rows = [[key, *(counter[key, kind] for kind in ("all", "changed", "person0", "person1"))] for key in keys]
    return sorted(rows, key=lambda row: (-row[2], -row[1], str(row[0])))


def _by_month(counter: Counter[Any]) -> dict[str, dict[str, list[int]]]:
    told: dict[str, dict[str, list[int]]] = {}
    for (whom, month, side), count in sorted(counter.items()):
        told.setdefault(whom, {}).setdefault(month, [0, 0])[side] = count
    return told


def merged(rules: list[list[Any]], lineages: Mapping[int, str]) -> list[list[Any]]:
    """Rows by rule with the copies of one rule in both versions as one row, under the key of the new version's."""
    rows: dict[Any, list[Any]] = {}
    for key, old, new in rules:
        row = rows.setdefault(lineages.get(key, key), [key, 0, 0])
        row[0] = key if new else row[0]
        row[1], row[2] = row[1] + old, row[2] + new
    return sorted(rows.values(), key=lambda row: (-max(row[1], row[2]), row[0]))
