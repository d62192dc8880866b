"""Forms of a plan."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.web.forms import day_field, offer, photos_field, text_field
from opinions.handling.queries import handlers_for
from opinions.matters.models import Matter
from opinions.plans.models import Measure, Phase, Plan
from opinions.plans.services import MeasureData, ProjectData

ROWS = 3
"""Milestones that can be written at once."""


class MeasureForm(forms.Form):
    """A measure with up to three milestones."""

    text = text_field(_("做什么"), 2, required=_("请写明做什么。"), max_length=300)
    body = forms.TypedChoiceField(label=_("责任单位"), error_messages={"required": _("请选择责任单位。")})
    person = forms.CharField(
        label=_("责任人"), max_length=40, help_text=_("居民看不到姓名。"),
        error_messages={"required": _("请填写责任人姓名。")},
    )  # fmt: skip
    due_on = day_field(_("完成日期"))
    button = _("列入计划")

    def __init__(self, *args: Any, user: User, matter: Matter, measure: Measure | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = [(body, body.name) for body in handlers_for(matter)]
        offer(self.fields["body"], bodies, first=[("", _("请选择"))])
        self.fields["body"].initial = str(user.organisation_id)
        for number in range(ROWS):
            self.fields[f"name{number}"] = forms.CharField(label=_("节点"), max_length=80, required=False)
            self.fields[f"day{number}"] = day_field(_("日期"), required=False)
        if measure is not None:
            self._show(measure)

    def _show(self, measure: Measure) -> None:
        self.fields["reason"] = text_field(_("为什么调整"), 2, required=_("请写明为什么调整。"), max_length=300)
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
    text = text_field(_("做了什么"), 3, required=_("请写下做了什么。"), max_length=2000)
    photos = photos_field()
    button = _("报告进展")


class RedoForm(forms.Form):
    """Sending a measure back."""

    reason = text_field(_("哪里不达标"), 3, required=_("请写明哪里不达标。"), max_length=2000)
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

    def __init__(self, *args: Any, title: str, plan: Plan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = plan.name if plan and plan.name else title[:80]
        if plan is not None:
            for name in ("starts_on", "ends_on", "budget_line"):
                self.fields[name].initial = getattr(plan, name)

    @property
    def project_data(self) -> ProjectData:
        """What was written, of a valid form."""
        names = ("name", "starts_on", "ends_on", "budget_line")
        return ProjectData(**{name: self.cleaned_data[name] for name in names})


class FoundForm(ProjectForm):
    """Turning a proposal into a small project: who builds it as well."""

    body = forms.TypedChoiceField(label=_("实施单位"), error_messages={"required": _("请选择实施单位。")})
    field_order = ["name", "body"]

    def __init__(self, *args: Any, bodies: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["body"], [(body, body.name) for body in bodies], first=[("", _("请选择"))])
