"""Forms for changes of the map."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.web.forms import ReasonForm
from opinions.succession.queries import successors_for


class Finder(forms.Form):
    """Narrows a list. A strange value narrows nothing."""

    q = forms.CharField(label=_("名称或代码"), required=False, max_length=40)
    active = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), ("1", _("在用")), ("0", _("已撤销"))]
    )

    @property
    def chosen(self) -> dict[str, str]:
        """The values that are good."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class PlaceForm(forms.Form):
    """Another name for a place."""

    name = forms.CharField(label=_("新名称"), max_length=80)


class BodyForm(PlaceForm):
    """Another name for a body."""

    short_name = forms.CharField(label=_("简称"), max_length=30, required=False)


class MergeForm(ReasonForm):
    """Into which body, and why."""

    into = forms.TypedChoiceField(
        label=_("并入哪个机构"),
        coerce=int,
        error_messages={"invalid_choice": _("请从列出的机构里选择。")},
    )
    field_order = ("into", "reason")

    def __init__(self, *args: Any, body: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.pk: row for row in successors_for(body)}
        choices = [("", "---------"), *((row.pk, row.name) for row in self.rows.values())]
        self.fields["into"].choices = choices  # type: ignore[attr-defined]
        self.fields["reason"].label = _("原因或文件依据")

    @property
    def successor(self) -> Organisation:
        """The chosen successor of a valid form."""
        return self.rows[self.cleaned_data["into"]]
