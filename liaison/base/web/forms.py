"""Form fields and widgets that several capabilities share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from liaison.base.errors import DomainError
from liaison.base.privacy import mask_phone, normalise_phone
from liaison.base.workdays.arithmetic import OUR_TIMES

T = TypeVar("T")


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """Data and files of a POST, the first arguments of a form; nothing of a GET."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def attempt(form: forms.BaseForm, service: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
    """Call the service; its refusal stands at the form's field, and `form.is_valid()` is then False."""
    try:
        return service(*args, **kwargs)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None


class ReadyChoices(BaseChoiceIterator):
    """Choices in their final form, which Django need not walk through for each form anew."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


class MultiFileInput(forms.ClearableFileInput):
    """A plain file input that takes several files."""

    allow_multiple_selected = True


class MultiFileField(forms.FileField):
    """Up to `max_files` files; cleans to a list. Sniffing and re-encoding is the business of base.files."""

    widget = MultiFileInput
    default_error_messages = {
        "too_many": ngettext_lazy(
            "最多 %(max)d 个文件，请减少后再提交。", "最多 %(max)d 个文件，请减少后再提交。", "max"
        ),
    }

    def __init__(self, *, max_files: int = 6, **kwargs: Any) -> None:
        self.max_files = max_files
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("data-max", str(max_files))

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        if len(files) > self.max_files:
            raise ValidationError(self.error_messages["too_many"], code="too_many", params={"max": self.max_files})
        cleaned = [super(MultiFileField, self).clean(file, initial) for file in files]
        return [file for file in cleaned if file]


class PhoneField(forms.CharField):
    """A mobile number, cleaned to eleven digits; accepts spaces, hyphens, full-width digits and +86.

    `kept` is the number on record for a screen that edits it: it is shown masked, and the mask sent back keeps it.
    """

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "data-no-draft": ""})

    def __init__(self, *, max_length: int = 30, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号码"))
        self.kept = ""
        super().__init__(max_length=max_length, **kwargs)

    def keep(self, number: str) -> None:
        """Stand for `number` without showing it: a full number is only ever revealed with a reason."""
        self.kept, self.initial = number, mask_phone(number)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if self.kept and text == mask_phone(self.kept):
            return self.kept
        return normalise_phone(text) if text else ""


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows to choose; a key that no row can have is a strange choice and not an error of the database."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError as error:
            strange = {"value": ", ".join(map(str, value))[:40]}
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", strange) from error


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


TEXT_MAX = 10_000
"""Characters of a text of several lines, where nothing shorter is asked for."""
SEVERAL = _("可以选几个；电脑上按住 Ctrl 再点。")
"""Help beside a list from which several may be chosen."""
STRANGE = {"invalid_choice": _("请从列出的里面选择；没有列出的，可能刚刚离任或停用。")}
"""What is said of a choice that was never offered, or no longer is."""


def text_field(
    label: Any, rows: int = 4, *, required: Any = None, max_length: int = TEXT_MAX, **kwargs: Any
) -> forms.CharField:
    """A text of several lines; `required` is the sentence shown when it is missing."""
    messages = {"max_length": _("内容太长，请控制在 %(limit_value)d 字以内。")}
    messages |= {} if required is None else {"required": required}
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=required is not None, max_length=max_length, widget=widget, error_messages=messages,
        **kwargs,
    )  # fmt: skip


class DayField(forms.DateField):
    """A day of our times: at either end of the calendar a day has no beginning or no end in some zone."""

    widget = DateInput
    default_error_messages = {"required": _("请选择日期。"), "invalid": _("请填写日期，例如 2026-12-31。")}

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and day.year not in OUR_TIMES:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


def day_field(label: Any, *, missing: Any = None, **kwargs: Any) -> DayField:
    """A day, with the sentence that belongs to a missing one."""
    return DayField(label=label, error_messages={"required": missing} if missing else None, **kwargs)


def photos_field(label: Any = None) -> MultiFileField:
    """Photos that go with what is written."""
    return MultiFileField(
        label=label or _("照片（可选）"), required=False, max_files=6,
        widget=MultiFileInput(attrs={"accept": "image/*", "data-photos": ""}),
        help_text=_("最多 6 张；拍摄位置等附加信息会被去掉。"),
    )  # fmt: skip


def files_field(label: Any) -> MultiFileField:
    """Photos and documents that go with what is written."""
    return MultiFileField(
        label=label, required=False, max_files=6,
        widget=MultiFileInput(attrs={"accept": "image/*,.pdf,.docx,.xlsx"}),
        help_text=_("照片、PDF、Word（DOCX）、表格（XLSX），最多 6 个，每个 20 MB 以内；照片的拍摄位置会被去掉。"),
    )  # fmt: skip


def offer(field: Any, rows: Iterable[tuple[Any, Any]], *, first: Iterable[tuple[str, Any]] = ()) -> None:
    """Offer records by their keys, each with its label, after `first`; the typed choice `field` cleans to records."""
    held = list(rows)
    by_key = {str(row.pk): row for row, _label in held}
    field.choices = [*first, *((str(row.pk), label) for row, label in held)]
    field.coerce = lambda value: by_key[value]


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class PhotoForm(forms.Form):
    """One picture, to set or to take away; sniffing and re-encoding is the business of base.files."""

    photo = forms.FileField(
        label=_("照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("JPG、PNG 或 HEIC；位置等附加信息会被去掉。"),
        error_messages={"empty": _("这个文件是空的，请重新选择。")},
    )
    remove = forms.BooleanField(label=_("删除现有照片"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("photo") and not data.get("remove"):
            self.add_error("photo", _("请选择一张照片。"))
        return data
