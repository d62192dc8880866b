"""Forms of call-backs."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import handlers_of, street_committees_of
from liaison.base.web.forms import DayField, day_field, offer, text_field
from opinions.evaluation.models import Solved
from opinions.matters.models import Matter, Satisfaction
from supervision.revisits.ledger import Half, ledger
from supervision.revisits.models import Means
from supervision.revisits.queries import ASKED, callers_of
from supervision.revisits.services import Definition

SILENT = ("", _("没有说"))


class BodyField(forms.TypedChoiceField):
    """One of the bodies that are offered; cleans to it, or to None when left open."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)

    def use(self, bodies: list[Organisation], *, blank: object = "") -> None:
        """Offer these."""
        offer(self, [(body, body.name) for body in bodies], first=[("", blank)] if blank else [])


class DrawForm(forms.Form):
    """抽样回访: from what, how many, by what seed, and who calls."""

    since = DayField(label=_("办结或答复自"))
    until = DayField(label=_("至"))
    state = forms.ChoiceField(
        label=_("评价情况"), required=False, choices=[("", _("不限")), *((one.value, one.label) for one in ASKED)]
    )
    street = BodyField(label=_("街道"), required=False)
    body = BodyField(label=_("承办单位"), required=False)
    share = forms.IntegerField(label=_("抽取比例（%）"), required=False, min_value=1, max_value=100)
    number = forms.IntegerField(
        label=_("或抽取件数"), required=False, min_value=1, max_value=500, help_text=_("比例和件数填一个。")
    )
    seed = forms.CharField(
        label=_("随机种子"), required=False, max_length=64,
        help_text=_("可填公开的数字，例如当天的开奖号；不填由系统随机产生。抽过以后不能更改。"),
    )  # fmt: skip
    caller = BodyField(label=_("由谁回访"), required=False, help_text=_("参与过办理的单位，系统会换成没有参与的单位。"))

    def __init__(self, *args: Any, district: Organisation, today: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"since": today - timedelta(days=30), "until": today, "number": 20})
        super().__init__(*args, **kwargs)
        self._offer("street", street_committees_of(district), _("不限"))
        self._offer("body", handlers_of(district), _("不限"))
        self._offer("caller", callers_of(district), _("没有参与办理的街道轮流回访"))

    def _offer(self, name: str, bodies: list[Organisation], blank: object) -> None:
        field: Any = self.fields[name]
        field.use(bodies, blank=blank)

    @property
    def definition(self) -> Definition:
        return Definition(**{name: value for name, value in self.cleaned_data.items() if name != "caller"})


class CallerForm(forms.Form):
    """Who calls; only bodies that had no hand in the matter."""

    caller = BodyField(label=_("由谁回访"), error_messages={"required": _("请选择回访单位。")})

    def __init__(self, *args: Any, free: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["caller"]
        field.use(free)


class OutcomeForm(forms.Form):
    """What the resident said; satisfied and solved are two questions."""

    satisfied = forms.ChoiceField(
        label=_("您对办理满意吗？"), required=False, widget=forms.RadioSelect, choices=[*Satisfaction.choices, SILENT]
    )
    solved = forms.ChoiceField(
        label=_("问题解决了吗？"), required=False, widget=forms.RadioSelect, choices=[*Solved.choices, SILENT]
    )
    words = text_field(_("群众原话"), 4, max_length=2000)


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("查看原因"), min_length=4, max_length=300, initial=_("电话回访"),
        help_text=_("查看会被记录：谁、什么时候、为什么。"),
        error_messages={"required": _("请写明为什么要看电话号码。"), "min_length": _("请写得具体一点，至少 4 个字。")},
    )  # fmt: skip


class LedgerForm(forms.Form):
    """Filters of 回访台账, at first the present half-year of the first street; what is not offered shows nothing."""

    street = BodyField(label=_("街道"), required=False)
    half = forms.TypedChoiceField(label=_("办结于"), coerce=Half.read, required=False)
    state = forms.ChoiceField(
        label=_("情况"), required=False, choices=[("", _("全部")), ("due", _("还差的")), ("done", _("都回访了"))]
    )

    def __init__(self, data: Any, *, streets: list[Organisation], today: date) -> None:
        halves = Half.last(today)
        first = {"street": str(streets[0].pk) if streets else "", "half": str(halves[0])}
        super().__init__({**first, **{name: value for name, value in data.items() if value}})
        offer(self.fields["street"], [(body, str(body)) for body in streets])
        self.fields["half"].choices = [(str(one), one.label) for one in halves]  # type: ignore[attr-defined]

    def chosen(self, user: User) -> QuerySet[Matter]:
        """The matters that were asked for."""
        return ledger(user, **self.cleaned_data) if self.is_valid() else Matter.objects.none()


class ContactForm(forms.Form):
    means = forms.ChoiceField(
        label=_("方式"), choices=Means, widget=forms.RadioSelect, error_messages={"required": _("请选择电话还是上门。")}
    )
    day = day_field(_("日期"))
    heard = text_field(_("情况"), 3, max_length=300, help_text=_("如：已修好，用着正常。只有督办这一方看得到。"))


class LookForm(forms.Form):
    note = forms.CharField(
        label=_("看过以后的判断"), max_length=300, error_messages={"required": _("请写一句看过以后的判断。")}
    )
