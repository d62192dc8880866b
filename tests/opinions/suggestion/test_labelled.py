"""What is learned from, and what makes learning pointless."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.imports import Row, Table
from opinions.suggestion.labelled import MOST_LABELS, Labelled, NotTrainable, material_of, rows_of
from tests.factories.suggestion import messages


def test_rows_of_finds_columns_whatever_their_case_and_order() -> None:
    table = Table(["Label", "extra", "TEXT", "Title"], [Row(2, {"Label": " 路灯 ", "TEXT": "坏了", "Title": "灯"})])
    assert rows_of(table) == [Labelled("灯", "坏了", "路灯")]


def test_rows_of_without_label_column_names_what_is_missing() -> None:
    with pytest.raises(NotTrainable, match=r"缺少列：label.*正文"):
        rows_of(Table(["title", "text", "正文"], []))


def test_material_without_rows_is_refused() -> None:
    with pytest.raises(NotTrainable, match="没有一行"):
        material_of([Labelled("", "", "路灯"), Labelled("灯", "坏了", "")])


def test_material_whose_every_text_bears_several_labels_says_so() -> None:
    rows = [Labelled("灯", f"{street}路的坏了", label) for street in "东西南北" for label in ("路灯", "绿化")]
    with pytest.raises(NotTrainable, match=r"4 段文字都标了不止一种类别.*路灯"):
        material_of(rows)


def test_material_of_one_label_is_refused() -> None:
    with pytest.raises(NotTrainable, match="至少要有两个类别"):
        material_of(messages(40, labels=("urban.lighting",)))


def test_label_with_few_messages_is_named() -> None:
    with pytest.raises(NotTrainable, match=r"不足 10 条.*少见（1）"):
        material_of([*messages(80), Labelled("孤例", "只有这一条", "少见")])


def test_label_with_few_messages_is_left_out_when_asked() -> None:
    found = material_of([*messages(80), Labelled("孤例", "只有这一条", "少见")], leave_out_few=True)
    assert found.too_few == ["少见"]
    assert "少见" not in {row.label for row in found.rows}


def test_labels_that_all_have_few_messages_are_told() -> None:
    with pytest.raises(NotTrainable, match=r"两个类别各有 10 条.*health\.clinic"):
        material_of(messages(12), leave_out_few=True)


def test_text_with_two_labels_takes_the_more_frequent_and_is_told() -> None:
    twice = [Labelled("同一件事", "一字不差", "甲")] * 2 + [Labelled("同一件事", "一字不差。", "乙")]
    found = material_of([*messages(80), *twice], least=1)
    assert [row.label for row in found.rows if row.title == "同一件事"] == ["甲"]
    assert found.mixed == ["“同一件事”标了几种类别：甲、乙；按多数取“甲”。"]


def test_text_with_two_labels_alike_often_is_left_out() -> None:
    tied = [Labelled("同一件事", "一字不差", label) for label in "甲乙"]
    found = material_of([*messages(80), *tied], least=1)
    assert "同一件事" not in {row.title for row in found.rows}
    assert "没有采用" in found.mixed[0]


def test_every_row_with_its_own_label_is_a_wrong_column() -> None:
    rows = [Labelled("事", f"说法{chr(0x4E00 + number)}", str(number)) for number in range(MOST_LABELS + 1)]
    with pytest.raises(NotTrainable, match="是不是选错了"):
        material_of(rows, least=1)


@given(st.integers(0, 10**6))
def test_order_of_the_source_makes_no_difference(seed: int) -> None:
    rows = messages(60)
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert material_of(shuffled) == material_of(rows)
