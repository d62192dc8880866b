"""The words that are shown."""

import pytest

from opinions.similar.compare import Sitter
from opinions.similar.explain import shared_words, words_of
from opinions.similar.portrait import Portrait, portrait
from opinions.similar.weights import Weights


def sitter(made: Portrait) -> Sitter:
    return Sitter(made, Weights())


@pytest.mark.parametrize(("one", "other"), [("门口一规划路没修", "统一规划好"), ("统一规划好", "东门口一规划路没修")])
def test_shown_words_are_whole(one: str, other: str) -> None:
    assert shared_words(sitter(portrait("", one)), portrait("", other)) == ("规划",)


def test_words_of_a_group_are_those_that_half_of_it_tells() -> None:
    told = ["东门路灯坏了", "东门的路灯不亮", "路灯又坏了", "没有路灯"]
    assert set(words_of(sitter(portrait("", text)) for text in told)) == {"东门", "路灯"}


def test_place_entered_is_not_among_the_words() -> None:
    one, other = (portrait("", text, "荷塘小区东门") for text in ("路灯坏了", "路灯不亮"))
    assert shared_words(sitter(one), other) == ("路灯",)
