"""Forms of a review."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import RowsField, text_field
from supervision.quality.models import ChecklistItem, Level
from supervision.quality.queries import checklist


class ItemsField(RowsField):
    """The checklist to tick, each item with what counts and the level it implies."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        words = f"{obj.name}（{obj.get_implies_display()}）"
        return f"{words}：{obj.guidance}" if obj.guidance else words


class MarkForm(forms.Form):
    """评办理质量: what was found, how grave it is, why. Nothing is preset."""

    items = ItemsField(label=_("发现的问题"), queryset=ChecklistItem.objects.none(), required=False)
    level = forms.ChoiceField(
        label=_("结论"), required=False, widget=forms.RadioSelect,
        choices=[("", _("按清单里最重的一项")), *Level.choices],
    )  # fmt: skip
    reason = text_field(
        _("理由"), 3, required=_("请用一两句话写明理由。"), max_length=2000, help_text=_("承办单位会看到这段话。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = checklist()  # type: ignore[attr-defined]

    @property
    def arguments(self) -> dict[str, Any]:
        """By the names of the service's parameters."""
        return {**self.cleaned_data, "items": list(self.cleaned_data["items"])}


class LiftForm(forms.Form):
    reason = text_field(_("撤销的理由"), 3, required=_("请写明为什么撤销。"), max_length=2000)
