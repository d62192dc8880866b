"""The form that takes a year's official list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import InvalidInput
from liaison.base.workdays.list_files import read_list
from liaison.base.workdays.official_list import MOST_BYTES, BadCalendar, OfficialList


class ListForm(forms.Form):
    """A list as pasted text or as a file; `official` is the list once the form is valid."""

    text = forms.CharField(
        label=_("粘贴放假安排"), required=False, max_length=MOST_BYTES, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("可以粘贴 JSON，或从表格复制，列名是：日期、至、名称、安排（放假或上班）。"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("或者选择文件"), required=False, help_text=_("JSON、XLSX 或 CSV。"),
        widget=forms.FileInput(attrs={"accept": ".json,.xlsx,.xls,.csv"}),
        error_messages={"empty": _("这个文件是空的，请重新选择。")},
    )  # fmt: skip
    official: OfficialList

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        file, text = given.get("file"), given.get("text", "")
        if not file and not text.strip():
            raise ValidationError({"text": _("请粘贴放假安排，或者选择文件。")})
        try:
            content = file.read(MOST_BYTES + 1) if file else text.encode()
            self.official = read_list(content, name=file.name if file else "")
        except BadCalendar as error:
            self.add_error("file" if file else "text", error.lines())
        except InvalidInput as error:
            self.add_error("file" if file else "text", str(error.message))
        return given
