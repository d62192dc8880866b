"""What is said to follow does follow: else a good rule would be refused as one that never fires."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Condition,
    DayKind,
    DeputyActive,
    DeputyAddressed,
    Facts,
    Group,
    Keywords,
    LevelIn,
    Mode,
    RaisedAt,
    SimilarCount,
    Within,
)
from opinions.routing.implication import (
    Literal,
    always_excludes,
    contradicts,
    covered_by,
    excludes,
    follows,
    implies,
    never_holds,
)
from tests.opinions.routing.strategies import NAMES, conditions, facts, holds, pairs, rules

ANY, ALL, NONE = Mode.ANY, Mode.ALL, Mode.NONE
MANY = st.lists(facts(), min_size=8, max_size=8)
"""Opinions against which a verdict is held; drawn only where there is one, since they are the dear part."""


@settings(max_examples=400)
@given(pairs(), st.data())
def test_implication_is_sound(pair: tuple[Condition, Condition], data: st.DataObject) -> None:
    strong, weak = pair
    if implies(strong, weak, NAMES):
        known = data.draw(facts())
        assert weak.evaluate(known).held or not strong.evaluate(known).held


@settings(max_examples=400)
@given(pairs(), st.data())
def test_contradiction_is_sound(pair: tuple[Condition, Condition], data: st.DataObject) -> None:
    one, other = pair
    if contradicts(one, other, NAMES):
        known = data.draw(facts())
        assert not (one.evaluate(known).held and other.evaluate(known).held)


@settings(max_examples=600)
@given(pairs(), st.booleans(), st.booleans(), facts())
def test_what_follows_of_literals_is_sound(
    pair: tuple[Condition, Condition], first: bool, second: bool, known: Facts
) -> None:
    strong, weak = Literal(pair[0], first), Literal(pair[1], second)
    if follows(strong, weak, NAMES):
        assert _true(weak, known) or not _true(strong, known)
    if excludes(strong, weak, NAMES):
        assert not (_true(strong, known) and _true(weak, known))


def _true(literal: Literal, known: Facts) -> bool:
    return literal.condition.evaluate(known).held == literal.holds


@settings(max_examples=500)
@given(rules(), rules(), st.data())
def test_covering_is_sound(earlier: list[Group], later: list[Group], data: st.DataObject) -> None:
    if covered_by(earlier, later, NAMES):
        assert not any(holds(later, known) and not holds(earlier, known) for known in data.draw(MANY))


@settings(max_examples=500)
@given(rules(), st.data())
def test_never_holding_is_sound(rule: list[Group], data: st.DataObject) -> None:
    if never_holds(rule, NAMES):
        assert not any(holds(rule, known) for known in data.draw(MANY))


@settings(max_examples=300)
@given(rules(), conditions(), st.data())
def test_always_excluding_is_sound(rule: list[Group], condition: Condition, data: st.DataObject) -> None:
    if always_excludes(rule, condition, NAMES):
        assert not any(holds(rule, known) and condition.evaluate(known).held for known in data.draw(MANY))


@given(rules())
def test_rule_covers_itself_and_what_asks_more(rule: list[Group]) -> None:
    assert covered_by(rule, rule, NAMES)
    assert covered_by([], rule, NAMES)
    assert covered_by(rule, [*rule, Group(ALL, (ChannelIn(("qr",)),))], NAMES)


LAMP, LIFT = Keywords(ANY, ("路灯",)), Keywords(ANY, ("电梯",))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ([Group(ANY, (LAMP, LIFT))], [Group(ALL, (LAMP,))]),
        ([Group(ANY, (LAMP, LIFT, CategoryIn(("a",))))], [Group(ANY, (LAMP, CategoryIn(("a.1",))))]),
        ([Group(NONE, (ChannelIn(("qr",)),))], [Group(ALL, (ChannelIn(("web",)),))]),
        ([Group(NONE, (CategoryIn(("a.1",)),))], [Group(NONE, (CategoryIn(("a",)), LAMP))]),
        ([Group(ALL, (DeputyAddressed(value=False),))], [Group(NONE, (DeputyAddressed(value=True),))]),
        ([Group(ALL, (Keywords(NONE, ("路灯",)),))], [Group(NONE, (Keywords(ANY, ("灯",)),))]),
        (
            [Group(ALL, (RaisedAt(DayKind.ANY, 1320, 480),))],
            [Group(ALL, (RaisedAt(DayKind.OFF, 1380, 360),))],
        ),
        (
            [Group(ALL, (SimilarCount(2, 7, Within.ESTATE),))],
            [Group(ALL, (SimilarCount(5, 7, Within.ESTATE),))],
        ),
    ],
)
def test_covering_is_seen_through_groups(earlier: list[Group], later: list[Group]) -> None:
    assert covered_by(earlier, later, NAMES)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ([Group(ALL, (LAMP, LIFT))], [Group(ANY, (LAMP, LIFT))]),
        ([Group(ALL, (LAMP,))], [Group(ANY, (LAMP, LIFT))]),
        ([Group(NONE, (CategoryIn(("a",)),))], [Group(NONE, (CategoryIn(("a.1",)),))]),
        ([Group(ALL, (RaisedAt(DayKind.WORK),))], [Group(ALL, (RaisedAt(DayKind.WORK, 1320, 480),))]),
        ([Group(ALL, (SimilarCount(3, 7, Within.ESTATE),))], [Group(ALL, (SimilarCount(3, 30, Within.ESTATE),))]),
    ],
)
def test_what_is_not_covered_is_not_called_hidden(earlier: list[Group], later: list[Group]) -> None:
    assert not covered_by(earlier, later, NAMES)


@pytest.mark.parametrize(
    "rule",
    [
        [Group(ALL, (ChannelIn(("qr",)),)), Group(NONE, (ChannelIn(("qr", "web")),))],
        [Group(ANY, (ChannelIn(("qr",)), ChannelIn(("web",)))), Group(ALL, (ChannelIn(("grid",)),))],
        [
            Group(ANY, (ChannelIn(("qr",)), LAMP)),
            Group(ALL, (ChannelIn(("web",)),)),
            Group(NONE, (Keywords(ANY, ("灯",)),)),
        ],
        [Group(ALL, (RaisedAt(DayKind.WORK, 540, 1080), RaisedAt(DayKind.OFF)))],
        [Group(NONE, (DeputyAddressed(value=True), DeputyAddressed(value=False)))],
    ],
)
def test_rule_that_never_holds_is_seen(rule: list[Group]) -> None:
    assert never_holds(rule, NAMES)


@pytest.mark.parametrize(
    ("strong", "weak"),
    [
        (CategoryIn(("a.1",)), CategoryIn(("a",))),
        (ChannelIn(("qr",)), ChannelIn(("web", "qr"))),
        (Keywords(ANY, ("路灯",)), Keywords(ANY, ("灯", "井盖"))),
        (Keywords(ALL, ("路灯", "电")), Keywords(ALL, ("灯",))),
        (Keywords(NONE, ("灯",)), Keywords(NONE, ("路灯",))),
        (LevelIn(("county",)), DeputyAddressed(value=True)),
        (DeputyActive(value=True), DeputyAddressed(value=True)),
        (DeputyAddressed(value=False), DeputyActive(value=False)),
    ],
)
def test_implication_is_seen(strong: Condition, weak: Condition) -> None:
    assert implies(strong, weak, NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CategoryIn(("a.1",)), CategoryIn(("b",))),
        (ChannelIn(("qr",)), ChannelIn(("web",))),
        (Keywords(ALL, ("路灯",)), Keywords(NONE, ("灯",))),
        (DeputyAddressed(value=False), LevelIn(("county",))),
        (DeputyAddressed(value=False), DeputyActive(value=True)),
        (DeputyActive(value=False), DeputyActive(value=True)),
    ],
)
def test_contradiction_is_seen(one: Condition, other: Condition) -> None:
    assert never_holds([Group(ALL, (one, other))], NAMES) == ((Literal(one),), (Literal(other),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CategoryIn(("a",)), CategoryIn(("a.1",))),
        (CategoryIn(("a", "b")), CategoryIn(("b",))),
        (Keywords(ANY, ("灯", "路")), Keywords(NONE, ("灯",))),
        (Keywords(ANY, ("灯",)), Keywords(NONE, ("路灯",))),
        (Keywords(NONE, ("灯",)), Keywords(NONE, ("路",))),
        (DeputyAddressed(value=True), DeputyActive(value=False)),
    ],
)
def test_conditions_that_can_both_hold_do_not_contradict(one: Condition, other: Condition) -> None:
    assert never_holds([Group(ALL, (one, other))], NAMES) is None
