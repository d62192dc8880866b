"""Conditions: what they hold for, how they are kept, and that a broken one says so."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.routing.conditions import (
    BrokenCondition,
    CategoryIn,
    Condition,
    DayKind,
    DeputyActive,
    DivisionWithin,
    Facts,
    Keywords,
    LevelIn,
    Mode,
    Moment,
    Names,
    Node,
    RaisedAt,
    SimilarAsk,
    SimilarCount,
    Within,
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
        {"kind": "wish_in", "values": ["money"]},
        {"kind": "raised_at", "days": "never", "from": "08:00", "to": "09:00"},
        {"kind": "raised_at", "days": "any", "from": "00:00", "to": "00:00"},
        {"kind": "raised_at", "days": "work", "from": "24:00", "to": "09:00"},
        {"kind": "raised_at", "days": "work", "from": 8, "to": "09:00"},
        {"kind": "similar", "least": 3, "days": 7, "within": "moon"},
        {"kind": "similar", "least": 3, "days": 7, "within": "metres"},
        {"kind": "similar", "least": 0, "days": 7, "within": "estate"},
        {"kind": "similar", "least": True, "days": 7, "within": "estate"},
        {"kind": "similar", "least": 3, "days": 10_000, "within": "estate"},
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


def test_ten_thousand_words_are_refused_with_both_numbers() -> None:
    with pytest.raises(BrokenCondition, match=r"200.*10000"):
        read_condition({"kind": "keywords", "mode": "any", "values": [f"词{n}" for n in range(10_000)]})


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=5))
def test_words_are_found_as_a_plain_search_finds_them(text: str, words: list[str]) -> None:
    unique = tuple(dict.fromkeys(words))
    found = Keywords(Mode.ANY, unique).evaluate(Facts(text=text)).seen
    assert found == tuple(word for word in unique if word.casefold() in text.casefold())


def at(text: str, *, work: bool = True, before: bool = True) -> Facts:
    return Facts(moment=Moment(datetime.fromisoformat(f"{text}+08:00"), work, before))


NIGHT = RaisedAt(DayKind.WORK, 22 * 60, 6 * 60)


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        (RaisedAt(DayKind.ANY, 540, 1080), at("2026-11-23T09:00"), True),
        (RaisedAt(DayKind.ANY, 540, 1080), at("2026-11-23T17:59"), True),
        (RaisedAt(DayKind.ANY, 540, 1080), at("2026-11-23T18:00"), False),
        (RaisedAt(DayKind.OFF), at("2026-11-23T09:00"), False),
        (RaisedAt(DayKind.OFF), at("2026-11-28T09:00", work=False), True),
        (NIGHT, at("2026-11-27T22:00"), True),
        (NIGHT, at("2026-11-28T05:59", work=False, before=True), True),
        (NIGHT, at("2026-11-28T22:00", work=False), False),
        (NIGHT, at("2026-11-30T02:00", work=True, before=False), False),
        (NIGHT, at("2026-11-28T06:00", work=False), False),
        (NIGHT, Facts(), False),
    ],
)
def test_span_over_midnight_belongs_to_the_day_on_which_it_begins(
    condition: RaisedAt, known: Facts, expected: bool
) -> None:
    assert condition.evaluate(known).held is expected


def test_moment_is_told_with_the_day_that_counted() -> None:
    held = NIGHT.evaluate(at("2026-11-28T02:00", work=False, before=True))
    assert NIGHT.sentence(NAMES) == "提交时间在工作日 22:00 至次日 06:00"
    assert NIGHT.seen_words(held.seen, NAMES) == "2026-11-28 02:00，前一天是工作日"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (RaisedAt(DayKind.ANY, 0, 360), False),
        (RaisedAt(DayKind.ANY, 1320, 360), False),
        (RaisedAt(DayKind.WORK), True),
        (RaisedAt(DayKind.OFF), False),
    ],
)
def test_opinion_with_a_day_and_no_hour_is_of_no_hour_and_not_of_midnight(condition: RaisedAt, expected: bool) -> None:
    held = condition.evaluate(at("2026-11-27T00:00"))
    assert held.held is expected
    told = condition.seen_words(held.seen, NAMES)
    assert told == "2026-11-27，工作日" + ("，没有记下几点" if condition.start != condition.end else "")


def test_similar_are_counted_and_told() -> None:
    condition = SimilarCount(3, 30, Within.METRES, 500)
    held = condition.evaluate(Facts(similar=lambda ask: 4 if ask == SimilarAsk(30, "metres", 500) else 0))
    assert held.held
    assert condition.sentence(NAMES) == "30 天里500 米内另有至少 3 件类似的事"
    assert condition.seen_words(held.seen, NAMES) == "4 件"
