"""Inviting deputies beside the one who leads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.phrases import aside
from liaison.base.web.forms import STRANGE, offer
from opinions.companions.queries import can_be_invited, delegations_for, groups_for
from opinions.matters.models import Matter


class InviteForm(forms.Form):
    """Deputies by name, and groups or delegations as a whole."""

    deputies = forms.TypedMultipleChoiceField(
        label=_("代表"), required=False, error_messages=STRANGE, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("可以选几位；电脑上按住 Ctrl 再点。"),
    )  # fmt: skip
    groups = forms.TypedMultipleChoiceField(
        label=_("代表小组（整组邀请）"), required=False, error_messages=STRANGE, widget=forms.CheckboxSelectMultiple
    )
    delegations = forms.TypedMultipleChoiceField(
        label=_("代表团（整团邀请）"), required=False, error_messages=STRANGE, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = can_be_invited(matter).select_related("organisation").order_by("pinyin", "pk")
        self._offer("deputies", [(row, aside(row.name, row.organisation)) for row in people])
        self._offer("groups", [(row, row.name) for row in groups_for(matter)])
        self._offer("delegations", [(row, row.name) for row in delegations_for(matter)])

    def _offer(self, name: str, rows: list[tuple[Any, Any]]) -> None:
        if not rows and name != "deputies":
            del self.fields[name]
            return
        offer(self.fields[name], rows)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in ("deputies", "groups", "delegations")) and not self.errors:
            self.add_error("deputies", _("请选择要邀请的代表、代表小组或代表团。"))
        return data
