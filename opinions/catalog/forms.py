"""Forms of reference data."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import day_field
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Category, ClockKind, Tier, Urgency
from opinions.catalog.queries import categories


class CategoryForm(forms.ModelForm):
    """A category of the first level, or one directly under it: residents and rules know two levels."""

    class Meta:
        model = Category
        fields = ("code", "name", "parent", "examples", "order", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents: Any = self.fields["parent"]
        parents.queryset = Category.objects.filter(parent=None).exclude(pk=self.instance.pk)

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        if parent is not None and self.instance.pk and self.instance.children.exists():
            raise ValidationError(_("这个类别下面还有子类别，不能再放到别的类别之下。"))
        return parent


MATTERS = ("tier", "category", "urgency")
"""What a special limit is for."""


def _categories() -> list[tuple[str, str]]:
    return [(str(row.pk), f"　{row.name}" if row.parent_id else row.name) for row in categories()]


class MattersForm(forms.Form):
    """Which matters: tier, category and urgency, each of them left open or named."""

    tier = forms.TypedChoiceField(label=_("层级"), required=False, coerce=int, empty_value=None)
    category = forms.TypedChoiceField(label=_("类别"), required=False, coerce=int, empty_value=None)
    urgency = forms.ChoiceField(label=_("缓急"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {"tier": Tier.choices, "category": _categories(), "urgency": Urgency.choices}
        for name in MATTERS:
            field: Any = self.fields[name]
            field.choices = [("", _("不限")), *choices[name]]


class TryForm(MattersForm):
    """Which limits would rule such a matter on a day?"""

    on = day_field(_("哪天"), required=False)


class RulingForm(forms.Form):
    """A version of a limit."""

    amount = forms.IntegerField(label=_("时限"), min_value=1)
    unit = forms.ChoiceField(label=_("单位"), choices=Unit.choices)
    warn_before = forms.IntegerField(
        label=_("提前几个工作日黄灯"), min_value=0, max_value=60, help_text=_("到期前这么多个工作日起亮黄灯。")
    )
    valid_from = day_field(_("施行日期"), help_text=_("最早明天。已经开始的时限不变，施行后开始的按新规定。"))
    basis = forms.CharField(label=_("依据"), max_length=120, help_text=_("哪份文件、哪次会议定的。"))


class SpecialForm(MattersForm, RulingForm):
    """A limit for special matters, where only the general one rules so far."""

    clock = forms.ChoiceField(label=_("时限种类"), choices=ClockKind.choices)
    field_order = ("clock", *MATTERS)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(given.get(name) for name in MATTERS):
            raise ValidationError({"tier": _("请至少选一项：层级、类别或缓急。一般规定请在列表中修改。")})
        return given


class EndForm(forms.Form):
    """The last day of a special limit."""

    valid_to = day_field(_("施行到哪天"), help_text=_("第二天起按一般规定。"))
