"""Forms around hot issues and what residents nearby have raised."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opinions.gathering.services import TITLE_MAX

_SEEN = _("居民会看到这段话。")


class NearForm(forms.Form):
    """What a resident has typed so far; whatever does not make sense is simply not looked at."""

    content = forms.CharField(required=False, max_length=10_000)
    place = forms.CharField(required=False, max_length=160)
    community = forms.CharField(required=False, max_length=40)
    here = forms.CharField(required=False, max_length=40)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)

    @property
    def position(self) -> dict[str, Any]:
        """Both numbers, or none."""
        held = {name: self.cleaned_data.get(name) for name in ("latitude", "longitude")}
        return held if None not in held.values() else {}


class DismissForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么不作为热点"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明忽略的理由。"), "max_length": _("请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    button = _("忽略")


class TopicForm(forms.Form):
    title = forms.CharField(
        label=_("题目"), max_length=TITLE_MAX,
        error_messages={"required": _("请写专题的题目。"), "max_length": _("题目请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    about = forms.CharField(
        label=_("要弄清、推动什么"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("请写明要弄清、推动什么。"), "max_length": _("请控制在 %(limit_value)d 字以内。")
        },
    )  # fmt: skip
    button = _("设立专题")


class ProposalForm(forms.Form):
    title = forms.CharField(
        label=_("建议标题"), max_length=120,
        error_messages={"required": _("请写建议的标题。"), "max_length": _("标题请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("为什么转为建议"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_SEEN,
        error_messages={
            "required": _("请写明为什么转为建议。"), "max_length": _("请控制在 %(limit_value)d 字以内。")
        },
    )  # fmt: skip
    button = _("形成建议稿")
