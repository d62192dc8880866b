"""From stored groups to plain fields and back: nothing changes its meaning on the way."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings

from opinions.routing.conditions import CategoryIn, Facts, Group, Keywords, Mode, read_groups
from opinions.routing.forms.groups import GroupForm, fields_of, slot_of, to_fields
from tests.opinions.routing.strategies import CATEGORIES, DIVISIONS, facts, groups, holds, rules

OFFERS: dict[str, Any] = {
    "category_in": [(code, code) for code in CATEGORIES], "division_within": [(code, code) for code in DIVISIONS],
}  # fmt: skip


def through_the_form(group: Group) -> Group | None:
    """Shown in fields, sent by a browser, and read again."""
    shown = GroupForm(prefix="g0", initial=fields_of(group), offers=OFFERS)
    data = QueryDict(mutable=True)
    for bound in shown:
        value = bound.field.prepare_value(bound.value())
        if isinstance(value, list):
            data.setlist(bound.html_name, value)
        elif value is not None:
            data[bound.html_name] = str(value)
    form = GroupForm(data, prefix="g0", offers=OFFERS)
    assert form.is_valid(), form.errors
    return form.group()


def once_each(group: Group) -> Group:
    """The same with one condition for each field."""
    return Group(group.mode, tuple({slot_of(one): one for one in group.conditions}.values()))


@settings(max_examples=200)
@given(groups())
def test_group_survives_the_form(group: Group) -> None:
    known = once_each(group)
    made = through_the_form(known)
    assert made is not None
    assert made.mode == known.mode
    assert set(made.conditions) == set(known.conditions)


@settings(max_examples=300)
@given(rules(), facts())
def test_rule_shown_in_fields_means_the_same(rule: list[Group], known: Facts) -> None:
    shown, unread = to_fields([group.to_json() for group in rule])
    if not unread:
        assert holds(shown, known) == holds(rule, known)


def test_second_condition_of_a_kind_goes_into_a_further_group() -> None:
    lamp, lift = Keywords(Mode.ANY, ("路灯",)), Keywords(Mode.ANY, ("电梯",))
    for mode in (Mode.ALL, Mode.NONE):
        shown, unread = to_fields([Group(mode, (lamp, lift)).to_json()])
        assert (shown, unread) == ([Group(mode, (lamp,)), Group(mode, (lift,))], [])


def test_second_condition_of_a_kind_is_added_where_any_may_hold() -> None:
    shown, _unread = to_fields([Group(Mode.ANY, (CategoryIn(("a",)), CategoryIn(("b",)))).to_json()])
    assert shown == [Group(Mode.ANY, (CategoryIn(("a", "b")),))]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"raised_from": "08:00"}, "raised_to"),
        ({"raised_from": "25:00", "raised_to": "09:00"}, "raised_from"),
        ({"raised_days": "any"}, "raised_days"),
        ({"similar_least": "3"}, "similar_days"),
        ({"similar_least": "3", "similar_days": "7", "similar_within": "metres"}, "similar_metres"),
        ({"similar_least": "-1", "similar_days": "7", "similar_within": "estate"}, "similar_least"),
        ({"similar_least": "99999999999999999999", "similar_days": "7"}, "similar_least"),
        ({"category_in": "' OR 1=1"}, "category_in"),
        ({"words_any": "、".join(f"词{n}" for n in range(10_000))}, "words_any"),
        ({"mode": "most"}, "mode"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(sent: dict[str, str], field: str) -> None:
    data = QueryDict(mutable=True)
    data.update({f"g0-{name}": value for name, value in {"mode": "all", **sent}.items()})
    form = GroupForm(data, prefix="g0", offers=OFFERS)
    assert field in form.errors


@pytest.mark.parametrize("typed", ["0", "1001", "三", "1.5"])
def test_number_out_of_bounds_is_told_with_the_bounds(typed: str) -> None:
    data = QueryDict(mutable=True)
    data.update({"g0-mode": "all", "g0-similar_least": typed})
    form = GroupForm(data, prefix="g0", offers=OFFERS)
    assert form.errors["similar_least"] == ["请填 1 到 1000 之间的整数。"]


def test_empty_group_is_none() -> None:
    form = GroupForm(QueryDict("g0-mode=any"), prefix="g0", offers=OFFERS)
    assert form.is_valid()
    assert form.group() is None
    assert read_groups([]) == ()
