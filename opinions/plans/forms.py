"""Forms of a plan."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.web.forms import DateInput, MultiFileField, MultiFileInput
from opinions.handling.queries import handlers_for
from opinions.matters.models import Matter
from opinions.plans.models import Measure, Phase, Plan
from opinions.plans.services import MeasureData

ROWS = 3
"""Milestones that can be written at once."""


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, with the sentence that belongs to a missing or a wrong one."""
    messages = {"required": _("请选择日期。"), "invalid": _("请填写日期，例如 2026-12-31。")}
    return forms.DateField(label=label, widget=DateInput, error_messages=messages, **kwargs)


def words_field(label: Any, required: Any, *, rows: int = 3, most: int = 2000) -> forms.CharField:
    """A text that must be written."""
    messages = {"required": required, "max_length": _("内容太长，请控制在 %(limit_value)d 字以内。")}
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, error_messages=messages)


class MeasureForm(forms.Form):
    """A measure with up to three milestones."""

    text = words_field(_("做什么"), _("请写明做什么。"), rows=2, most=300)
    body = forms.TypedChoiceField(label=_("责任单位"), error_messages={"required": _("请选择责任单位。")})
    person = forms.CharField(
        label=_("责任人"), max_length=40, help_text=_("居民看不到姓名。"),
        error_messages={"required": _("请填写责任人姓名。")},
    )  # fmt: skip
    due_on = day_field(_("完成日期"))
    button = _("列入计划")

    def __init__(self, *args: Any, user: User, matter: Matter, measure: Measure | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies: dict[str, Organisation] = {str(body.pk): body for body in handlers_for(matter)}
        field: Any = self.fields["body"]
        field.choices = [("", _("请选择")), *((key, body.name) for key, body in bodies.items())]
        field.coerce = lambda value: bodies[value]
        field.initial = str(user.organisation_id)
        for number in range(ROWS):
            self.fields[f"name{number}"] = forms.CharField(label=_("节点"), max_length=80, required=False)
            self.fields[f"day{number}"] = day_field(_("日期"), required=False)
        if measure is not None:
            self._show(measure)

    def _show(self, measure: Measure) -> None:
        self.fields["reason"] = words_field(_("为什么调整"), _("请写明为什么调整。"), rows=2, most=300)
        self.button = _("保存")
        values = {"text": measure.text, "body": str(measure.body_id), "person": measure.person}
        for name, value in {**values, "due_on": measure.due_on}.items():
            self.fields[name].initial = value
        for number, one in enumerate(measure.milestones.filter(reached_on__isnull=True)[:ROWS]):
            self.fields[f"name{number}"].initial = one.name
            self.fields[f"day{number}"].initial = one.due_on

    @property
    def rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The pairs of fields of the milestones."""
        return ((self[f"name{number}"], self[f"day{number}"]) for number in range(ROWS))

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """All but the milestones."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith(("name", "day"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        due: date | None = data.get("due_on")
        for number in range(ROWS):
            name, day = data.get(f"name{number}"), data.get(f"day{number}")
            if name and not day and f"day{number}" not in self.errors:
                self.add_error(f"day{number}", _("请给这个节点选日期。"))
            if day and not name:
                self.add_error(f"name{number}", _("请写节点的名称。"))
            if due and day and day > due:
                self.add_error(f"day{number}", _("节点的日期不能晚于措施的完成日期。"))
        return data

    @property
    def measure_data(self) -> MeasureData:
        """What was written, of a valid form."""
        data = self.cleaned_data
        pairs = ((data[f"name{number}"], data[f"day{number}"]) for number in range(ROWS))
        milestones = tuple((name, day) for name, day in pairs if name and day)
        return MeasureData(
            text=data["text"], body=data["body"], person=data["person"], due_on=data["due_on"], milestones=milestones
        )


class ProgressForm(forms.Form):
    """What was done, with photos."""

    phase = forms.ChoiceField(
        label=_("阶段"), choices=Phase.choices, initial=Phase.DURING, widget=forms.RadioSelect,
        error_messages={"required": _("请选择整改前、进行中或整改后。")},
    )  # fmt: skip
    text = words_field(_("做了什么"), _("请写下做了什么。"))
    photos = MultiFileField(
        label=_("照片（可选）"), required=False, max_files=6,
        widget=MultiFileInput(attrs={"accept": "image/*", "data-photos": ""}),
        help_text=_("最多 6 张；拍摄位置等附加信息会被去掉。"),
    )  # fmt: skip
    button = _("报告进展")


class RedoForm(forms.Form):
    """Sending a measure back."""

    reason = words_field(_("哪里不达标"), _("请写明哪里不达标。"))
    due_on = day_field(_("重做到哪一天"))
    button = _("退回重做")
    danger = True


class ProjectForm(forms.Form):
    """Turning a suggestion into a small project."""

    name = forms.CharField(label=_("项目名称"), max_length=80, error_messages={"required": _("请给项目起个名字。")})
    starts_on = day_field(_("开工日期"))
    ends_on = day_field(_("完工日期"))
    budget_line = forms.CharField(label=_("资金来源（可选）"), max_length=120, required=False)
    button = _("立项")

    def __init__(self, *args: Any, matter: Matter, plan: Plan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = plan.name if plan and plan.name else matter.title
        if plan is not None:
            for name in ("starts_on", "ends_on", "budget_line"):
                self.fields[name].initial = getattr(plan, name)
