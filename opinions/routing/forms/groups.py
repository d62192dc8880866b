"""One group of conditions in plain fields, and the way from stored groups to such fields and back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.roster.models import CongressLevel
from opinions.catalog.models import Reach, SourceChannel, Urgency, Wish
from opinions.routing.conditions import (
    MOST_GROUPS,
    BrokenCondition,
    CategoryIn,
    ChannelIn,
    Condition,
    DayKind,
    DeputyActive,
    DeputyAddressed,
    DivisionWithin,
    Group,
    Keywords,
    LevelIn,
    Mode,
    OneOf,
    RaisedAt,
    ReachIn,
    SimilarCount,
    UrgencyIn,
    WishIn,
    Within,
    clock,
    read_condition,
)
from opinions.routing.conditions.likeness import DAYS, LEAST, METRES
from opinions.routing.forms.choices import ANY, CHOOSE, INDENT, YES_NO, WordsField, list_field, whole_field

LISTS: dict[str, Any] = {
    "category_in": CategoryIn, "division_within": DivisionWithin, "channel_in": ChannelIn, "level_in": LevelIn,
    "reach_in": ReachIn, "urgency_in": UrgencyIn, "wish_in": WishIn,
}  # fmt: skip
WORDS = {"words_any": Mode.ANY, "words_all": Mode.ALL, "words_none": Mode.NONE}
FLAGS: dict[str, Any] = {"deputy_addressed": DeputyAddressed, "deputy_active": DeputyActive}
MOMENT = ("raised_days", "raised_from", "raised_to")
SIMILAR = ("similar_least", "similar_days", "similar_within", "similar_metres")
TREES = ("category_in", "division_within")
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("类别"), ("category_in",)),
    (gettext_lazy("内容"), ("words_any", "words_all", "words_none")),
    (gettext_lazy("影响范围、缓急和居民的希望"), ("reach_in", "urgency_in", "wish_in")),
    (gettext_lazy("找的代表"), ("deputy_addressed", "deputy_active", "level_in")),
    (gettext_lazy("来源渠道"), ("channel_in",)),
    (gettext_lazy("地点"), ("division_within",)),
    (gettext_lazy("提交时间"), MOMENT),
    (gettext_lazy("类似的事有多少"), SIMILAR),
)
MODES = [
    (Mode.ALL.value, gettext_lazy("这一组的条件全部符合")),
    (Mode.ANY.value, gettext_lazy("这一组的条件符合任意一条")),
    (Mode.NONE.value, gettext_lazy("这一组的条件都不符合")),
]


class GroupForm(forms.Form):
    """One group. A condition that is left empty is none."""

    mode = forms.ChoiceField(label=gettext_lazy("怎样组合"), choices=MODES, initial=Mode.ALL.value)
    category_in = list_field(gettext_lazy("类别（含下级）"))
    words_any = WordsField(
        label=gettext_lazy("内容提到其中任意一个"), required=False,
        help_text=gettext_lazy("几个词用顿号、逗号或空格隔开。"),
    )  # fmt: skip
    words_all = WordsField(label=gettext_lazy("内容同时提到"), required=False)
    words_none = WordsField(label=gettext_lazy("内容没有提到"), required=False)
    reach_in = list_field(gettext_lazy("影响范围"), Reach.choices)
    urgency_in = list_field(gettext_lazy("缓急"), Urgency.choices)
    wish_in = list_field(gettext_lazy("居民的希望"), Wish.choices)
    deputy_addressed = forms.ChoiceField(label=gettext_lazy("居民指名找一位代表"), required=False, choices=YES_NO)
    deputy_active = forms.ChoiceField(label=gettext_lazy("指名的代表在任"), required=False, choices=YES_NO)
    level_in = list_field(gettext_lazy("指名代表的级别"), CongressLevel.choices)
    channel_in = list_field(gettext_lazy("来源渠道"), SourceChannel.choices)
    division_within = list_field(gettext_lazy("地点范围"))
    raised_days = forms.ChoiceField(label=gettext_lazy("哪些天"), required=False, choices=[ANY, *DayKind.choices])
    raised_from = forms.TimeField(
        label=gettext_lazy("从几点"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("时间要写成 08:30 这样。")},
    )  # fmt: skip
    raised_to = forms.TimeField(
        label=gettext_lazy("到几点"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("比“从几点”早的，算到次日；两个都不填就是全天。按北京时间和工作日历。"),
        error_messages={"invalid": gettext_lazy("时间要写成 08:30 这样。")},
    )  # fmt: skip
    similar_least = whole_field(gettext_lazy("至少几件"), *LEAST)
    similar_days = whole_field(gettext_lazy("多少天以内"), *DAYS)
    similar_within = forms.ChoiceField(
        label=gettext_lazy("多大范围"), required=False, choices=[CHOOSE, *Within.choices]
    )
    similar_metres = whole_field(gettext_lazy("多少米（只在选“附近若干米内”时填）"), *METRES)

    def __init__(self, *args: Any, offers: Mapping[str, Iterable[Any]], number: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number = number
        for name, choices in offers.items():
            field: Any = self.fields[name]
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        hours = [name for name in ("raised_from", "raised_to") if data.get(name) is not None]
        if len(hours) == 1 and not self.errors:
            missing = "raised_to" if hours[0] == "raised_from" else "raised_from"
            self.add_error(missing, _("请把“从几点”和“到几点”都填上。"))
        if data.get("raised_days") == DayKind.ANY and not hours:
            self.add_error("raised_days", _("每天全天不是条件，请填时间，或选择工作日、休息日。"))
        self._check_similar(data)
        return data

    def _check_similar(self, data: Mapping[str, Any]) -> None:
        needed = ["similar_least", "similar_days", "similar_within"]
        given = [name for name in SIMILAR if data.get(name)]
        for name in needed:
            if given and not data.get(name) and name not in self.errors:
                self.add_error(name, _("数类似的事，请把件数、天数和范围都填上。"))
        by_metres = data.get("similar_within") == Within.METRES
        if by_metres and not data.get("similar_metres") and "similar_metres" not in self.errors:
            self.add_error("similar_metres", _("请填多少米以内算附近。"))

    def conditions(self) -> Iterator[Condition]:
        """The conditions that are filled in."""
        data = self.cleaned_data
        for name, kind in LISTS.items():
            if data[name]:
                yield kind(tuple(data[name]))
        for name, mode in WORDS.items():
            if data[name]:
                yield Keywords(mode, tuple(data[name]))
        for name, flag in FLAGS.items():
            if data[name]:
                yield flag(value=data[name] == "yes")
        start, end = _minutes(data["raised_from"]), _minutes(data["raised_to"])
        if data["raised_days"] or data["raised_from"] is not None:
            yield RaisedAt(DayKind(data["raised_days"] or DayKind.ANY), start, end)
        if data["similar_least"]:
            within = Within(data["similar_within"])
            metres = data["similar_metres"] if within == Within.METRES else None
            yield SimilarCount(data["similar_least"], data["similar_days"], within, metres)

    def group(self) -> Group | None:
        """The group; None when nothing is filled in."""
        conditions = tuple(self.conditions())
        return Group(Mode(self.cleaned_data["mode"]), conditions) if conditions else None

    @property
    def sections(self) -> list["Section"]:
        """The conditions by what they look at."""
        return [Section(label, [self._part(name) for name in names]) for label, names in SECTIONS]

    def _part(self, name: str) -> "Part":
        bound = self[name]
        branches: list[list[Any]] = []
        for choice in bound if name in TREES else ():
            if branches and choice.choice_label.startswith(INDENT):
                branches[-1].append(choice)
            else:
                branches.append([choice])
        return Part(bound, branches)


def _minutes(at: time | None) -> int:
    return at.hour * 60 + at.minute if at else 0


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


def fields_of(group: Group) -> dict[str, Any]:
    """The fields that show a group in which nothing stands twice."""
    return {"mode": group.mode.value} | {
        name: value for one in group.conditions for name, value in _fields(one).items()
    }


def _fields(condition: Any) -> dict[str, Any]:
    if isinstance(condition, RaisedAt):
        told: dict[str, Any] = {"raised_days": condition.days.value}
        if condition.start != condition.end:
            told |= {"raised_from": clock(condition.start), "raised_to": clock(condition.end)}
        return told
    if isinstance(condition, SimilarCount):
        values = (condition.least, condition.days, condition.within.value, condition.metres)
        return dict(zip(SIMILAR, values, strict=True))
    if isinstance(condition, Keywords):
        return {slot_of(condition): list(condition.values)}
    if condition.kind in FLAGS:
        return {condition.kind: "yes" if condition.value else "no"}
    return {condition.kind: list(condition.values)}


def slot_of(condition: Condition) -> str:
    """The field, or the set of fields, in which a condition is shown."""
    if isinstance(condition, Keywords):
        return next(name for name, mode in WORDS.items() if mode == condition.mode)
    return condition.kind


def to_fields(rows: Any) -> tuple[list[Group], list[str]]:
    """Stored groups as the form can show them, and what it cannot show.

    Where all or none must hold, a second condition of one kind goes into a further group, which says the same; where
    any may hold, its values are added to the first.
    """
    shown: list[Group] = []
    unread: list[str] = []
    for row in rows if isinstance(rows, list) else [rows]:
        for group in _apart(row, unread):
            if len(shown) < MOST_GROUPS:
                shown.append(group)
            else:
                unread.append(_("条件组太多，表单最多显示 %(most)d 组。") % {"most": MOST_GROUPS})
    return shown, unread


def _apart(row: Any, unread: list[str]) -> Iterator[Group]:
    mode = Mode(row["mode"]) if isinstance(row, dict) and row.get("mode") in Mode.values else None
    if mode is None or not isinstance(row.get("conditions"), list):
        unread.append(_("条件的写法不对。"))
        return
    slots: list[dict[str, Condition]] = []
    for condition in _readable(row["conditions"], unread):
        _place(condition, mode, slots, unread)
    for held in slots:
        yield Group(mode, tuple(held.values()))


def _readable(rows: Iterable[Any], unread: list[str]) -> Iterator[Condition]:
    for row in rows:
        try:
            yield read_condition(row)
        except BrokenCondition as error:
            unread.append(str(error))


def _place(condition: Condition, mode: Mode, slots: list[dict[str, Condition]], unread: list[str]) -> None:
    """Put a condition where its field is still free."""
    slot = slot_of(condition)
    free = next((held for held in slots if slot not in held), None)
    if free is not None:
        free[slot] = condition
    elif mode != Mode.ANY or not slots:
        slots.append({slot: condition})
    else:
        merged = _merged(slots[0][slot], condition)
        if merged is None:
            unread.append(_("同一种条件有两个，表单只能显示一个。"))
        else:
            slots[0][slot] = merged


def _merged(one: Condition, other: Condition) -> Condition | None:
    """A condition that holds when either does, where one field can say that."""
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return type(one)(tuple(dict.fromkeys((*one.values, *other.values))))
    if isinstance(one, Keywords) and isinstance(other, Keywords) and one.mode == other.mode == Mode.ANY:
        return Keywords(Mode.ANY, tuple(dict.fromkeys((*one.values, *other.values))))
    return one if one == other else None
