"""Versions of rules: drafts are edited and checked, what is in force never changes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deputies.organisations.models import Division, Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.audit.models import Event
from liaison.base.errors import StaleState
from liaison.base.stamps import bump
from opinions.catalog.models import Category, Tier
from opinions.catalog.queries import STAMP as CATALOG
from opinions.routing.conditions import CategoryIn, ChannelIn, DeputyAddressed, DivisionWithin, Keywords, LevelIn, Mode
from opinions.routing.models import Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import active_rules
from opinions.routing.services import (
    InvalidRule,
    InvalidRuleSet,
    NotADraft,
    RuleDraft,
    activate,
    copy_rule_set,
    delete_rule,
    discard,
    load_default_rules,
    move_rule,
    save_rule,
)
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import RuleFactory, RuleSetFactory, all_of, rules_in_force

pytestmark = pytest.mark.django_db


def draft(**fields: Any) -> RuleDraft:
    return RuleDraft(**{"name": "规则", "tier": Tier.STREET, "resolver": Resolver.STREET, **fields})


def refused(world: HandlingWorld, **fields: Any) -> list[str]:
    """The fields with which a rule is refused."""
    rule_set = RuleSetFactory.create(district=world.congress)
    with pytest.raises(InvalidRule) as caught:
        save_rule(rule_set=rule_set, rule=None, draft=draft(**fields), by=None, now=NOW)
    assert not rule_set.rules.exists()
    return [problem.field for problem in caught.value.problems]


def test_default_rules_cover_all_five_tiers(ruled: HandlingWorld) -> None:
    tiers = Rule.objects.filter(rule_set__status=RuleSetStatus.ACTIVE).values_list("tier", flat=True)
    assert set(tiers) == set(Tier.values)


def test_default_rules_are_loaded_once(ruled: HandlingWorld) -> None:
    assert load_default_rules(district=ruled.congress, by=None, now=NOW) is None
    assert RuleSet.objects.count() == 1


def test_saved_rule_stands_at_the_end(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for name in ("一", "二"):
        save_rule(rule_set=rule_set, rule=None, draft=draft(name=name), by=None, now=NOW)
    assert list(rule_set.rules.values_list("order", "name")) == [(1, "一"), (2, "二")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": " "}, ["name"]),
        ({"conditions": [{"kind": "weather_is", "values": ["rain"]}]}, ["conditions"]),
        ({"conditions": [{"mode": "all", "conditions": []}]}, ["conditions"]),
        ({"conditions": all_of(CategoryIn(("nowhere",)))}, ["conditions"]),
        ({"conditions": all_of(DivisionWithin(("999",)))}, ["conditions"]),
        ({"conditions": all_of(ChannelIn(("qr",)), ChannelIn(("web",)))}, ["conditions"]),
        ({"conditions": all_of(DeputyAddressed(value=False), LevelIn(("county",)))}, ["conditions"]),
        ({"tier": Tier.DEPARTMENT}, ["resolver"]),
        ({"tier": 9}, ["resolver"]),
        ({"urgency": "whenever"}, ["urgency"]),
        ({"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED}, ["organisation"]),
        (
            {
                "tier": Tier.DEPUTY,
                "resolver": Resolver.ADDRESSED_DEPUTY,
                "conditions": all_of(DeputyAddressed(value=False)),
            },
            ["resolver"],
        ),
    ],
)
def test_rule_that_cannot_be_right_is_refused(
    world: HandlingWorld, fields: dict[str, Any], expected: list[str]
) -> None:
    assert refused(world, **fields) == expected


def test_rule_that_names_a_closed_body_is_refused(world: HandlingWorld) -> None:
    Organisation.objects.filter(pk=world.department.pk).update(active=False)
    bump(ORGANISATIONS)
    world.department.refresh_from_db()
    fields = {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED, "organisation": world.department}
    assert refused(world, **fields) == ["organisation"]


def test_rule_that_names_a_committee_as_handler_is_refused(world: HandlingWorld) -> None:
    fields = {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED, "organisation": world.committee}
    assert refused(world, **fields) == ["organisation"]


def test_rule_that_names_a_closed_category_or_place_is_refused(world: HandlingWorld) -> None:
    Category.objects.filter(code="urban").update(active=False)
    Division.objects.filter(code="990101002").update(active=False)
    bump(CATALOG)
    bump(ORGANISATIONS)
    assert refused(world, conditions=all_of(CategoryIn(("urban",)))) == ["conditions"]
    assert refused(world, conditions=all_of(DivisionWithin(("990101002",)))) == ["conditions"]


def test_version_in_force_cannot_be_edited(ruled: HandlingWorld) -> None:
    in_force = RuleSet.objects.get(status=RuleSetStatus.ACTIVE)
    rule = in_force.rules.first()
    assert rule is not None
    with pytest.raises(NotADraft):
        save_rule(rule_set=in_force, rule=rule, draft=draft(), by=None, now=NOW)
    with pytest.raises(NotADraft):
        move_rule(rule=rule, step=1, by=None, now=NOW)
    with pytest.raises(NotADraft):
        delete_rule(rule=rule, by=None, now=NOW)
    with pytest.raises(NotADraft):
        discard(rule_set=in_force, by=None, now=NOW)
    with pytest.raises(NotADraft):
        activate(rule_set=in_force, by=None, now=NOW)


def test_copy_has_the_same_rules_and_leaves_the_source(ruled: HandlingWorld) -> None:
    source = RuleSet.objects.get(status=RuleSetStatus.ACTIVE)
    made = copy_rule_set(source=source, note="试验", by=ruled.district_staff, now=NOW)
    fields = ("order", "name", "conditions", "tier", "resolver", "organisation", "urgency", "confirm", "enabled")
    assert list(made.rules.values(*fields)) == list(source.rules.values(*fields))
    assert (made.version, made.status, source.status) == (source.version + 1, RuleSetStatus.DRAFT, RuleSetStatus.ACTIVE)


def test_activation_retires_the_version_before_it(ruled: HandlingWorld) -> None:
    before = RuleSet.objects.get(status=RuleSetStatus.ACTIVE)
    made = copy_rule_set(source=before, note="", by=None, now=NOW)
    activate(rule_set=made, by=ruled.district_staff, now=NOW)
    before.refresh_from_db()
    assert (before.status, made.status, made.activated_at) == (RuleSetStatus.RETIRED, RuleSetStatus.ACTIVE, NOW)


def test_activation_is_seen_by_the_next_decision(ruled: HandlingWorld) -> None:
    first = active_rules(ruled.congress.pk).rule_set
    assert first is not None
    activate(rule_set=copy_rule_set(source=first, note="", by=None, now=NOW), by=None, now=NOW)
    second = active_rules(ruled.congress.pk).rule_set
    assert second is not None
    assert second.version == first.version + 1


def test_two_versions_in_force_are_impossible(ruled: HandlingWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSetFactory.create(district=ruled.congress, version=99, status=RuleSetStatus.ACTIVE)


def test_named_rule_without_a_body_is_impossible(world: HandlingWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleFactory.create(rule_set=RuleSetFactory.create(district=world.congress), resolver=Resolver.NAMED)


def test_version_without_rules_is_not_activated(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    RuleFactory.create(rule_set=rule_set, enabled=False)
    with pytest.raises(InvalidRuleSet):
        activate(rule_set=rule_set, by=None, now=NOW)


def test_rule_behind_one_that_catches_everything_is_refused(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    RuleFactory.create(rule_set=rule_set, order=1, name="路灯", conditions=all_of(Keywords(Mode.ANY, ("灯",))))
    RuleFactory.create(rule_set=rule_set, order=2, name="高杆路灯", conditions=all_of(Keywords(Mode.ANY, ("路灯",))))
    with pytest.raises(InvalidRuleSet) as caught:
        activate(rule_set=rule_set, by=None, now=NOW)
    assert len(caught.value.problems) == 1
    assert "高杆路灯" in caught.value.problems[0]


def test_body_closed_since_the_rule_was_written_stops_activation(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    fields = {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED, "organisation": world.department}
    save_rule(rule_set=rule_set, rule=None, draft=draft(**fields), by=None, now=NOW)
    Organisation.objects.filter(pk=world.department.pk).update(active=False)
    bump(ORGANISATIONS)
    with pytest.raises(InvalidRuleSet):
        activate(rule_set=rule_set, by=None, now=NOW)
    rule_set.refresh_from_db()
    assert rule_set.status == RuleSetStatus.DRAFT


@pytest.mark.parametrize(
    ("name", "step", "expected"),
    [("二", -1, "二一三"), ("二", 1, "一三二"), ("一", -1, "一二三"), ("三", 1, "一二三"), ("三", -1, "一三二")],
)
def test_move_changes_places(world: HandlingWorld, name: str, step: int, expected: str) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for order, one in enumerate("一二三", 1):
        RuleFactory.create(rule_set=rule_set, order=order, name=one)
    move_rule(rule=rule_set.rules.get(name=name), step=step, by=None, now=NOW)
    assert "".join(rule_set.rules.order_by("order").values_list("name", flat=True)) == expected
    assert list(rule_set.rules.order_by("order").values_list("order", flat=True)) == [1, 2, 3]


def test_delete_closes_the_gap(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for order, one in enumerate("一二三", 1):
        RuleFactory.create(rule_set=rule_set, order=order, name=one)
    delete_rule(rule=rule_set.rules.get(name="一"), by=None, now=NOW)
    assert list(rule_set.rules.order_by("order").values_list("order", "name")) == [(1, "二"), (2, "三")]


def test_rule_that_somebody_deleted_meanwhile_does_not_come_back(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    rule = RuleFactory.create(rule_set=rule_set, order=1)
    seen = Rule.objects.get(pk=rule.pk)
    delete_rule(rule=rule, by=None, now=NOW)
    with pytest.raises(StaleState):
        save_rule(rule_set=rule_set, rule=seen, draft=draft(), by=None, now=NOW)
    with pytest.raises(StaleState):
        move_rule(rule=seen, step=1, by=None, now=NOW)
    with pytest.raises(StaleState):
        delete_rule(rule=seen, by=None, now=NOW)
    assert not rule_set.rules.exists()


def test_rule_that_somebody_moved_meanwhile_is_saved_at_its_new_place(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for order, one in enumerate("一二三", 1):
        RuleFactory.create(rule_set=rule_set, order=order, name=one)
    seen = rule_set.rules.get(name="一")
    move_rule(rule=rule_set.rules.get(name="一"), to=3, by=None, now=NOW)
    save_rule(rule_set=rule_set, rule=seen, draft=draft(name="新"), by=None, now=NOW)
    assert "".join(rule_set.rules.order_by("order").values_list("name", flat=True)) == "二三新"


def test_every_change_is_in_the_ledger(world: HandlingWorld) -> None:
    rule_set = rules_in_force(world.congress, {})
    made = copy_rule_set(source=rule_set, note="", by=world.district_staff, now=NOW)
    rule = save_rule(rule_set=made, rule=None, draft=draft(), by=world.district_staff, now=NOW)
    move_rule(rule=rule, step=-1, by=world.district_staff, now=NOW)
    delete_rule(rule=rule, by=world.district_staff, now=NOW)
    discard(rule_set=made, by=world.district_staff, now=NOW)
    verbs = Event.objects.filter(chain=f"rules:{world.congress.pk}").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["copy_rules", "save_rule", "move_rule", "delete_rule", "discard_rules"]
