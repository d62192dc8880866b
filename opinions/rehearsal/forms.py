"""Forms of rehearsals: asking for one, sifting what differs, setting a time."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import DayField
from opinions.catalog.models import Tier
from opinions.rehearsal.models import Against, Rehearsal
from opinions.rehearsal.queries import other_versions
from opinions.rehearsal.services import Request
from opinions.rehearsal.shown import Names
from opinions.routing.models import RuleSet

YEAR = timedelta(days=365)


class StartForm(forms.Form):
    """Which period, and what to compare with."""

    since = DayField(label=_("从哪天"))
    until = DayField(label=_("到哪天"))
    against = forms.ChoiceField(label=_("和什么比较"), choices=Against, widget=forms.RadioSelect)
    other = forms.ModelChoiceField(
        label=_("哪个版本"), queryset=RuleSet.objects.none(), required=False,
        help_text=_("选“另一个版本”时才需要填"),
    )  # fmt: skip

    def __init__(self, *args: Any, rule_set: RuleSet, today: date, **kwargs: Any) -> None:
        initial = {"since": today - YEAR, "until": today, "against": Against.IN_FORCE}
        super().__init__(*args, **{"initial": initial, **kwargs})
        self._rule_set = rule_set
        field: Any = self.fields["other"]
        field.queryset = other_versions(rule_set)
        field.label_from_instance = version_label

    @property
    def request(self) -> Request:
        """What the form asks for; only of a valid form."""
        return Request(rule_set=self._rule_set, **self.cleaned_data)


def version_label(rule_set: RuleSet) -> str:
    """A version in a list of choices."""
    return " ".join(filter(None, [f"{rule_set.version}", str(rule_set.get_status_display()), rule_set.note]))


class SiftForm(forms.Form):
    """Which differences to show."""

    tier = forms.ChoiceField(label=_("演练的层级"), required=False)
    body = forms.ChoiceField(label=_("演练交给"), required=False)
    rule = forms.ChoiceField(label=_("演练的规则"), required=False)

    def __init__(self, *args: Any, rehearsal: Rehearsal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = rehearsal.summary
        named = Names(())
        whom = [(key[1:], named.whom(key)) for key, *_counts in held["bodies"] if key.startswith("b")]
        rules = [(str(key), held["names"].get(str(key), str(key))) for key, _old, new in held["rules"] if new]
        everything = [("", _("全部"))]
        fields: dict[str, Any] = self.fields
        fields["tier"].choices = [
            *everything,
            *((str(one.value), one.label) for one in Tier),
            ("none", _("待人工分派")),
        ]
        fields["body"].choices = [*everything, *whom]
        fields["rule"].choices = [*everything, *rules]

    @property
    def conditions(self) -> dict[str, Any]:
        """As a filter on differences; nothing for what cannot be read."""
        chosen = self.cleaned_data if self.is_valid() else {}
        found: dict[str, Any] = {}
        if chosen.get("tier"):
            found |= {"new_tier": None} if chosen["tier"] == "none" else {"new_tier": int(chosen["tier"])}
        for name in ("body", "rule"):
            if chosen.get(name):
                found[f"new_{name}"] = int(chosen[name])
        return found


class PlanForm(forms.Form):
    """When a draft is to be in force."""

    at = forms.DateTimeField(
        label=_("什么时候生效"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("到时再检查一遍规则；有问题就不生效，并通知您"),
    )
