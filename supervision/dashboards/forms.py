"""What narrows a board, and the address of what is behind a number."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.queries import street_committees_of
from liaison.base.workdays.arithmetic import add_months, month_of
from opinions.catalog.models import Tier
from opinions.catalog.queries import top_categories
from supervision.dashboards.access import district_for, sees_streets
from supervision.dashboards.measures import MEASURES
from supervision.dashboards.queries import AXES, Chosen

ANY = ("", _("不限"))
PERIODS = {"12": _("近十二个月"), "3": _("近三个月"), "1": _("本月")}
AXIS_LABELS = {
    "street": _("按街道"), "body": _("按单位"), "category": _("按类别"), "tier": _("按层级"), "deputy": _("按代表"),
}  # fmt: skip
LONGEST = 120
"""Months that a period may have."""


class BoardForm(forms.Form):
    """The filter of a board. A value that cannot be is ignored, so that no address breaks the page."""

    period = forms.ChoiceField(label=_("时段"), required=False, choices=list(PERIODS.items()))
    street = forms.ChoiceField(label=_("街道"), required=False)
    category = forms.ChoiceField(label=_("类别"), required=False)
    tier = forms.ChoiceField(label=_("层级"), required=False, choices=[ANY, *Tier.choices])
    by = forms.ChoiceField(required=False, choices=[(axis, axis) for axis in AXES], widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[Any]] = {"category": [(one.pk, one.name) for one in top_categories()]}
        district = district_for(user)
        if sees_streets(user) and district is not None:
            choices["street"] = [(one.pk, one.name) for one in street_committees_of(district)]
        else:
            del self.fields["street"]
        for name, rows in choices.items():
            self.fields[name].choices = [ANY, *rows]  # type: ignore[attr-defined]

    def _valid(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def chosen(self, today: date) -> Chosen:
        """What is chosen; the last twelve months where no period is."""
        valid, last = self._valid(), today.replace(day=1)
        numbers = {name: int(valid[name]) for name in ("street", "category", "tier") if name in valid}
        return Chosen(add_months(last, 1 - int(valid.get("period", "12"))), last, **numbers)

    @property
    def narrowing(self) -> dict[str, Any]:
        """What goes on in addresses: all that is chosen but the period."""
        return {name: value for name, value in self._valid().items() if name in ("street", "category", "tier")}

    def axis(self, offered: list[str]) -> str:
        """By what the breakdown goes."""
        asked = self._valid().get("by")
        return asked if asked in offered else offered[0]


class RowsForm(forms.Form):
    """The address of a number: its name, what it is narrowed to, and its months. What cannot be is ignored."""

    measure = forms.ChoiceField(required=False, choices=[(key, key) for key in MEASURES])
    since = forms.CharField(required=False, max_length=7)
    until = forms.CharField(required=False, max_length=7)
    street = forms.IntegerField(required=False, min_value=0)
    category = forms.IntegerField(required=False, min_value=0)
    leaf = forms.IntegerField(required=False, min_value=0)
    tier = forms.IntegerField(required=False, min_value=0, max_value=9)
    body = forms.IntegerField(required=False, min_value=0)
    deputy = forms.IntegerField(required=False, min_value=0)

    def read(self, today: date) -> tuple[str, Chosen]:
        """The measure and what it is narrowed to."""
        self.is_valid()
        valid, last = self.cleaned_data, today.replace(day=1)
        places = ("street", "category", "leaf", "tier", "body", "deputy")
        until = month_of(valid.get("until")) or last
        since = month_of(valid.get("since")) or add_months(last, -11)
        narrowed = {name: valid[name] for name in places if valid.get(name) is not None}
        return valid.get("measure") or "open", Chosen(max(since, add_months(until, 1 - LONGEST)), until, **narrowed)
