"""Official codes in their shortest form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deputies.organisations.codes import BadDivisionCode, level_of, official_code, parent_codes
from deputies.organisations.models import DivisionLevel

digits = st.integers(1, 9).map(str)
codes = st.builds(
    lambda parts, count: "".join(parts[:count]),
    st.tuples(
        st.integers(11, 65).map(str),
        st.integers(1, 99).map("{:02}".format),
        st.integers(1, 99).map("{:02}".format),
        st.integers(1, 999).map("{:03}".format),
        st.integers(1, 999).map("{:03}".format),
    ),
    st.integers(1, 5),
)


@given(codes)
def test_official_code_is_its_own_shortest_form(code: str) -> None:
    assert official_code(code) == code


@given(codes, st.sampled_from([6, 9, 12]))
def test_official_code_filled_with_zeros_is_cut(code: str, length: int) -> None:
    if length >= len(code):
        assert official_code(code.ljust(length, "0")) == code


@given(codes)
def test_parent_codes_are_beginnings_of_falling_length(code: str) -> None:
    parents = parent_codes(code)
    assert all(code.startswith(parent) for parent in parents)
    assert [len(parent) for parent in parents] == sorted((len(parent) for parent in parents), reverse=True)
    assert len({level_of(one) for one in [code, *parents]}) == len(parents) + 1


def test_level_of_follows_the_length() -> None:
    assert level_of(official_code("990101001000")) == DivisionLevel.STREET


@pytest.mark.parametrize(
    "text", ["", "99010100100", "9901010010011", "99 101", "九九", "９９", "-90101", "99.1", "XJ-0001"]
)
def test_official_code_of_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadDivisionCode):
        official_code(text)


def test_official_code_turned_into_a_number_by_a_spreadsheet_says_so() -> None:
    with pytest.raises(BadDivisionCode, match="科学计数"):
        official_code("9.90101E+11")
