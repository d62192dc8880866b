"""Which condition follows from which: by it, rules that can never fire are found. Sound, not complete."""

from collections.abc import Iterable, Mapping

from opinions.routing.conditions import (
    Condition,
    DeputyActive,
    DeputyAddressed,
    InTree,
    Keywords,
    LevelIn,
    Mode,
    Names,
    Node,
    OneOf,
)


def implies(strong: Condition, weak: Condition, names: Names) -> bool:
    """Whether every opinion for which `strong` holds is one for which `weak` holds."""
    if strong == weak:
        return True
    if isinstance(strong, Keywords) and isinstance(weak, Keywords):
        return _words_imply(strong, weak)
    if isinstance(strong, OneOf) and isinstance(weak, OneOf) and strong.kind == weak.kind:
        return all(_within(value, weak, names) for value in strong.values)
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
    if isinstance(one, DeputyAddressed | DeputyActive) and type(one) is type(other):
        return one != other
    if one == DeputyAddressed(value=False):
        return isinstance(other, LevelIn) or other == DeputyActive(value=True)
    return False


def _within(value: str, condition: OneOf, names: Names) -> bool:
    """Whether whatever has `value` has one of the condition's values."""
    if isinstance(condition, InTree):
        return any(code in condition.values for code in _upward(value, condition.nodes(names)))
    return value in condition.values


def _upward(code: str, nodes: Mapping[str, Node]) -> Iterable[str]:
    while code:
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


def never_holds(conditions: Iterable[Condition], names: Names) -> tuple[Condition, Condition] | None:
    """Two of the conditions that exclude one another, if there are such."""
    held = list(conditions)
    for number, one in enumerate(held):
        for other in held[number + 1 :]:
            if contradicts(one, other, names):
                return one, other
    return None


def covered_by(earlier: Iterable[Condition], later: Iterable[Condition], names: Names) -> bool:
    """Whether a rule with the conditions `earlier` catches all that one with `later` would."""
    given = list(later)
    return all(any(implies(strong, weak, names) for strong in given) for weak in earlier)
