"""What the forms of all verbs share."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.organisations.models import LOCAL_KINDS, Organisation, OrganisationKind
from deputies.organisations.queries import street_committee_of
from opinions.catalog.models import Reason, Tier
from opinions.handling.content import says_nothing
from opinions.handling.queries import handlers_for, seen_state
from opinions.handling.services import TIERS
from opinions.matters.models import Matter

Choices = list[tuple[str, Any]]
NO_ARGUMENTS = {"seen", "anyway", "photos"}
"""Fields that mean something to the screen; photos are prepared on their way to the service."""
EMPTY_TALK = _("这里只有“高度重视”一类的套话，没有说清做什么。请写明具体做法；确实如此的，勾选“仍然提交”。")


class VerbForm(forms.Form):
    """One verb of a matter. `seen` carries the state that the user decided on.

    `said` names texts that must not be empty talk: those get a warning once, and `anyway` to send them all the same.
    """

    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    button: Any = _("确定")
    danger = False
    hint: Any = ""
    said: Sequence[str] = ()
    extras: Sequence[str] = ()
    """Fields that are rarely needed; they stand folded below the others, under `extras_label`."""
    extras_label: Any = ""
    takes_templates = False
    """Whether reply templates are offered for its `text`."""

    def __init__(self, *args: Any, user: User, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.matter = user, matter
        self.fields["seen"].initial = seen_state(matter)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The visible fields that stand open."""
        return [bound for bound in self.visible_fields() if bound.name not in self.extras]

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        """The visible fields that stand folded."""
        return [bound for bound in self.visible_fields() if bound.name in self.extras]

    @property
    def unfolded(self) -> bool:
        """Whether the folded fields must be seen: something in them was filled in or is wrong."""
        bound = [one for one in self.extra_fields if self.is_bound or self.initial.get(one.name)]
        return any(one.errors or one.value() not in (None, "", [], one.field.initial) for one in bound)

    @property
    def overtaken(self) -> bool:
        """Whether the matter has moved on since the form was shown."""
        seen = self.data.get(self.add_prefix("seen"), "") if self.is_bound else ""
        return bool(seen) and seen != seen_state(self.matter)

    def see(self, state: str) -> None:
        """Take the present state for seen: the user is told, and decides again."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = state
        self.data = data
        self.full_clean()

    @property
    def typed(self) -> list[tuple[Any, str]]:
        """The texts that were typed, with their labels, for a page that can no longer take them."""
        texts = (bound for bound in self.visible_fields() if isinstance(bound.field.widget, forms.Textarea))
        return [(bound.label, str(bound.value())) for bound in texts if bound.value()]

    @property
    def arguments(self) -> dict[str, Any]:
        """What a valid form holds, by the names of its service's parameters."""
        return {name: value for name, value in self.cleaned_data.items() if name not in NO_ARGUMENTS}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        empty = [name for name in self.said if says_nothing(data.get(name) or "")]
        if empty:
            warn_once(self, empty)
        return data


def warn_once(form: forms.Form, empty: Iterable[str]) -> None:
    """Warn of empty talk at the fields `empty`, unless the writer has ticked 仍然提交."""
    form.fields["anyway"] = forms.BooleanField(label=_("仍然提交"), required=False)
    if form.data.get(form.add_prefix("anyway")):
        return
    for name in empty:
        form.add_error(name, EMPTY_TALK)


def tier_field() -> forms.TypedChoiceField:
    """Who handles, as a tier; left open it follows from the body that leads."""
    return forms.TypedChoiceField(
        label=_("层级"), coerce=int, required=False, empty_value=None, widget=forms.RadioSelect,
        choices=[("", _("按承办单位定")), *((one.value, one.label) for one in TIERS)],
        error_messages={"invalid_choice": _("请选择由社区街道还是由部门办理。")},
    )  # fmt: skip


def tier_of(body: Organisation) -> int:
    """The tier at which a body handles."""
    return Tier.STREET if body.kind in LOCAL_KINDS else Tier.DEPARTMENT


def reason_choices(reasons: Iterable[Reason]) -> Choices:
    """Reasons with their guidance."""
    return [(str(row.pk), f"{row.name}：{row.guidance}" if row.guidance else row.name) for row in reasons]


class ReasonChoice(forms.TypedChoiceField):
    """One of `reasons`; cleans to the Reason."""

    widget = forms.RadioSelect

    def use(self, reasons: Sequence[Reason]) -> None:
        """Offer these reasons."""
        by_id = {str(row.pk): row for row in reasons}
        self.choices = reason_choices(reasons)
        self.coerce = lambda value: by_id[value]


class BodyChoice(forms.TypedChoiceField):
    """One of `bodies`; cleans to the Organisation, or None when left open."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)

    def use(self, bodies: Sequence[Organisation], *, blank: Any = "–") -> None:
        """Offer these bodies, grouped by kind."""
        by_id = {str(body.pk): body for body in bodies}
        self.choices = [("", blank), *grouped_bodies(bodies)]
        self.coerce = lambda value: by_id[value]


class BodiesChoice(forms.TypedMultipleChoiceField):
    """Several of `bodies`; cleans to Organisations."""

    widget = forms.CheckboxSelectMultiple

    def use(self, bodies: Sequence[Organisation]) -> None:
        """Offer these bodies."""
        by_id = {str(body.pk): body for body in bodies}
        self.choices = [(str(body.pk), body.name) for body in bodies]
        self.coerce = lambda value: by_id[value]


def grouped_bodies(bodies: Iterable[Organisation]) -> list[tuple[Any, Choices]]:
    """Choices in groups: departments, then street offices, then communities …"""
    groups: dict[str, Choices] = {}
    for body in bodies:
        groups.setdefault(body.kind, []).append((str(body.pk), body.name))
    return [(kind.label, groups[kind]) for kind in OrganisationKind if kind in groups]


def offered_bodies(user: User, matter: Matter) -> list[Organisation]:
    """The bodies to choose from: for a street the departments and its own bodies, for the district all."""
    bodies = handlers_for(matter)
    if user.role in DISTRICT_ROLES:
        return bodies
    return [body for body in bodies if body.kind not in LOCAL_KINDS or _of_street(body, matter)]


def _of_street(body: Organisation, matter: Matter) -> bool:
    committee = street_committee_of(body.division_id)
    return committee is not None and committee.pk == matter.street_id
