"""What is said to follow does follow: else a good rule would be refused as one that never fires."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Condition,
    DeputyActive,
    DeputyAddressed,
    Facts,
    Keywords,
    LevelIn,
    Mode,
)
from opinions.routing.implication import contradicts, covered_by, implies, never_holds
from tests.opinions.routing.strategies import NAMES, conditions, facts, pairs

ANY, ALL, NONE = Mode.ANY, Mode.ALL, Mode.NONE


@settings(max_examples=400)
@given(pairs(), facts())
def test_implication_is_sound(pair: tuple[Condition, Condition], known: Facts) -> None:
    strong, weak = pair
    if implies(strong, weak, NAMES):
        assert weak.evaluate(known).held or not strong.evaluate(known).held


@settings(max_examples=400)
@given(pairs(), facts())
def test_contradiction_is_sound(pair: tuple[Condition, Condition], known: Facts) -> None:
    one, other = pair
    if contradicts(one, other, NAMES):
        assert not (one.evaluate(known).held and other.evaluate(known).held)


@given(st.lists(conditions(), max_size=3), st.lists(conditions(), max_size=3), facts())
def test_covering_is_sound(earlier: list[Condition], later: list[Condition], known: Facts) -> None:
    if covered_by(earlier, later, NAMES):
        held = all(one.evaluate(known).held for one in earlier)
        assert held or not all(one.evaluate(known).held for one in later)


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
    assert never_holds([one, other], NAMES) == (one, other)


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
    assert never_holds([one, other], NAMES) is None
