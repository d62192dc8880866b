"""Drafting a proposal: from one matter, from several, from research; and changing the draft."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.organisations.models import STREET_KINDS, Organisation
from deputies.roster.models import Deputy
from liaison.base.codes import grouped, normalise
from liaison.base.phrases import aside
from liaison.base.web.forms import DayField, day_field, offer, text_field
from opinions.handling.services import Content, Point
from opinions.matters.models import Matter, ReplyClass
from opinions.matters.queries import open_copy
from opinions.proposals.models import Proposal
from opinions.proposals.queries import can_be_linked, possible_leads
from opinions.proposals.services import TITLE_MAX
from opinions.proposals.states import ProposalStatus

ENDINGS = "。！？…；，、.!?;, "
"""Marks that end a sentence and do not belong into the middle of a title."""
NEAR = 8
"""Opinions offered for linking; any other by its code."""


class WordsForm(forms.Form):
    """The words of a draft and who leads it."""

    title = forms.CharField(
        label=_("建议标题"), max_length=TITLE_MAX,
        error_messages={"required": _("请写建议的标题。"), "max_length": _("标题请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    lead = forms.TypedChoiceField(label=_("领衔代表"), required=False, empty_value=None)
    situation = text_field(
        _("情况"), 6, required=_("请写明情况。"),
        help_text=_("已填入居民反映的内容，电话、门牌和姓名已隐去；请再看一遍，去掉其他个人信息。"),
    )  # fmt: skip
    analysis = text_field(_("分析（可选）"), 4)
    request = text_field(_("建议（可选）"), 4)

    def offer_leads(self, leads: Sequence[Deputy], chosen: int | None) -> None:
        """Offer these deputies; `chosen` stands ready if it is one of them."""
        rows = [(row, aside(row.name, row.standing)) for row in leads]
        offer(self.fields["lead"], rows, first=[("", _("以后再定"))])
        self.fields["lead"].initial = str(chosen) if chosen in {row.pk for row in leads} else ""


class RaiseForm(WordsForm):
    """转建议. What the resident said stands in the situation already: nobody types it twice (rule 3)."""

    reason = text_field(_("为什么转为建议"), 3, required=_("请写明为什么转为建议。"), help_text=_("居民会看到这段话。"))

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_leads(possible_leads(matter), matter.deputy_id)
        title, content = open_copy(matter)
        self.fields["title"].initial = title_from(title)
        self.fields["situation"].initial = content


def title_from(text: str) -> str:
    """A proposal's title about what somebody raised."""
    return str(_("关于%(title)s的建议") % {"title": text.rstrip(ENDINGS)})[:TITLE_MAX]


class ComposeForm(RaiseForm):
    """形成建议 from several opinions and research notes."""

    matters = forms.TypedMultipleChoiceField(
        label=_("关联的意见"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一件意见。")},
    )  # fmt: skip
    field_order = ("matters", "title", "lead", "situation", "analysis", "request", "reason")

    def __init__(self, *args: Any, held: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(*args, matter=held[0], **kwargs)
        by_code = {row.code: row for row in held}
        field: Any = self.fields["matters"]
        field.choices = [(row.code, aside(row.title, grouped(row.code))) for row in held]
        field.coerce = lambda value: by_code[value]
        field.initial = list(by_code)


class EditForm(WordsForm):
    """Changing a draft; `version` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, proposal: Proposal, leads: Sequence[Deputy], **kwargs: Any) -> None:
        names = ("title", "situation", "analysis", "request", "version")
        kwargs["initial"] = {name: getattr(proposal, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["situation"].help_text = ""
        self.offer_leads(leads, proposal.lead_id)


class LinkForm(forms.Form):
    """One more opinion for a draft."""

    near = forms.ChoiceField(label=_("意见"), required=False, widget=forms.RadioSelect)
    code = forms.CharField(label=_("或者填写编号"), required=False, max_length=40)
    reason = text_field(_("为什么转为建议"), 3, required=_("请写明为什么转为建议。"), help_text=_("居民会看到这段话。"))

    def __init__(self, *args: Any, user: User, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = can_be_linked(user, proposal)
        categories = proposal.links.filter(unlinked_at=None).values("matter__category")
        near = list(self.rows.filter(category__in=categories).order_by("-id")[:NEAR])
        field: Any = self.fields["near"]
        field.choices = [(row.code, aside(row.title, grouped(row.code))) for row in near]
        if not near:
            del self.fields["near"]
            self.fields["code"].label = _("意见的编号")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code = normalise(data.get("code") or "") or data.get("near")
        if not code and not self.errors:
            self.add_error("code", _("请选择或填写意见的编号。"))
        elif code:
            data["found"] = self.rows.select_related("deputy", "street", "district").filter(code=code).first()
            if data["found"] is None:
                self.add_error("code", _("没有找到这个编号的意见，或者它现在不能转为建议、已经在这份建议里。"))
        return data


class UnlinkForm(forms.Form):
    """Taking an opinion out of a draft."""

    proposal = forms.TypedChoiceField(label=_("从哪份建议移出"), widget=forms.RadioSelect)
    reason = text_field(_("为什么移出"), 3, required=_("请写明为什么移出。"), help_text=_("居民会看到这段话。"))

    def __init__(self, *args: Any, proposals: Sequence[Proposal], chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["proposal"], [(row, row.title) for row in proposals])
        keys = [str(row.pk) for row in proposals]
        self.fields["proposal"].initial = chosen if chosen in keys else next(iter(keys), "")


class ResultForm(forms.Form):
    """What came of a proposal."""

    text = text_field(
        _("结果"), 6, required=_("请写下答复的正文。"), help_text=_("每一位反映人都会收到，请写得让居民看得懂。")
    )
    reply_class = forms.ChoiceField(
        label=_("结果类别"), widget=forms.RadioSelect, choices=ReplyClass.choices,
        help_text=_("B、C 两类是有期限的承诺，办结后继续跟踪到兑现。"),
        error_messages={"required": _("请选择答复类别。")},
    )  # fmt: skip
    problem = forms.CharField(label=_("问题"), required=False, max_length=200)
    measure = text_field(_("措施"), 2, max_length=2000)
    person = forms.CharField(label=_("责任单位或责任人"), required=False, max_length=40)
    due_on = day_field(_("完成日期"), required=False)

    @property
    def content(self) -> Content:
        """The result as a reply with one point."""
        data = self.cleaned_data
        point = Point(**{name: data[name] for name in ("problem", "measure", "person", "due_on")})
        return Content(text=data["text"], reply_class=data["reply_class"], points=(point,))


class FilterForm(forms.Form):
    """The filter of the list of drafts. A value that cannot be is ignored."""

    q = forms.CharField(label=_("标题、领衔代表"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("不限")), *ProposalStatus.choices])
    lead = forms.ChoiceField(label=_("领衔"), required=False, choices=[("", _("不限")), ("none", _("还没有领衔代表"))])
    organisation = forms.ChoiceField(label=_("起草机构"), required=False)
    since = DayField(label=_("起草时间自"), required=False)
    until = DayField(label=_("至"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.role in DISTRICT_ROLES:
            streets = Organisation.objects.filter(kind__in=STREET_KINDS, parent=user.organisation_id, active=True)
            own = [(user.organisation_id, str(user.organisation))]
            held: Any = self.fields["organisation"]
            held.choices = [("", _("不限")), *own, *streets.values_list("pk", "name")]
        else:
            del self.fields["organisation"]

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that are valid; the rest do not filter."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
