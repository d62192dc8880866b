"""The form of a line of the year plan, and the filters of lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import STRANGE, offer
from opinions.catalog.queries import categories
from supervision.programme.models import ActivityKind, PlanItem
from supervision.programme.services import ItemData
from supervision.programme.states import ActivityStatus


class ItemForm(forms.Form):
    """列入年度计划."""

    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2999)
    kind = forms.ChoiceField(label=_("种类"), choices=ActivityKind.choices, error_messages=STRANGE)
    title = forms.CharField(label=_("主题"), max_length=70, error_messages={"required": _("请写主题。")})
    months = forms.TypedMultipleChoiceField(
        label=_("月份"), choices=[(str(n), str(n)) for n in range(1, 13)], coerce=int,
        widget=forms.CheckboxSelectMultiple, help_text=_("主题月选单月：当月公告、征集意见，下一个月现场督办。"),
        error_messages={"required": _("请选择月份。"), **STRANGE},
    )  # fmt: skip
    responsible = forms.CharField(
        label=_("责任委室、责任人"), max_length=80, error_messages={"required": _("请写责任委室或责任人。")}
    )
    category = forms.TypedChoiceField(label=_("类别"), required=False, empty_value=None, error_messages=STRANGE)
    button = _("保存")

    def __init__(self, *args: Any, year: int, item: PlanItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one, f"{one.parent.name} › {one.name}" if one.parent else one.name) for one in categories()]
        offer(self.fields["category"], kinds, first=[("", _("无"))])
        self.initial = {"year": year}
        if item is not None:
            names = ("year", "kind", "title", "responsible")
            self.initial.update({name: getattr(item, name) for name in names})
            self.initial.update({"months": [str(n) for n in item.months], "category": str(item.category_id or "")})

    @property
    def item_data(self) -> ItemData:
        """What was written, of a valid form."""
        return ItemData(**self.cleaned_data)


class FilterForm(forms.Form):
    """The filters of the list and of the calendar; strange values are passed over."""

    q = forms.CharField(label=_("名称"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("种类"), required=False, choices=[("", _("全部")), *ActivityKind.choices])
    status = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *ActivityStatus.choices])

    @property
    def conditions(self) -> dict[str, str]:
        """What was chosen, as conditions on Activity."""
        self.is_valid()
        data = self.cleaned_data
        named = {"title__icontains": data.get("q"), "kind": data.get("kind"), "status": data.get("status")}
        return {name: value for name, value in named.items() if value}
