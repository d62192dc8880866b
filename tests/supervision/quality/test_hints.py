"""Hints for a reviewer: each says why, and a sound reply gives none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.handling.services import Content, Point
from opinions.lexicon.queries import phrases
from supervision.quality.hints import Read, hints, words_of

SOUND = Point(problem="路灯不亮", measure="更换 6 盏路灯灯头", person="王示例", due_on=date(2026, 12, 1))
QUESTION = "荷塘小区东门的路灯坏了半个月，晚上走路看不见"


def read(text: str = "东门路灯灯头已经订货", *points: Point, **fields: object) -> Read:
    return Read(content=Content(text=text, reply_class="B", points=points or (SOUND,)), question=QUESTION, **fields)  # type: ignore[arg-type]


def items(found: Read) -> list[str]:
    return [hint.item for hint in hints(found)]


def test_sound_reply_gives_no_hint() -> None:
    assert hints(read()) == []


@given(phrase=st.sampled_from(phrases().empty))
def test_empty_phrase_is_quoted(phrase: str) -> None:
    (hint,) = hints(read(f"我局{phrase}路灯一事"))
    assert hint.item == "empty_talk"
    assert f"“{phrase}”" in hint.words


@pytest.mark.parametrize(
    ("point", "item"),
    [
        (Point(problem="路灯", person="王示例", due_on=date(2026, 12, 1)), "no_measure"),
        (Point(problem="路灯", measure="换灯头", due_on=date(2026, 12, 1)), "no_person"),
        (Point(problem="路灯", measure="换灯头", person="王示例"), "no_date"),
    ],
)
def test_empty_cell_is_named_by_its_number(point: Point, item: str) -> None:
    (hint,) = hints(read("东门路灯", SOUND, point))
    assert hint.item == item
    assert "2" in hint.words


def test_reply_without_points_is_told_once_and_only_where_points_are_due() -> None:
    bare = Read(content=Content(text="路灯灯头已经换好"), question=QUESTION)
    assert items(bare) == ["no_measure"]
    assert items(Read(content=bare.content, question=QUESTION, due=False)) == []


def test_reply_that_shares_no_word_with_the_question_is_told() -> None:
    other = Point(problem="停车位", measure="划线", person="王示例", due_on=date(2026, 12, 1))
    assert items(read("停车位正在规划", other)) == ["off_point"]


def test_everyday_words_are_no_answer() -> None:
    assert words_of("小区居民反映问题，希望尽快解决") == set()
    assert "路灯" in words_of(QUESTION)


def test_missed_promises_are_named() -> None:
    found = hints(read(missed=["2026-10-01 修好路面"]))
    assert [hint.item for hint in found] == ["promise_missed"]
    assert "修好路面" in found[0].words
