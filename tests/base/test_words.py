"""Search words: whatever two neighbouring characters are typed are found."""

from hypothesis import given
from hypothesis import strategies as st

from liaison.base.words import LONGEST, index_words, query_words

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=30)


def found(query: str, text: str) -> bool:
    """As the databases match: every word, or a beginning where the query says so."""
    held = index_words(text).split()
    return all(any(word.startswith(q) if prefix else word == q for word in held) for q, prefix in query_words(query))


@given(HAN, st.data())
def test_any_part_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found(text[start:end], f"电动车，{text}。abc")


def test_two_characters_across_a_word_boundary_are_found() -> None:
    assert found("车充", "电动车充电棚")


def test_neighbours_across_punctuation_are_not_one_word() -> None:
    assert not found("亮积", "路灯不亮，积水")


def test_rare_character_is_found() -> None:
    assert found("𠮷田", "反映𠮷田小区漏水")


def test_latin_is_found_by_its_beginning_in_any_case_and_width() -> None:
    assert found("ＡＢ", "车牌abc123")


def test_query_without_words_is_empty() -> None:
    assert query_words("，。！ ") == []


def test_index_of_a_very_long_text_is_bounded() -> None:
    text = "".join(chr(0x4E00 + n % 20000) for n in range(40000))
    assert len(index_words(text).split()) <= 6000


def test_word_without_end_is_cut_so_that_an_index_can_take_it() -> None:
    words = index_words("a" * 3000).split()
    assert max(len(word) for word in words) <= LONGEST
    assert query_words("a" * 3000)[0][0] in words
