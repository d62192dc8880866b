"""What a model sees of a message: neither numbers nor names, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.suggestion.words import FIELDS, LONGEST, counts, fingerprint, normalise, runs


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("请打 13800000000 给我", "138"),
        ("我叫张三丰，住在东门", "张三丰"),
        ("联系人：李四，路灯坏了", "李四"),
        ("身份证 110101199001011234", "110101"),
        ("电话１３９００００１１１１", "139"),
        ("微信号 wx_9981", "wx_9981"),
    ],
)
def test_normalise_takes_out_names_and_numbers(text: str, gone: str) -> None:
    assert gone not in normalise(text)


def test_normalise_keeps_what_it_is_about() -> None:
    assert "路灯坏了" in normalise("联系人：李四，路灯坏了２盏")


@given(st.text(max_size=200), st.text(max_size=400))
def test_counts_of_any_text_hold_no_digits_but_the_sign_for_numbers(title: str, text: str) -> None:
    held = counts(title, text)
    assert len(held) == len(FIELDS)
    assert not [term for field in held for term in field if any(sign in term for sign in "123456789")]


def test_runs_do_not_cross_signs() -> None:
    assert runs("路灯，坏") == ["路", "灯", "路灯", "坏"]


def test_fingerprint_overlooks_spacing_and_signs() -> None:
    assert fingerprint("路灯坏了", "两周了。") == fingerprint("路灯坏了!", " 两周 了")
    assert fingerprint("路灯坏了", "两周了。") != fingerprint("路灯坏了", "三周了。")


def test_counts_looks_at_the_beginning_of_a_long_text() -> None:
    held = counts("", "灯" * LONGEST + "桥")
    assert held[3]["灯"] == LONGEST
    assert "桥" not in held[3]
