"""Forms of reminders, letters, answers and sponsorship."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.codes import grouped
from liaison.base.web.forms import SEVERAL, day_field, files_field, offer, text_field
from opinions.matters.models import Matter
from supervision.orders.models import Demand, Letter, LetterAnswer, LetterTemplate, NoteKind
from supervision.orders.queries import addressees, issuers, responsible
from supervision.orders.services import AnswerData, LetterData, PointData
from supervision.orders.services.letters import DAYS
from supervision.orders.states import OUTCOMES, LetterStatus, SponsorStatus

ROWS = 5
"""Demands that a new letter offers; a draft with more offers one more than it has."""
NEITHER = [("", _("全部"))]


class RemindForm(forms.Form):
    """催办."""

    text = text_field(
        _("催办内容"), 3, required=_("请写下要催什么。"), max_length=500,
        initial=_("这件事群众在等，请抓紧办理，按时答复。"),
        help_text=_("发给承办单位的全体经办人；记入每件事的办理经过。"),
    )  # fmt: skip
    button = _("催办")


class LetterFilterForm(forms.Form):
    """Filters of the list of letters."""

    side = forms.ChoiceField(
        label=_("往来"), required=False,
        choices=[
            *NEITHER, ("waiting", _("等我们处理的")), ("to_us", _("发给我们的")), ("from_us", _("我们发出的")),
        ],
    )  # fmt: skip
    status = forms.ChoiceField(label=_("状态"), required=False, choices=[*NEITHER, *LetterStatus.choices])
    body = forms.TypedChoiceField(label=_("收函单位"), required=False, empty_value=None)
    issuer = forms.TypedChoiceField(label=_("发函机关"), required=False, empty_value=None)
    overdue = forms.BooleanField(label=_("只看逾期未回复"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["body"], [(one, one.name) for one in addressees(user)], first=NEITHER)
        offer(self.fields["issuer"], [(one, one.name) for one in issuers(user)], first=NEITHER)

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The values that can be used; a strange one filters nothing."""
        self.full_clean()
        return self.cleaned_data


def _days_field(label: Any, **more: Any) -> forms.IntegerField:
    """A letter's own limit for its answer, in working days."""
    wrong = _("请填 1 至 60。")
    errors = {"min_value": wrong, "max_value": wrong, "invalid": _("请填整数。")}
    return forms.IntegerField(
        label=label, required=False, min_value=DAYS[0], max_value=DAYS[-1], error_messages=errors, **more
    )


class LetterForm(forms.Form):
    """督办函: to whom, about what, and what is demanded by when."""

    addressee = forms.TypedChoiceField(label=_("发给"), error_messages={"required": _("请选择发给哪个单位。")})
    title = forms.CharField(
        label=_("标题"), max_length=80,
        error_messages={"required": _("请写标题。"), "max_length": _("标题请控制在 80 字以内。")},
    )  # fmt: skip
    matters = forms.TypedMultipleChoiceField(
        label=_("督办事项"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一件事项。")},
    )  # fmt: skip
    basis = text_field(_("依据（可选）"), 2, max_length=500)
    opening = text_field(
        _("正文"), 4, required=_("请写正文。"), max_length=2000, help_text=_("不写群众的姓名、电话和门牌号。")
    )
    days = _days_field(_("几个工作日内回复（可选）"), help_text=_("不填就按现行的督办回复时限。"))
    copies = forms.TypedMultipleChoiceField(
        label=_("抄送（可选）"), required=False, widget=forms.SelectMultiple(attrs={"size": 6}), help_text=SEVERAL
    )
    button = _("保存草稿")

    def __init__(
        self, *args: Any, user: User, matters: Sequence[Matter], letter: Letter | None = None,
        template: LetterTemplate | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        held = addressees(user)
        offer(self.fields["addressee"], [(one, one.name) for one in held], first=[("", _("请选择"))])
        offer(self.fields["copies"], [(one, one.name) for one in dict.fromkeys([*held, *issuers(user)])])
        offer(self.fields["matters"], [(one, f"{one.title} · {grouped(one.code)}") for one in matters])
        self.rows = max(ROWS, letter.demands.count() + 1 if letter else 0)
        for number in range(self.rows):
            self.fields[f"demand{number}"] = forms.CharField(label=_("要求"), max_length=300, required=False)
            self.fields[f"day{number}"] = day_field(_("完成日期"), required=False)
        if letter is not None:
            self._show(letter)
        else:
            self._begin(matters, template)

    def _begin(self, matters: Sequence[Matter], template: LetterTemplate | None) -> None:
        """A new letter: to the body that has most of the matters, in the words of a template."""
        bodies = responsible(matters)
        most = Counter(body.pk for body in bodies.values() if body).most_common(1)
        chosen = most[0][0] if most else None
        theirs = [one for one in matters if (body := bodies[one.pk]) and body.pk == chosen]
        values: dict[str, Any] = {"addressee": str(chosen or ""), "matters": [str(one.pk) for one in theirs]}
        if len(matters) == 1 and matters[0].category is not None:
            values["title"] = _("关于抓紧办理%(category)s问题的督办函") % {"category": matters[0].category.name}
        else:
            values["title"] = _("关于抓紧办理群众意见的督办函")
        if template is not None:
            values |= {"basis": template.basis, "opening": template.opening}
            for number, text in enumerate(template.demands.splitlines()[: self.rows]):
                values[f"demand{number}"] = text
        self.initial = {**values, **self.initial}

    def _show(self, letter: Letter) -> None:
        values: dict[str, Any] = {
            "addressee": str(letter.addressee_id), "title": letter.title, "basis": letter.basis,
            "opening": letter.opening, "days": letter.days, "copies": [str(one.pk) for one in letter.copies.all()],
            "matters": [str(row.matter_id) for row in letter.rows.all()],
        }  # fmt: skip
        for number, one in enumerate(letter.demands.all()):
            values[f"demand{number}"], values[f"day{number}"] = one.text, one.due_on
        self.initial = values

    @property
    def demands(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The pairs of fields of the demands."""
        return ((self[f"demand{number}"], self[f"day{number}"]) for number in range(self.rows))

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What stands above the demands."""
        return [self[name] for name in ("addressee", "title", "matters", "basis", "opening")]

    @property
    def last_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("days", "copies")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(self.rows):
            text, day = data.get(f"demand{number}"), data.get(f"day{number}")
            if text and not day and f"day{number}" not in self.errors:
                self.add_error(f"day{number}", _("请给这条要求选完成日期。"))
            if day and not text:
                self.add_error(f"demand{number}", _("请写要求的内容。"))
        if not self.errors and not any(data.get(f"demand{number}") for number in range(self.rows)):
            self.add_error("demand0", _("请逐条写明要求，一至十条。"))
        return data

    @property
    def letter_data(self) -> LetterData:
        data = self.cleaned_data
        pairs = [(data.get(f"demand{number}"), data.get(f"day{number}")) for number in range(self.rows)]
        return LetterData(
            addressee=data["addressee"], title=data["title"], basis=data["basis"], opening=data["opening"],
            demands=[(text, day) for text, day in pairs if text and day], matters=data["matters"],
            days=data["days"], copies=data["copies"],
        )  # fmt: skip


class AnswerForm(forms.Form):
    """回复: the situation, and for each demand measure, person and day. Parts may stay open until it is sent on."""

    text = text_field(_("总的情况"), 4, max_length=5000, help_text=_("办到哪一步，下一步怎么做。"))
    attachments = files_field(_("照片和文件（可选）"))

    def __init__(
        self, *args: Any, demands: Sequence[Demand], answer: LetterAnswer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.held = demands
        said = {one.demand_id: one for one in answer.points.all()} if answer else {}
        if answer is not None:
            self.fields["text"].initial = answer.text
        for one in demands:
            point = said.get(one.pk)
            fields: dict[str, Any] = {
                "measure": text_field(_("措施"), 2, max_length=500),
                "person": forms.CharField(label=_("责任人"), max_length=40, required=False),
                "day": day_field(_("完成日期"), required=False),
            }
            initial = (point.measure, point.person, point.due_on) if point else ("", "", None)
            for (name, field), value in zip(fields.items(), initial, strict=True):
                field.initial = value
                self.fields[f"{name}{one.pk}"] = field

    @property
    def rows(self) -> Iterator[tuple[Demand, list[forms.BoundField]]]:
        """Each demand with its fields."""
        return ((one, [self[f"{name}{one.pk}"] for name in ("measure", "person", "day")]) for one in self.held)

    @property
    def answer_data(self) -> AnswerData:
        data = self.cleaned_data
        points = {
            one.pk: PointData(data[f"measure{one.pk}"], data[f"person{one.pk}"], data[f"day{one.pk}"])
            for one in self.held
        }
        return AnswerData(text=data["text"], points=points)


class LinkAnswerForm(AnswerForm):
    """回复 by a link: all of it at once, and who signs."""

    signer = forms.CharField(
        label=_("签发的负责人姓名"), max_length=40, error_messages={"required": _("请填写签发的负责人姓名。")}
    )
    MISSING = {
        "text": _("请写总的情况。"), "measure": _("请写措施。"), "person": _("请写责任人。"),
        "day": _("请选完成日期。"),
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            missing = self.MISSING.get(name.rstrip("0123456789"))
            if missing:
                field.required, field.error_messages["required"] = True, missing


class WhyForm(forms.Form):
    """Why something is done."""

    reason = text_field(_("原因"), 3, required=_("请写明原因。"), max_length=500)
    danger = False


class RefuseForm(WhyForm):
    """不认可: why, and within how many working days a new answer is due."""

    days = _days_field(_("几个工作日内重新回复（可选）"))


class SponsorForm(forms.Form):
    """包案."""

    why = text_field(_("为什么包案"), 2, required=_("请写明为什么包案。"), max_length=300)
    target_on = day_field(_("目标日期"))
    button = _("包案")


class NoteForm(forms.Form):
    """记一笔."""

    kind = forms.ChoiceField(label=_("做了什么事"), choices=NoteKind.choices)
    day = day_field(_("日期"))
    text = text_field(_("内容"), 3, required=_("请写下做了什么。"), max_length=500)
    button = _("记下")


class TargetForm(forms.Form):
    """调整目标日期."""

    target_on = day_field(_("目标日期"))
    reason = text_field(_("原因"), 2, required=_("请写明为什么调整。"), max_length=300)
    button = _("保存")


class EndForm(forms.Form):
    """结束包案."""

    outcome = forms.ChoiceField(
        label=_("结果"), choices=[(one.value, one.label) for one in OUTCOMES], widget=forms.RadioSelect,
        error_messages={"required": _("请选择结果。")},
    )  # fmt: skip
    text = text_field(_("说明"), 3, required=_("请写明结果，或者为什么终止。"), max_length=1000)
    button = _("结束包案")


class CaseFilterForm(forms.Form):
    """Filters of the list of sponsored cases."""

    status = forms.ChoiceField(label=_("状态"), required=False, choices=[*NEITHER, *SponsorStatus.choices])
    mine = forms.BooleanField(label=_("只看我包的"), required=False)
