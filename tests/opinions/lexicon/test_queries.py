"""Which troubles a text touches."""

import tomllib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from opinions.lexicon.queries import WORDS, families_of, lexicon, topics_of, troubles_in


def test_word_stands_for_one_topic_only() -> None:
    sections = tomllib.loads(WORDS.read_text("utf-8"))
    lines = [line for section in sections.values() if isinstance(section, dict) for line in section.values()]
    assert [word for word, count in Counter(" ".join(lines).split()).items() if count > 1] == []


def test_title_weighs_more_than_text() -> None:
    known = lexicon()
    found = topics_of("路灯不亮", "路灯不亮，电梯也坏了")
    assert known.names[next(iter(found))] == "light"


def test_word_that_only_looks_like_one_of_a_topic_touches_none() -> None:
    cat = lexicon().names.index("cat")
    assert cat in topics_of("", "楼下有猫")
    assert cat not in topics_of("", "招标有猫腻")


def test_troubles_are_told_by_topic_and_family() -> None:
    assert troubles_in("路灯不亮，路灯坏了") == ["light", "lights/"] * 2
    assert troubles_in("今天天气很好") == []


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=60))
def test_every_trouble_of_any_text_is_one_of_the_lexicon(text: str) -> None:
    known, told = lexicon(), troubles_in(text)
    topics = topics_of("", text)
    assert set(told[::2]) <= set(known.names)
    assert {f"{known.family_names[family]}/" for family in families_of(topics)} <= set(told[1::2])
