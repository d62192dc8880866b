"""Forms of relays."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.phrases import aside
from liaison.base.web.forms import STRANGE, offer, text_field
from opinions.matters.models import Attachment, Matter, ReplyClass
from opinions.matters.queries import open_copy
from opinions.relays.queries import candidates, running_deputies
from opinions.relays.services import TITLE_MAX


class RelayForm(forms.Form):
    """Whom to ask at the chosen level, why, and what they get to read: a copy that leads to nobody, to be read before
    it goes up (rule 6)."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    deputies = forms.TypedMultipleChoiceField(
        label=_("请哪些代表接力"), widget=forms.CheckboxSelectMultiple,
        help_text=_("只列出在任、选区覆盖事发地的代表。"),
        error_messages={"required": _("请选择接力的代表。"), **STRANGE},
    )  # fmt: skip
    reason = text_field(
        _("为什么请上级代表接力"), 3, required=_("请写明为什么需要上级代表接力。"), help_text=_("居民会看到这段话。")
    )
    title = forms.CharField(
        label=_("给代表看的标题"),
        max_length=TITLE_MAX,
        required=False,
        error_messages={"max_length": _("内容太长，请控制在 %(limit_value)d 字以内。")},
    )
    content = text_field(
        _("给代表看的内容"), 6, required=_("请写明给代表看的内容。"),
        help_text=_("电话、门牌和姓名已隐去，请再看一遍，去掉其他个人信息。"),
    )  # fmt: skip
    summary = text_field(_("办理经过摘要（可选）"), 4)
    attachments = forms.TypedMultipleChoiceField(
        label=_("附上哪些附件"), required=False, error_messages=STRANGE, widget=forms.CheckboxSelectMultiple,
        help_text=_("照片里有人脸、门牌的，不要附。"),
    )  # fmt: skip
    identified = forms.BooleanField(label=_("居民同意把姓名告诉代表"), required=False)
    consent = forms.CharField(label=_("居民什么时候、怎样同意的"), required=False, max_length=300)

    def __init__(self, *args: Any, matter: Matter, level: str, summary: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = running_deputies(matter)
        people = [row for row in candidates(matter, level) if row.pk not in running]
        files = list(matter.attachments.select_related("stored"))
        offer(self.fields["deputies"], [(row, _named(row)) for row in people])
        offer(self.fields["attachments"], [(row, row.stored.name) for row in files])
        if not files:
            del self.fields["attachments"]
        title, content = open_copy(matter)
        first = {"title": title[:TITLE_MAX], "content": content, "summary": summary, "seen": matter.version}
        for name, value in first.items():
            self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("identified") and not (data.get("consent") or "").strip():
            self.add_error("consent", _("要告知反映人姓名，请写明居民什么时候、怎样同意的。"))
        return data

    @property
    def given(self) -> dict[str, Any]:
        """The arguments of the service."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        held: list[Attachment] = data.get("attachments") or []
        return {**data, "attachments": held}


def _named(deputy: Any) -> str:
    """The deputy with title, and how the file reaches somebody without an account."""
    if deputy.user_id:
        return aside(deputy.name, deputy.title or deputy.standing)
    way = _("由联络员代办") if deputy.helper_id else _("没有账号，寄书面函件")
    return aside(deputy.name, way)


class DeclineForm(forms.Form):
    reason = text_field(
        _("为什么不接"), 3, required=_("请写明为什么不接。"), max_length=1000, help_text=_("区人大会看到。")
    )


class WithdrawForm(forms.Form):
    reason = text_field(
        _("为什么收回"), 3, required=_("请写明为什么收回。"), max_length=1000, help_text=_("代表会看到。")
    )


class AnswerForm(forms.Form):
    text = text_field(
        _("推动的结果"),
        6,
        required=_("请写下推动的结果。"),
        help_text=_("由区人大转告反映的居民，请写得让居民看得懂。"),
    )
    reply_class = forms.ChoiceField(
        label=_("结果类别"), widget=forms.RadioSelect, choices=ReplyClass.choices,
        error_messages={"required": _("请选择结果是哪一类。")},
    )  # fmt: skip
