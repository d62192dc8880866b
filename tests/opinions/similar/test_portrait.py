"""What was entered as the place tells where, and is not what was told."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from opinions.intake.doors import place_words
from opinions.similar.corpus import Corpus, Message
from opinions.similar.portrait import own_place, portrait, unpacked
from opinions.similar.text import marks_of
from opinions.similar.weights import Weights

PLAQUE: Any = SimpleNamespace(place_name="栖云社区人大代表联络站", place_address="云汀区栖云街道示例路26号")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_place_that_the_form_filled_in_is_nobodys(language: str) -> None:
    with translation.override(language):
        place = place_words(PLAQUE)
    assert own_place(place) == ""
    assert own_place(f"{place}，三号楼门口") != ""


def test_different_troubles_reported_at_one_plaque_are_not_alike() -> None:
    told = [
        "路灯坏了两周，晚上看不清台阶。",
        "小孩补课交了钱，机构关门不退。",
        "食堂的菜里吃出虫子。",
        "公交车等了四十分钟也不来。",
    ]
    found = Corpus([Message("", text, place_words(PLAQUE)) for text in told]).ties()
    assert found == []


def test_name_that_is_entered_as_the_place_is_found_in_it_but_was_not_told() -> None:
    made = portrait("", "楼下的路灯坏了", "荷塘小区东门")
    name = set(marks_of("荷塘").tolist())
    assert [place.name for place in made.places if place.sure] == ["荷塘"]
    assert name <= made.all_marks
    assert not name & made.told_marks
    again, _lengths = unpacked(made.packed(made.lengths_by(Weights())))
    assert (again.told_marks, again.all_marks) == (made.told_marks, made.all_marks)
