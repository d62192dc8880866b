"""Numbers and names: what is accepted, what is shown."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.privacy import blind_index, mask_name, mask_phone, normalise_phone

MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(MOBILE)
def test_normalise_accepts_usual_spellings(phone: str) -> None:
    spellings = [phone, f"+86 {phone}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", f"86{phone}", f" {phone} "]
    assert {normalise_phone(one) for one in spellings} == {phone}


@pytest.mark.parametrize("text", ["", "12345", "23800000000", "1380000000", "138000000000", "电话", "1380000000a"])
def test_normalise_refuses_what_is_no_mobile_number(text: str) -> None:
    with pytest.raises(ValidationError):
        normalise_phone(text)


def test_normalise_reads_full_width_digits() -> None:
    assert normalise_phone("１３８００００００００") == "13800000000"


@given(MOBILE)
def test_mask_hides_four_digits(phone: str) -> None:
    masked = mask_phone(phone)
    assert masked[3:7] == "****"
    assert (masked[:3], masked[7:]) == (phone[:3], phone[7:])


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三丰", "张某某"), ("李四", "李某"), ("欧阳示例", "欧阳某某"), ("欧阳明", "欧阳某"), ("", "")],
)
def test_mask_name_keeps_the_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(MOBILE, MOBILE)
def test_blind_index_finds_equal_numbers_only(one: str, other: str) -> None:
    assert (blind_index(one) == blind_index(other)) == (one == other)
    assert one not in blind_index(one)
