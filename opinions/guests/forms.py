"""Forms of the page that a link opens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import DateInput, MultiFileField, MultiFileInput
from opinions.catalog.models import ReasonKind
from opinions.catalog.queries import reasons
from opinions.handling.services import Content, Point
from opinions.matters.models import ReplyClass

POINTS = 3
"""Points of a reply that can be written here."""


def words(label: Any, required: Any, *, rows: int = 3) -> forms.CharField:
    """A text that must be written."""
    messages = {"required": required, "max_length": _("内容太长，请控制在 %(limit_value)d 字以内。")}
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=10_000, widget=widget, error_messages=messages)


def day(**kwargs: Any) -> forms.DateField:
    """A day."""
    messages = {"required": _("请选择日期。"), "invalid": _("请填写日期，例如 2026-12-31。")}
    return forms.DateField(widget=DateInput, error_messages=messages, **kwargs)


class SignForm(forms.Form):
    person = forms.CharField(label=_("责任人"), max_length=40, error_messages={"required": _("请填写责任人姓名。")})
    button = _("签收")


class ReturnForm(forms.Form):
    reason = forms.TypedChoiceField(
        label=_("理由"), widget=forms.RadioSelect, error_messages={"required": _("请选择退回的理由。")}
    )
    text = words(_("依据"), _("请写明退回的依据。"))
    button = _("提交")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {str(row.pk): row for row in reasons(ReasonKind.RETURN)}
        field: Any = self.fields["reason"]
        field.choices = [(key, row.name) for key, row in rows.items()]
        field.coerce = lambda value: rows[value]


class ExtensionForm(forms.Form):
    until = day(label=_("希望延到哪一天"))
    reason = words(_("原因"), _("请写明为什么需要延期。"))
    button = _("提交申请")


class PhotosForm(forms.Form):
    photos = MultiFileField(
        label=_("照片"), required=False, max_files=6,
        widget=MultiFileInput(attrs={"accept": "image/*", "data-photos": ""}),
        help_text=_("最多 6 张；拍摄位置等附加信息会被去掉。"),
    )  # fmt: skip
    button = _("上传照片")


class ReplyForm(forms.Form):
    """The structured reply: text, class and up to three points."""

    text = words(_("正文"), _("请写下答复的正文。"), rows=6)
    reply_class = forms.ChoiceField(
        label=_("答复类别"), widget=forms.RadioSelect, choices=ReplyClass.choices,
        error_messages={"required": _("请选择答复类别。")},
    )  # fmt: skip
    button = _("送交人大工委审签")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(POINTS):
            self.fields[f"problem{number}"] = forms.CharField(label=_("问题"), max_length=200, required=False)
            self.fields[f"measure{number}"] = forms.CharField(label=_("措施"), max_length=2000, required=False)
            self.fields[f"person{number}"] = forms.CharField(label=_("责任人"), max_length=40, required=False)
            self.fields[f"due_on{number}"] = day(label=_("完成日期"), required=False)

    @property
    def content(self) -> Content:
        """The reply as it was written, of a valid form."""
        data = self.cleaned_data
        points = tuple(
            Point(
                problem=data[f"problem{n}"],
                measure=data[f"measure{n}"],
                person=data[f"person{n}"],
                due_on=data[f"due_on{n}"],
            )
            for n in range(POINTS)
        )
        return Content(text=data["text"], reply_class=data["reply_class"], points=points)
