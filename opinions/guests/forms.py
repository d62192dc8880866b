"""Forms of the page that a link opens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import day_field, offer, photos_field, text_field
from opinions.catalog.models import ReasonKind
from opinions.catalog.queries import reasons
from opinions.handling.services import MOST_POINTS, Content, Point
from opinions.matters.models import ReplyClass

POINTS = 1
"""Points of a reply that are offered at first: most have one, and the page is read on a phone."""


class SignForm(forms.Form):
    person = forms.CharField(label=_("责任人"), max_length=40, error_messages={"required": _("请填写责任人姓名。")})
    button = _("签收")


class ReturnForm(forms.Form):
    reason = forms.TypedChoiceField(
        label=_("理由"), widget=forms.RadioSelect, error_messages={"required": _("请选择退回的理由。")}
    )
    text = text_field(_("依据"), 3, required=_("请写明退回的依据。"))
    button = _("提交")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["reason"], [(row, row.name) for row in reasons(ReasonKind.RETURN)])


class ExtensionForm(forms.Form):
    until = day_field(_("希望延到哪一天"))
    reason = text_field(_("原因"), 3, required=_("请写明为什么需要延期。"))
    button = _("提交申请")


class PhotosForm(forms.Form):
    photos = photos_field(_("照片"))
    button = _("上传照片")


class ReplyForm(forms.Form):
    """The structured reply: text, class and points, one at first and a button for one more."""

    count = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = text_field(_("正文"), 6, required=_("请写下答复的正文。"))
    reply_class = forms.ChoiceField(
        label=_("答复类别"), widget=forms.RadioSelect, choices=ReplyClass.choices,
        error_messages={"required": _("请选择答复类别。")},
    )  # fmt: skip
    button = _("送交人大工委审签")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = self._shown()
        self.fields["count"].initial = self.shown
        for number in range(self.shown):
            self.fields[f"problem{number}"] = forms.CharField(label=_("问题"), max_length=200, required=False)
            self.fields[f"measure{number}"] = forms.CharField(label=_("措施"), max_length=2000, required=False)
            self.fields[f"person{number}"] = forms.CharField(label=_("责任人"), max_length=40, required=False)
            self.fields[f"due_on{number}"] = day_field(_("完成日期"), required=False)

    def _shown(self) -> int:
        """How many points the form has."""
        said = str((self.data if self.is_bound else self.initial).get("count", ""))
        shown = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else POINTS
        return max(1, min(shown, MOST_POINTS))

    def as_typed(self, *, more: bool) -> "ReplyForm":
        """The form with what was typed, unchecked, and with one point more if wanted."""
        typed = {name: self.data.get(name) for name in self.fields}
        return ReplyForm(initial={**typed, "count": self.shown + more}, auto_id=self.auto_id)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The visible fields but those of the points."""
        return [self["text"], self["reply_class"]]

    @property
    def points(self) -> list[list[forms.BoundField]]:
        """The fields of each point."""
        names = ("problem", "measure", "person", "due_on")
        return [[self[f"{name}{number}"] for name in names] for number in range(self.shown)]

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
            for n in range(self.shown)
        )
        return Content(text=data["text"], reply_class=data["reply_class"], points=points)
