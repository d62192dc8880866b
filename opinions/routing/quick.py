"""The first rule that fires, for hundreds of thousands of opinions: the engine's answer without its reasons. Pure.

Every condition is a bit. What of an opinion a kind of condition looks at (its category, its place …) has few values,
so that the bits are worked out once for each value; keywords are looked for all at once. Only what is costly to ask is
asked for each opinion.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, TypeVar

from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Condition,
    DeputyActive,
    DeputyAddressed,
    DivisionWithin,
    Facts,
    Group,
    Keywords,
    LevelIn,
    Mode,
    RaisedAt,
    ReachIn,
    UrgencyIn,
    WishIn,
)
from opinions.routing.engine import ReadyRule

V = TypeVar("V")
ASPECTS: dict[str, str] = {
    CategoryIn.kind: "category", DivisionWithin.kind: "division", ChannelIn.kind: "channel", LevelIn.kind: "deputy",
    DeputyAddressed.kind: "deputy", DeputyActive.kind: "deputy", ReachIn.kind: "reach", UrgencyIn.kind: "urgency",
    WishIn.kind: "wish", RaisedAt.kind: "moment",
}  # fmt: skip
"""What of an opinion a kind of condition looks at. Keywords look at the text; any other kind is asked by itself."""
MOST_KEPT = 50_000
"""Answers kept of one sort; more begin anew, so that memory stays flat."""


@dataclass(frozen=True)
class _Part:
    """A group as bits, with the conditions that must be asked one by one."""

    mode: Mode
    mask: int
    asked: tuple[Condition, ...] = ()

    def held(self, bits: int, facts: Callable[[], Facts]) -> bool:
        if self.mode == Mode.ALL:
            return bits & self.mask == self.mask and all(one.evaluate(facts()).held for one in self.asked)
        found = bool(bits & self.mask) or any(one.evaluate(facts()).held for one in self.asked)
        return found == (self.mode == Mode.ANY)

    def may_hold(self, bits: int) -> bool:
        """Whether the bits alone leave it open, or say yes."""
        if self.mode == Mode.ALL:
            return bits & self.mask == self.mask
        found = bool(bits & self.mask)
        return not found if self.mode == Mode.NONE else found or bool(self.asked)


@dataclass(frozen=True)
class _Ready:
    rule: ReadyRule
    parts: tuple[_Part, ...] = ()

    @property
    def open(self) -> tuple[_Part, ...]:
        """The groups that the bits alone do not decide."""
        return tuple(part for part in self.parts if part.asked)


class Words:
    """Keywords of all rules, looked for in one go; their conditions as bits."""

    def __init__(self, conditions: Iterable[tuple[int, Keywords]]) -> None:
        self._bits: dict[str, int] = {}
        self._asked: list[tuple[int, Mode, int]] = []
        for bit, one in conditions:
            mask = 0
            for word in one.values:
                mask |= self._bits.setdefault(word.casefold(), 1 << len(self._bits))
            self._asked.append((bit, one.mode, mask))
        self._by_head: dict[str, list[str]] = defaultdict(list)
        for word in self._bits:
            self._by_head[word[:2]].append(word)
        self._heads = frozenset(self._by_head)
        self._kept: dict[int, int] = {}

    def bits(self, text: str) -> int:
        """The bits of the conditions that hold for `text` (in one case)."""
        found = 0
        for head in self._heads & (set(map(add, text, text[1:])) | set(text)):
            for word in self._by_head[head]:
                if word in text:
                    found |= self._bits[word]
        held = self._kept.get(found)
        if held is None:
            held = _keep(self._kept, found, sum(bit for bit, mode, mask in self._asked if _says(mode, mask, found)))
        return held


def _says(mode: Mode, mask: int, found: int) -> bool:
    if mode == Mode.ALL:
        return found & mask == mask
    return bool(found & mask) == (mode == Mode.ANY)


class Quick:
    """The rules of one version, ready for very many opinions; answers as `engine.decide` does."""

    def __init__(self, rules: Sequence[ReadyRule]) -> None:
        self._bit_of: dict[Condition, int] = {}
        self._rules = tuple(_Ready(rule, tuple(map(self._part, rule.groups))) for rule in rules if not rule.barred)
        self._of_aspect: dict[str, list[tuple[int, Condition]]] = defaultdict(list)
        words: list[tuple[int, Keywords]] = []
        for condition, bit in self._bit_of.items():
            if isinstance(condition, Keywords):
                words.append((bit, condition))
            else:
                self._of_aspect[ASPECTS[condition.kind]].append((bit, condition))
        self._words = Words(words)
        self._kept: dict[str, dict[Hashable, int]] = {name: {} for name in self._of_aspect}
        self._candidates: dict[int, tuple[tuple[ReadyRule, tuple[_Part, ...]], ...]] = {}
        self.asks = any(part.asked for one in self._rules for part in one.parts)
        """Whether some condition is asked for each opinion by itself, as the number of similar ones is."""

    def _part(self, group: Group) -> _Part:
        mask, asked = 0, list[Condition]()
        for condition in group.conditions:
            if isinstance(condition, Keywords) or (condition.kind in ASPECTS and not condition.costly):
                mask |= self._bit_of.setdefault(condition, 1 << len(self._bit_of))
            else:
                asked.append(condition)
        return _Part(group.mode, mask, tuple(asked))

    def first(self, aspects: Mapping[str, Hashable], text: str, facts: Callable[[], Facts]) -> ReadyRule | None:
        """The rule that fires, or the broken one at which the search ends, or none.

        `aspects` has a key for each of ASPECTS: opinions with the same key look the same. `text` is in one case.
        """
        bits = self._words.bits(text)
        for name, kept in self._kept.items():
            key = aspects[name]
            held = kept.get(key)
            bits |= self._look(name, key, facts()) if held is None else held
        for rule, parts in self._candidates.get(bits) or self._standing(bits):
            if all(part.held(bits, facts) for part in parts):
                return rule
        return None

    def _look(self, name: str, key: Hashable, facts: Facts) -> int:
        held = sum(bit for bit, condition in self._of_aspect[name] if condition.evaluate(facts).held)
        return _keep(self._kept[name], key, held)

    def _standing(self, bits: int) -> tuple[tuple[ReadyRule, tuple[_Part, ...]], ...]:
        """The rules that may fire, up to the first that does so whatever is asked."""
        found: list[tuple[ReadyRule, tuple[_Part, ...]]] = []
        for one in self._rules:
            if all(part.may_hold(bits) for part in one.parts):
                found.append((one.rule, one.open))
                if not one.open:
                    break
        return _keep(self._candidates, bits, tuple(found))


def _keep(kept: dict[Any, V], key: Hashable, value: V) -> V:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = value
    return value
