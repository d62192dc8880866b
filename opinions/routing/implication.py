"""What follows from what: by it, rules that can never fire are found. Sound, not complete.

A rule is read as clauses that must all hold, each a choice of literals: a condition, or that it does not hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from django.utils.translation import gettext as _

from opinions.routing.conditions import (
    Condition,
    DeputyActive,
    DeputyAddressed,
    Group,
    InTree,
    Keywords,
    LevelIn,
    Mode,
    Names,
    Node,
    OneOf,
    RaisedAt,
    SimilarCount,
)


@dataclass(frozen=True)
class Literal:
    """A condition that holds, or with `holds` false one that does not."""

    condition: Condition
    holds: bool = True

    @property
    def opposite(self) -> "Literal":
        return Literal(self.condition, not self.holds)

    def sentence(self, names: Names) -> str:
        told = self.condition.sentence(names)
        return told if self.holds else _("不是“%(told)s”") % {"told": told}


Clause = tuple[Literal, ...]


def clauses(groups: Iterable[Group]) -> list[Clause]:
    """The clauses of a rule: one of each group that takes any of its conditions, else one of each condition."""
    made: list[Clause] = []
    for group in groups:
        literals = tuple(Literal(one, group.mode != Mode.NONE) for one in group.conditions)
        made += [literals] if group.mode == Mode.ANY else [(one,) for one in literals]
    return made


def words_of(clause: Clause, names: Names) -> str:
    """A clause in words."""
    return _(" 或者 ").join(literal.sentence(names) for literal in clause)


def follows(strong: Literal, weak: Literal, names: Names) -> bool:
    """Whether every opinion for which `strong` is true is one for which `weak` is."""
    one, other = strong.condition, weak.condition
    if strong.holds:
        return implies(one, other, names) if weak.holds else contradicts(one, other, names)
    return _exhausts(one, other) if weak.holds else implies(other, one, names)


def excludes(one: Literal, other: Literal, names: Names) -> bool:
    """Whether no opinion makes both true."""
    return follows(one, other.opposite, names) or follows(other, one.opposite, names)


def implies(strong: Condition, weak: Condition, names: Names) -> bool:
    """Whether every opinion for which `strong` holds is one for which `weak` holds."""
    if strong == weak:
        return True
    if isinstance(strong, Keywords) and isinstance(weak, Keywords):
        return _words_imply(strong, weak)
    if isinstance(strong, OneOf) and isinstance(weak, OneOf) and strong.kind == weak.kind:
        return all(_within(value, weak, names) for value in strong.values)
    if isinstance(strong, RaisedAt) and isinstance(weak, RaisedAt):
        return all(one & ~other == 0 for one, other in _spans(strong, weak))
    if isinstance(strong, SimilarCount) and isinstance(weak, SimilarCount):
        return strong.ask == weak.ask and strong.least >= weak.least
    if weak == DeputyAddressed(value=True):
        return isinstance(strong, LevelIn) or strong == DeputyActive(value=True)
    return weak == DeputyActive(value=False) and strong == DeputyAddressed(value=False)


def contradicts(one: Condition, other: Condition, names: Names) -> bool:
    """Whether no opinion can make both hold."""
    return _excludes(one, other, names) or _excludes(other, one, names)


def _excludes(one: Condition, other: Condition, names: Names) -> bool:
    if isinstance(one, Keywords) and isinstance(other, Keywords):
        return other.mode == Mode.NONE and _words_exclude(one, other)
    if isinstance(one, OneOf) and isinstance(other, OneOf) and one.kind == other.kind:
        meet = any(_within(value, other, names) for value in one.values)
        return not meet and not any(_within(value, one, names) for value in other.values)
    if isinstance(one, RaisedAt) and isinstance(other, RaisedAt):
        return all(first & second == 0 for first, second in _spans(one, other))
    if isinstance(one, DeputyAddressed | DeputyActive) and type(one) is type(other):
        return one != other
    if one == DeputyAddressed(value=False):
        return isinstance(other, LevelIn) or other == DeputyActive(value=True)
    return False


def _exhausts(one: Condition, other: Condition) -> bool:
    """Whether of the two at least one always holds."""
    return _leaves_no_third(one, other) or _leaves_no_third(other, one)


def _leaves_no_third(one: Condition, other: Condition) -> bool:
    if isinstance(one, DeputyAddressed | DeputyActive) and type(one) is type(other):
        return one != other
    if isinstance(one, Keywords) and isinstance(other, Keywords) and (one.mode, other.mode) == (Mode.ANY, Mode.NONE):
        return all(any(part in word for part in _folded(one)) for word in _folded(other))
    return (one, other) == (DeputyAddressed(value=True), DeputyActive(value=False))


def _spans(one: RaisedAt, other: RaisedAt) -> Iterable[tuple[int, int]]:
    for work, before in product((False, True), repeat=2):
        yield one.span(work=work, before=before), other.span(work=work, before=before)


def _within(value: str, condition: OneOf, names: Names) -> bool:
    """Whether whatever has `value` has one of the condition's values."""
    if isinstance(condition, InTree):
        return any(code in condition.values for code in _upward(value, condition.nodes(names)))
    return value in condition.values


def _upward(code: str, nodes: Mapping[str, Node]) -> Iterable[str]:
    seen = set()
    while code and code not in seen:
        seen.add(code)
        yield code
        code = nodes[code].parent if code in nodes else ""


def _words_imply(strong: Keywords, weak: Keywords) -> bool:
    """A text that has a word has every part of that word."""
    strong_words, weak_words = _folded(strong), _folded(weak)
    if strong.mode == weak.mode == Mode.NONE:
        return all(any(part in word for part in strong_words) for word in weak_words)
    if Mode.NONE in (strong.mode, weak.mode):
        return False
    if strong.mode == Mode.ANY and len(strong_words) > 1:
        return weak.mode == Mode.ANY and all(any(part in word for part in weak_words) for word in strong_words)
    given = [any(part in word for word in strong_words) for part in weak_words]
    return all(given) if weak.mode == Mode.ALL else any(given)


def _words_exclude(one: Keywords, none: Keywords) -> bool:
    if one.mode == Mode.NONE:
        return False
    clash = [any(part in word for part in _folded(none)) for word in _folded(one)]
    return all(clash) if one.mode == Mode.ANY else any(clash)


def _folded(condition: Keywords) -> list[str]:
    return [word.casefold() for word in condition.values]


def never_holds(groups: Iterable[Group], names: Names) -> tuple[Clause, Clause] | None:
    """Two clauses of the rule that leave nothing, if there are such.

    A choice is refuted when each of its literals is excluded: all by another clause, or each by one that stands alone.
    """
    held = clauses(groups)
    for one, other in combinations(held, 2):
        if all(excludes(first, second, names) for first, second in product(one, other)):
            return one, other
    alone = [clause[0] for clause in held if len(clause) == 1]
    for choice in held:
        refuting = [next((one for one in alone if excludes(one, literal, names)), None) for literal in choice]
        against = tuple(dict.fromkeys(one for one in refuting if one is not None))
        if all(refuting) and against:
            return choice, against
    return None


def always_excludes(groups: Iterable[Group], condition: Condition, names: Names) -> Clause | None:
    """The clause that keeps `condition` from ever holding when the rule does, if there is one."""
    needed = Literal(condition)
    return next((one for one in clauses(groups) if all(excludes(each, needed, names) for each in one)), None)


def covered_by(earlier: Iterable[Group], later: Iterable[Group], names: Names) -> bool:
    """Whether a rule with the groups `earlier` catches all that one with `later` would.

    Each clause of the earlier must follow from one of the later: whichever of its literals is true.
    """
    given = clauses(later)
    return all(any(_clause_follows(one, wanted, names) for one in given) for wanted in clauses(earlier))


def _clause_follows(strong: Sequence[Literal], weak: Sequence[Literal], names: Names) -> bool:
    return all(any(follows(literal, wanted, names) for wanted in weak) for literal in strong)
