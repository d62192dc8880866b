"""Conditions: what they hold for, how they are kept, and that a broken one says so."""

import json

import pytest
from hypothesis import given

from opinions.routing.conditions import (
    BrokenCondition,
    CategoryIn,
    Condition,
    DeputyActive,
    DivisionWithin,
    Facts,
    Keywords,
    LevelIn,
    Mode,
    Names,
    Node,
    read_condition,
)
from tests.opinions.routing.strategies import NAMES, conditions, facts


@given(conditions())
def test_condition_survives_json(condition: Condition) -> None:
    assert read_condition(json.loads(json.dumps(condition.to_json()))) == condition


@given(conditions(), facts())
def test_condition_can_always_be_told(condition: Condition, known: Facts) -> None:
    held = condition.evaluate(known)
    assert condition.sentence(NAMES)
    assert condition.seen_words(held.seen, NAMES)


def test_category_holds_for_what_lies_in_it() -> None:
    condition = CategoryIn(("urban",))
    assert condition.evaluate(Facts(categories=("urban.lighting", "urban"))).held
    assert not condition.evaluate(Facts(categories=("traffic.bus", "traffic"))).held
    assert not condition.evaluate(Facts()).held


def test_category_does_not_hold_for_what_it_lies_in() -> None:
    assert not CategoryIn(("urban.lighting",)).evaluate(Facts(categories=("urban",))).held


def test_division_holds_by_place_not_by_beginning_of_its_code() -> None:
    condition = DivisionWithin(("9901080",))
    assert not condition.evaluate(Facts(divisions=("990108001", "990108"))).held


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        (Mode.ANY, "门口的路灯不亮", True),
        (Mode.ANY, "电梯坏了", False),
        (Mode.ALL, "门口的路灯不亮", False),
        (Mode.ALL, "路灯和井盖都坏了", True),
        (Mode.NONE, "电梯坏了", True),
        (Mode.NONE, "井盖丢了", False),
    ],
)
def test_keywords_hold_by_mode(mode: Mode, text: str, expected: bool) -> None:
    assert Keywords(mode, ("路灯", "井盖")).evaluate(Facts(text=text)).held is expected


def test_keywords_do_not_mind_case() -> None:
    assert Keywords(Mode.ANY, ("WiFi",)).evaluate(Facts(text="公园没有wifi")).held


def test_keywords_say_what_was_found() -> None:
    held = Keywords(Mode.ANY, ("路灯", "井盖", "电梯")).evaluate(Facts(text="路灯坏了，井盖也坏了"))
    assert held.seen == ("路灯", "井盖")


def test_level_needs_an_addressed_deputy() -> None:
    assert not LevelIn(("county",)).evaluate(Facts()).held
    assert LevelIn(("county",)).evaluate(Facts(level="county", deputy_addressed=True)).held


def test_deputy_active_is_false_without_a_deputy() -> None:
    assert DeputyActive(value=False).evaluate(Facts(deputy_active=True)).held


@pytest.mark.parametrize(
    "row",
    [
        None,
        "text",
        {},
        {"kind": "weather_is", "values": ["rain"]},
        {"kind": ["category_in"], "values": ["a"]},
        {"kind": "category_in"},
        {"kind": "category_in", "values": []},
        {"kind": "category_in", "values": "urban"},
        {"kind": "category_in", "values": ["urban", 3]},
        {"kind": "category_in", "values": ["  "]},
        {"kind": "category_in", "values": ["x"] * 201},
        {"kind": "channel_in", "values": ["pigeon"]},
        {"kind": "reach_in", "values": ["moon"]},
        {"kind": "keywords", "values": ["灯"]},
        {"kind": "keywords", "mode": "most", "values": ["灯"]},
        {"kind": "deputy_active", "value": "yes"},
    ],
)
def test_broken_condition_is_reported(row: object) -> None:
    with pytest.raises(BrokenCondition, match=r"\w"):
        read_condition(row)


def test_sentence_names_what_codes_mean() -> None:
    names = Names({"urban": Node("城建城管")}, {})
    assert CategoryIn(("urban", "gone")).sentence(names) == "类别属于 城建城管、gone（含下级）"


def test_closed_and_unknown_values_are_problems() -> None:
    names = Names({"open": Node("在用"), "shut": Node("停用的类别", active=False)}, {})
    problems = CategoryIn(("open", "shut", "gone")).problems(names)
    assert [("停用的类别" in text, "gone" in text) for text in problems] == [(True, False), (False, True)]
