"""A rule in plain fields: its groups of conditions, and what follows from them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.organisations.queries import handlers_of
from liaison.base.phrases import aside, listing
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Tier, Urgency
from opinions.routing.checks import LONGEST_TAG, MOST_LIMIT, MOST_TAGS
from opinions.routing.conditions import MOST_GROUPS
from opinions.routing.forms.choices import CHOOSE, WordsField, category_choices, list_field, place_choices, whole_field
from opinions.routing.forms.groups import TREES, GroupForm, fields_of, to_fields
from opinions.routing.models import CoHandler, Resolver, Rule, RuleSet
from opinions.routing.queries import active_set
from opinions.routing.resolve import CO_RESOLVERS, RESOLVERS_OF_TIER
from opinions.routing.services import Helper, RuleDraft

FINDS = tuple(one for one in CO_RESOLVERS if one != Resolver.NAMED)
"""How a co-handler is found without naming it."""
NOT_OFFERED = {"invalid_choice": gettext_lazy("请从列出的里面选择；没有列出的，区里没有放开。")}
ADD, DROP = "add_group", "drop_group"
"""Buttons that change the number of groups; nothing is saved or checked by them."""


class RuleForm(forms.Form):
    """One rule. `groups`, sent along, says how many groups of conditions follow; each has the fields of GroupForm."""

    name = forms.CharField(label=gettext_lazy("规则名称"), max_length=80)
    tier = forms.TypedChoiceField(label=gettext_lazy("层级"), coerce=int, error_messages=NOT_OFFERED)
    resolver = forms.ChoiceField(label=gettext_lazy("交给"), error_messages=NOT_OFFERED)
    organisation = forms.ChoiceField(label=gettext_lazy("指定机构"), required=False)
    co_resolvers = list_field(gettext_lazy("协办单位"), [(one.value, one.label) for one in FINDS])
    co_bodies = list_field(gettext_lazy("指定的协办机构"))
    limit_amount = whole_field(
        gettext_lazy("答复时限"), 1, max(MOST_LIMIT.values()),
        help_text=gettext_lazy("不填就按时限规定。最多 15 个工作日或 21 个自然日。"),
    )  # fmt: skip
    limit_unit = forms.ChoiceField(
        label=gettext_lazy("时限按"), required=False, choices=[(one.value, one.label) for one in MOST_LIMIT]
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("缓急定为"), required=False, choices=[("", gettext_lazy("不改变")), *Urgency.choices]
    )
    tags = WordsField(
        label=gettext_lazy("打上标签"), required=False, most=MOST_TAGS, longest=LONGEST_TAG,
        help_text=gettext_lazy("几个短词，用顿号或空格隔开，跟着事项走。"),
    )  # fmt: skip
    fast_lane = forms.BooleanField(
        label=gettext_lazy("马上办"), required=False,
        help_text=gettext_lazy("能现在办的当天交办、当天办结；遇休息日到下一个工作日。"),
    )  # fmt: skip
    confirm = forms.BooleanField(
        label=gettext_lazy("须人工确认"), required=False, initial=True,
        help_text=gettext_lazy("不勾选时，承办单位会直接收到，不经街道工委确认。"),
    )  # fmt: skip
    enabled = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)

    def __init__(self, data: QueryDict | None = None, *, rule_set: RuleSet, rule: Rule | None = None) -> None:
        initial, stored, unread = _initial(rule)
        self.overtaken = False
        """Whether somebody else saved the rule while this form was open."""
        self.reshaping = data is not None and bool({ADD, DROP} & set(data))
        typed = data if data is not None else None
        super().__init__(None if self.reshaping else data, initial=_as_typed(data) if self.reshaping else initial)
        self.unread = unread
        self._offer_outcome(rule_set, rule)
        offers = _offers(rule_set, stored)
        if typed is None:
            shown: list[dict[str, Any]] = stored or [{}]
            self.groups = [
                GroupForm(prefix=f"g{number}", initial=held, offers=offers, number=number + 1)
                for number, held in enumerate(shown)
            ]
        else:
            self.groups = _groups(typed, offers, reshaping=self.reshaping)

    def _offer_outcome(self, rule_set: RuleSet, rule: Rule | None) -> None:
        """What may be chosen; a street is offered what its district allows."""
        allowing = active_set(rule_set.district_id) if rule_set.street_id else None
        tiers = [one for one in Tier if allowing is None or one.value in allowing.street_tiers]
        found = [one for one in Resolver if allowing is None or one.value in allowing.street_resolvers]
        named: list[Rule | CoHandler] = [rule, *rule.co_handlers.all()] if rule else []
        held = {str(one.organisation_id): one.organisation for one in named if one.organisation}
        self._bodies = {**held, **{str(body.pk): body for body in handlers_of(rule_set.district)}}
        bodies = [(key, body.name) for key, body in self._bodies.items()]
        self._offer("tier", [CHOOSE, *((one.value, one.label) for one in tiers)])
        self._offer("resolver", [CHOOSE, *((one.value, aside(one.label, _tiers(one))) for one in found)])
        self._offer("organisation", [("", "—"), *bodies])
        self._offer("co_bodies", bodies)

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wrong = [form for form in self.groups if not form.is_valid()]
        if wrong:
            numbers = listing(form.number for form in wrong)
            self.add_error(None, _("第 %(numbers)s 组条件有填得不对的地方。") % {"numbers": numbers})
        elif len(self.groups) > 1:
            for form in self.groups:
                if form.group() is None:
                    form.add_error("mode", _("这一组还没有填条件；不要这一组，就删掉它。"))
                    self.add_error(None, _("第 %(number)d 组条件是空的。") % {"number": form.number})
        return data

    def draft(self) -> RuleDraft:
        """What the form says, as a rule."""
        data = self.cleaned_data
        groups = (form.group() for form in self.groups)
        amount = data["limit_amount"]
        return RuleDraft(
            name=data["name"], tier=data["tier"], resolver=data["resolver"], urgency=data["urgency"],
            organisation=self._bodies.get(data["organisation"]) if data["resolver"] == Resolver.NAMED else None,
            co_handlers=tuple(self._helpers()), limit_amount=amount,
            limit_unit=(data["limit_unit"] or Unit.WORKING_DAYS.value) if amount else "", tags=data["tags"],
            fast_lane=data["fast_lane"], confirm=data["confirm"], enabled=data["enabled"],
            conditions=[group.to_json() for group in groups if group is not None],
        )  # fmt: skip

    def _helpers(self) -> Iterable[Helper]:
        for name in self.cleaned_data["co_resolvers"]:
            yield Helper(resolver=name)
        for key in self.cleaned_data["co_bodies"]:
            yield Helper(resolver=Resolver.NAMED.value, organisation=self._bodies[key])

    @property
    def may_add_group(self) -> bool:
        return len(self.groups) < MOST_GROUPS

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """Whom it goes to."""
        return [self[name] for name in ("tier", "resolver", "organisation")]

    @property
    def helper_fields(self) -> list[forms.BoundField]:
        """Who helps."""
        return [self[name] for name in ("co_resolvers", "co_bodies")]

    @property
    def has_helpers(self) -> bool:
        return any(bound.value() or bound.errors for bound in self.helper_fields)

    @property
    def names_helpers(self) -> bool:
        return bool(self["co_bodies"].value() or self["co_bodies"].errors)

    @property
    def last_fields(self) -> list[forms.BoundField]:
        """How it is to be handled."""
        return [self[name] for name in ("urgency", "tags", "fast_lane", "confirm", "enabled")]


def _tiers(resolver: Resolver) -> str:
    return listing(Tier(tier).label for tier, allowed in RESOLVERS_OF_TIER.items() if resolver in allowed)


def _offers(rule_set: RuleSet, stored: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Categories and places, with those that a stored rule names although they are closed."""
    offers = {
        "category_in": category_choices(), "division_within": place_choices(rule_set.street or rule_set.district),
    }  # fmt: skip
    for name in TREES:
        known = dict(offers[name])
        held = dict.fromkeys(value for group in stored for value in group.get(name, ()))
        offers[name] = [*offers[name], *((value, value) for value in held if value not in known)]
    return offers


def _initial(rule: Rule | None) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """The fields that show a stored rule, those of its groups, and what no field can show."""
    if rule is None:
        return {}, [], []
    groups, unread = to_fields(rule.conditions)
    helpers = list(rule.co_handlers.all())
    initial = {
        "name": rule.name, "tier": rule.tier, "resolver": rule.resolver, "urgency": rule.urgency,
        "organisation": str(rule.organisation_id or ""), "confirm": rule.confirm, "enabled": rule.enabled,
        "limit_amount": rule.limit_amount, "limit_unit": rule.limit_unit, "tags": rule.tags,
        "fast_lane": rule.fast_lane,
        "co_resolvers": [one.resolver for one in helpers if one.resolver != Resolver.NAMED],
        "co_bodies": [str(one.organisation_id) for one in helpers if one.resolver == Resolver.NAMED],
    }  # fmt: skip
    return initial, [fields_of(group) for group in groups], unread


def _as_typed(data: QueryDict | None, prefix: str = "") -> dict[str, Any]:
    """What was typed, as initial values of a form that is not checked yet."""
    if data is None:
        return {}
    fields = GroupForm.base_fields if prefix else RuleForm.base_fields
    typed: dict[str, Any] = {}
    for name, field in fields.items():
        key = f"{prefix}{name}"
        many = isinstance(field, forms.MultipleChoiceField)
        typed[name] = data.getlist(key) if many else data.get(key, "")
    return typed


def _groups(data: QueryDict, offers: dict[str, list[Any]], *, reshaping: bool) -> list[GroupForm]:
    """The groups that were sent; with one more, or without one, where a button asks for that."""
    count = _count(data.get("groups", ""))
    if not reshaping:
        return [GroupForm(data, prefix=f"g{n}", offers=offers, number=n + 1) for n in range(count)]
    kept = [_as_typed(data, f"g{n}-") for n in range(count) if str(n) != data.get(DROP)]
    if ADD in data and len(kept) < MOST_GROUPS:
        kept.append({})
    return [GroupForm(prefix=f"g{n}", initial=held, offers=offers, number=n + 1) for n, held in enumerate(kept or [{}])]


def _count(text: str) -> int:
    return min(max(int(text), 1), MOST_GROUPS) if text.isdecimal() and len(text) < 3 else 1
