"""Drafting a proposal from a matter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.phrases import aside
from opinions.matters.models import Matter
from opinions.proposals.queries import possible_leads
from opinions.proposals.services import TITLE_MAX

TEXT_MAX = 10_000
ENDINGS = "。！？…；，、.!?;, "
"""Marks that end a sentence and do not belong into the middle of a title."""


def _text(label: Any, rows: int, *, required: Any = None, help_text: Any = "") -> forms.CharField:
    messages = {"required": required} if required else {}
    messages["max_length"] = _("内容太长，请控制在 %(limit_value)d 字以内。")
    return forms.CharField(
        label=label, required=required is not None, max_length=TEXT_MAX, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}), error_messages=messages,
    )  # fmt: skip


class RaiseForm(forms.Form):
    """转建议. What the resident said stands in the situation already: nobody types it twice (rule 3)."""

    title = forms.CharField(
        label=_("建议标题"), max_length=TITLE_MAX,
        error_messages={"required": _("请写建议的标题。"), "max_length": _("标题请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    lead = forms.TypedChoiceField(label=_("领衔代表"), required=False, empty_value=None)
    situation = _text(_("情况"), 5, required=_("请写明情况。"), help_text=_("已填入居民反映的内容，请去掉个人信息。"))
    analysis = _text(_("分析（可选）"), 4)
    request = _text(_("建议（可选）"), 4)
    reason = _text(_("为什么转为建议"), 3, required=_("请写明为什么转为建议。"), help_text=_("居民会看到这段话。"))

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads = {str(row.pk): row for row in possible_leads(matter)}
        field: Any = self.fields["lead"]
        field.choices = [("", _("以后再定"))] + [(key, aside(row.name, row.standing)) for key, row in leads.items()]
        field.coerce = lambda value: leads[value]
        field.initial = str(matter.deputy_id) if str(matter.deputy_id) in leads else ""
        self.fields["title"].initial = str(_("关于%(title)s的建议") % {"title": matter.title.rstrip(ENDINGS)})[
            :TITLE_MAX
        ]
        opinion = getattr(matter, "opinion", None)
        self.fields["situation"].initial = opinion.content if opinion else ""
