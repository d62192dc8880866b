"""ID-card numbers are put out of every text (domain.md §5: no ID-card numbers)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.privacy import ID_NUMBER, hide_id_numbers


@pytest.mark.parametrize(
    "text",
    [
        "110101199003077758",
        "身份证110101199003077758，谢谢",
        "11010119900307775X",
        "11010119900307775x",
        "１１０１０１１９９００３０７７７５８",
        "110101 19900307 7758",
        "110101-19900307-7758",
    ],
)
def test_id_number_is_hidden(text: str) -> None:
    hidden = hide_id_numbers(text)
    assert "隐去" in hidden
    assert not ID_NUMBER.search(hidden)
    assert "7758" not in hidden


@pytest.mark.parametrize(
    "text",
    [
        "13800000000",
        "工单 2026112200001234567",
        "12345",
        "银行卡 6222021234567890123",
        "110101199013077758",
        "2026-11-22",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert hide_id_numbers(text) == text


@given(
    place=st.integers(110000, 659999),
    born=st.dates(date(1900, 1, 1), date(2026, 11, 22)),
    order=st.integers(0, 999),
    check=st.sampled_from("0123456789X"),
    before=st.sampled_from(["", "我的号码是", "id:", "（"]),
)
def test_any_id_number_is_hidden(place: int, born: date, order: int, check: str, before: str) -> None:
    number = f"{place}{born:%Y%m%d}{order:03d}{check}"
    assert number not in hide_id_numbers(f"{before}{number}。")
