"""Shared form fields."""

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from liaison.base.web.forms import DateInput, DayField, MultiFileField, PhoneField


class Photos(forms.Form):
    photos = MultiFileField(max_files=2, required=False)
    phone = PhoneField(required=False)


def with_files(count: int) -> Photos:
    files: list[Any] = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(count)]
    return Photos({}, MultiValueDict({"photos": files}))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_files_up_to_the_limit_are_taken(count: int) -> None:
    form = with_files(count)
    assert form.is_valid()
    assert len(form.cleaned_data["photos"]) == count


def test_one_file_too_many_is_told_with_the_limit() -> None:
    assert with_files(3).errors["photos"] == ["最多 2 个文件，请减少后再提交。"]


def test_empty_file_is_refused() -> None:
    form = Photos({}, MultiValueDict({"photos": [SimpleUploadedFile("a.jpg", b"")]}))
    assert not form.is_valid()


@pytest.mark.parametrize("typed", ["138 0000 5678", "+86 138-0000-5678", "１３８００００５６７８"])
def test_number_is_taken_as_people_write_it(typed: str) -> None:
    form = Photos({"phone": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == "13800005678"


@pytest.mark.parametrize("typed", ["123", "1380000567x", "12800005678", "13800005678 13800005678"])
def test_wrong_number_is_told(typed: str) -> None:
    assert "phone" in Photos({"phone": typed}).errors


def test_mask_sent_back_keeps_the_number() -> None:
    form = Photos({"phone": "138****5678"})
    form.fields["phone"].keep("13800005678")  # type: ignore[attr-defined]
    assert form.is_valid()
    assert form.cleaned_data["phone"] == "13800005678"


def test_mask_without_a_number_on_record_is_refused() -> None:
    assert "phone" in Photos({"phone": "138****5678"}).errors


def test_date_is_drawn_as_the_browsers_picker_wants_it() -> None:
    html = DateInput().render("day", "2026-11-22")
    assert 'type="date"' in html
    assert 'value="2026-11-22"' in html


@pytest.mark.parametrize("typed", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31", "2026-02-30", "x"])
def test_day_of_no_time_of_ours_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="2026-12-31"):
        DayField().clean(typed)


@pytest.mark.parametrize("typed", ["1900-01-01", "2999-12-31"])
def test_day_of_our_times_has_a_beginning_and_an_end_in_every_zone(typed: str) -> None:
    assert str(DayField().clean(typed)) == typed
    assert DayField(required=False).clean("") is None
