"""Form fields and widgets that several capabilities share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from liaison.base.errors import DomainError
from liaison.base.privacy import mask_phone, normalise_phone

T = TypeVar("T")


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
