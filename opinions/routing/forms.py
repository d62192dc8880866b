"""Forms of routing: a rule in plain fields, and the try-out box."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.organisations.queries import district_of, division_tree, handlers_of, street_committee_of
from deputies.roster.models import CongressLevel, Deputy
from liaison.base.phrases import aside, listing
from opinions.catalog.models import Category, Reach, ReasonKind, SourceChannel, Tier, Urgency
from opinions.catalog.queries import categories, reasons
from opinions.matters.models import Matter
from opinions.routing.conditions import (
    LONGEST_WORD,
    BrokenCondition,
    CategoryIn,
    ChannelIn,
    Condition,
    DeputyActive,
    DeputyAddressed,
    DivisionWithin,
    Keywords,
    LevelIn,
    Mode,
    ReachIn,
    UrgencyIn,
    read_condition,
)
from opinions.routing.facts import Raised
from opinions.routing.models import Resolver, Rule
from opinions.routing.resolve import RESOLVERS_OF_TIER
from opinions.routing.services import Choice, RuleDraft

ANY = ("", gettext_lazy("不限"))
CHOOSE = ("", gettext_lazy("请选择"))
YES_NO = [ANY, ("yes", pgettext_lazy("condition", "是")), ("no", pgettext_lazy("condition", "否"))]
LISTS: dict[str, Any] = {
    "category_in": CategoryIn, "division_within": DivisionWithin, "channel_in": ChannelIn, "level_in": LevelIn,
    "reach_in": ReachIn, "urgency_in": UrgencyIn,
}  # fmt: skip
WORDS = {"words_any": Mode.ANY, "words_all": Mode.ALL, "words_none": Mode.NONE}
TREES = ("category_in", "division_within")
INDENT = "　"
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("类别"), ("category_in",)),
    (gettext_lazy("内容"), ("words_any", "words_all", "words_none")),
    (gettext_lazy("影响范围和缓急"), ("reach_in", "urgency_in")),
    (gettext_lazy("找的代表"), ("deputy_addressed", "deputy_active", "level_in")),
    (gettext_lazy("来源渠道"), ("channel_in",)),
    (gettext_lazy("地点"), ("division_within",)),
)
FLAGS: dict[str, Any] = {"deputy_addressed": DeputyAddressed, "deputy_active": DeputyActive}


def category_choices() -> list[tuple[str, str]]:
    """Active categories by code, sub-categories set off."""
    return [
        (row.code, f"{INDENT}{row.name}" if row.parent_id else row.name) for row in sorted(categories(), key=_place)
    ]


def _place(category: Category) -> tuple[int, int]:
    return category.order, category.pk


def place_choices(district: Organisation) -> list[tuple[str, str]]:
    """Streets and communities of the district by code."""
    levels = (DivisionLevel.STREET, DivisionLevel.COMMUNITY)
    below = division_tree().descendants(district.division_id)
    return [
        (one.code, f"{INDENT}{one.name}" if one.level == DivisionLevel.COMMUNITY else one.name)
        for one in below
        if one.level in levels and one.active
    ]


class WordsField(forms.CharField):
    """Words set off by commas, stops or blanks; cleans to a list."""

    def clean(self, value: Any) -> list[str]:
        words = [word for word in re.split(r"[\s,，、;；。]+", super().clean(value)) if word]
        long = next((word for word in words if len(word) > LONGEST_WORD), None)
        if long:
            raise ValidationError(
                _("“%(word)s…”太长，关键词最多 %(most)d 个字。") % {"word": long[:8], "most": LONGEST_WORD}
            )
        return list(dict.fromkeys(words))


def _list_field(label: Any, choices: Any = ()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


class RuleForm(forms.Form):
    """One rule. A condition that is left empty does not restrict."""

    name = forms.CharField(label=gettext_lazy("规则名称"), max_length=80)
    category_in = _list_field(gettext_lazy("类别（含下级）"))
    words_any = WordsField(label=gettext_lazy("内容提到其中任意一个"), required=False, max_length=2000)
    words_all = WordsField(label=gettext_lazy("内容同时提到"), required=False, max_length=2000)
    words_none = WordsField(label=gettext_lazy("内容没有提到"), required=False, max_length=2000)
    reach_in = _list_field(gettext_lazy("影响范围"), Reach.choices)
    urgency_in = _list_field(gettext_lazy("缓急"), Urgency.choices)
    deputy_addressed = forms.ChoiceField(label=gettext_lazy("居民指名找一位代表"), required=False, choices=YES_NO)
    deputy_active = forms.ChoiceField(label=gettext_lazy("指名的代表在任"), required=False, choices=YES_NO)
    level_in = _list_field(gettext_lazy("指名代表的级别"), CongressLevel.choices)
    channel_in = _list_field(gettext_lazy("来源渠道"), SourceChannel.choices)
    division_within = _list_field(gettext_lazy("地点范围"))
    tier = forms.TypedChoiceField(label=gettext_lazy("层级"), choices=[CHOOSE, *Tier.choices], coerce=int)
    resolver = forms.ChoiceField(label=gettext_lazy("交给"))
    organisation = forms.ChoiceField(label=gettext_lazy("指定机构"), required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("缓急定为"), required=False, choices=[("", gettext_lazy("不改变")), *Urgency.choices]
    )
    confirm = forms.BooleanField(
        label=gettext_lazy("须人工确认"), required=False, initial=True,
        help_text=gettext_lazy("不勾选时，承办单位会直接收到，不经街道工委确认。"),
    )  # fmt: skip
    enabled = forms.BooleanField(label=gettext_lazy("启用"), required=False, initial=True)

    def __init__(self, *args: Any, district: Organisation, rule: Rule | None = None, **kwargs: Any) -> None:
        unread: list[str] = []
        if rule is not None:
            kwargs["initial"] = {**_initial(rule, unread), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.unread = unread
        self._bodies = {str(body.pk): body for body in handlers_of(district)}
        chosen = rule.organisation if rule else None
        bodies = {**({str(chosen.pk): chosen} if chosen else {}), **self._bodies}
        self._all = bodies
        self._offer("category_in", category_choices())
        self._offer("division_within", place_choices(district))
        self._offer("resolver", [CHOOSE, *((one.value, aside(one.label, _tiers(one))) for one in Resolver)])
        self._offer("organisation", [("", "—"), *((key, body.name) for key, body in bodies.items())])

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        field: Any = self.fields[name]
        known = dict(choices)
        extra = [(value, value) for value in self.initial.get(name, ()) if value not in known] if name in LISTS else []
        field.choices = [*known.items(), *extra]

    def draft(self) -> RuleDraft:
        """What the form says, as a rule."""
        data = self.cleaned_data
        return RuleDraft(
            name=data["name"], tier=data["tier"], resolver=data["resolver"], urgency=data["urgency"],
            organisation=self._all.get(data["organisation"]) if data["resolver"] == Resolver.NAMED else None,
            confirm=data["confirm"], enabled=data["enabled"],
            conditions=[condition.to_json() for condition in self._conditions()],
        )  # fmt: skip

    def _conditions(self) -> Iterable[Condition]:
        data = self.cleaned_data
        for name, kind in LISTS.items():
            if data[name]:
                yield kind(tuple(data[name]))
        for name, mode in WORDS.items():
            if data[name]:
                yield Keywords(mode, tuple(data[name]))
        for name, kind in FLAGS.items():
            if data[name]:
                yield kind(value=data[name] == "yes")

    @property
    def outcome_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("tier", "resolver", "organisation", "urgency", "confirm", "enabled")]

    @property
    def sections(self) -> list["Section"]:
        """The conditions in groups."""
        return [Section(label, [self._part(name) for name in names]) for label, names in SECTIONS]

    def _part(self, name: str) -> "Part":
        bound = self[name]
        groups: list[list[Any]] = []
        for choice in bound if name in TREES else ():
            if groups and choice.choice_label.startswith(INDENT):
                groups[-1].append(choice)
            else:
                groups.append([choice])
        return Part(bound, groups)


@dataclass(frozen=True)
class Part:
    """A field, and for one that chooses from a tree its choices by branch, the branch itself first."""

    field: forms.BoundField
    branches: list[list[Any]]


@dataclass(frozen=True)
class Section:
    """Fields that belong together."""

    label: Any
    parts: list[Part]

    @property
    def is_used(self) -> bool:
        """Whether something is filled in or wrong, so that it should stand open."""
        return any(part.field.value() or part.field.errors for part in self.parts)


def _tiers(resolver: Resolver) -> str:
    return listing(Tier(tier).label for tier, allowed in RESOLVERS_OF_TIER.items() if resolver in allowed)


def _initial(rule: Rule, unread: list[str]) -> dict[str, Any]:
    """The fields that show a stored rule; what no field can show is told in `unread`."""
    initial: dict[str, Any] = {
        "name": rule.name, "tier": rule.tier, "resolver": rule.resolver, "urgency": rule.urgency,
        "organisation": str(rule.organisation_id or ""), "confirm": rule.confirm, "enabled": rule.enabled,
    }  # fmt: skip
    for row in rule.conditions if isinstance(rule.conditions, list) else [rule.conditions]:
        try:
            name, value = _shown(read_condition(row))
        except BrokenCondition as error:
            unread.append(str(error))
            continue
        if name in initial:
            unread.append(_("同一种条件有两个，表单只能显示一个。"))
        else:
            initial[name] = value
    return initial


def _shown(condition: Any) -> tuple[str, Any]:
    if isinstance(condition, Keywords):
        name = next(name for name, mode in WORDS.items() if mode == condition.mode)
        return name, "、".join(condition.values)
    if condition.kind in FLAGS:
        return condition.kind, "yes" if condition.value else "no"
    return condition.kind, list(condition.values)


class TryForm(forms.Form):
    """The try-out box: something that could be raised."""

    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("像居民那样写一句，例如：晨钟小区门口的路灯不亮了。"),
    )  # fmt: skip
    place = forms.ChoiceField(label=gettext_lazy("地点"))
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    reach = forms.ChoiceField(label=gettext_lazy("影响范围"), required=False, choices=[ANY, *Reach.choices])
    urgency = forms.ChoiceField(label=gettext_lazy("缓急"), choices=Urgency.choices, initial=Urgency.NORMAL)
    channel = forms.ChoiceField(label=gettext_lazy("来源渠道"), choices=SourceChannel.choices)
    deputy = forms.CharField(
        label=gettext_lazy("指名的代表"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("填姓名；没有指名就空着。"),
    )

    def __init__(self, *args: Any, district: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._district = district
        choices: Any = place_choices(district)
        self.fields["place"].choices = choices  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("还没有定")), *category_choices()]  # type: ignore[attr-defined]

    def clean_deputy(self) -> Deputy | None:
        name = self.cleaned_data["deputy"].strip()
        if not name:
            return None
        found = [
            one
            for one in Deputy.objects.filter(name=name).select_related("organisation")
            if district_of(one.organisation) == self._district
        ]
        if len(found) != 1:
            raise ValidationError(_("没有找到这位代表。") if not found else _("有几位代表同名，请换一位试。"))
        return found[0]

    def raised(self) -> Raised:
        """What the box describes, as an opinion to be routed."""
        data = self.cleaned_data
        place: Division = Division.objects.get(code=data["place"])
        return Raised(
            division=place, street=street_committee_of(place) or self._district, district=self._district,
            channel=data["channel"], text=data["text"], deputy=data["deputy"], reach=data["reach"],
            urgency=data["urgency"],
            category=next((row for row in categories() if row.code == data["category"]), None),
        )  # fmt: skip


class OverrideForm(forms.Form):
    """A person's own decision on one matter."""

    tier = forms.TypedChoiceField(label=gettext_lazy("层级"), choices=[CHOOSE, *Tier.choices], coerce=int)
    organisation = forms.ChoiceField(
        label=gettext_lazy("承办单位"), required=False, help_text=gettext_lazy("社区街道解决、部门办理时选择。")
    )
    deputy = forms.ChoiceField(
        label=gettext_lazy("代表"), required=False, help_text=gettext_lazy("代表直接答复时选择。")
    )
    why = forms.ChoiceField(label=gettext_lazy("改派理由"))
    text = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("承办单位会看到。"),
    )  # fmt: skip

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bodies = {str(body.pk): body for body in handlers_of(matter.district)}
        reachable = Deputy.objects.active().filter(organisation=matter.street).exclude(user=None, helper=None)
        self._deputies = {str(deputy.pk): deputy for deputy in reachable}
        self._offer("organisation", [("", "—"), *((key, body.name) for key, body in self._bodies.items())])
        standing = ((key, aside(one.name, one.standing)) for key, one in self._deputies.items())
        self._offer("deputy", [("", "—"), *standing])
        self._offer("why", [CHOOSE, *((one.name, one.name) for one in reasons(ReasonKind.OVERRIDE))])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    @property
    def choice(self) -> Choice:
        """What was chosen; the field that does not belong to the tier is left out."""
        data = self.cleaned_data
        return Choice(
            tier=data["tier"],
            deputy=self._deputies.get(data["deputy"]) if data["tier"] == Tier.DEPUTY else None,
            organisation=self._bodies.get(data["organisation"]),
        )

    @property
    def reason(self) -> str:
        """The reason and what was added to it."""
        parts = [self.cleaned_data["why"], self.cleaned_data["text"].strip()]
        return "：".join(part for part in parts if part)
