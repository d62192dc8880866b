"""Small pieces of language, in both languages."""

from django.utils.translation import override

from liaison.base.phrases import aside, listing, quotable, values_by_word
from opinions.catalog.models import Reach


def test_list_is_joined_as_the_language_does() -> None:
    assert listing(["甲", "乙", 3]) == "甲、乙、3"
    with override("en"):
        assert listing(["one", "two", 3]) == "one, two, 3"
    assert listing([]) == ""


def test_note_stands_in_the_brackets_of_the_language() -> None:
    assert aside("李某某", "区人大代表") == "李某某（区人大代表）"
    with override("en"):
        assert aside("Li", "deputy") == "Li (deputy)"


def test_quotation_within_a_quotation_has_single_marks() -> None:
    assert f"“{quotable('内容提到“路灯”')}”" == "“内容提到‘路灯’”"


def test_value_is_found_by_its_word_in_either_language_whatever_the_reader_uses() -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            known = values_by_word(Reach)
            assert (known["街道"], known["Street"], known["street"]) == ("street", "street", "street")
    assert "某处" not in values_by_word(Reach)
