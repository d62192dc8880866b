"""Rule sets and rules for tests."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from deputies.organisations.models import Organisation
from liaison.base.stamps import bump
from opinions.catalog.models import Category, Tier
from opinions.catalog.services import set_responsibilities
from opinions.routing.conditions import Condition, Group, Mode
from opinions.routing.models import Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import STAMP
from opinions.routing.services import load_default_rules
from tests.factories.matters import NOW, HandlingWorld, handling_world
from tests.support.replay import replayed


@replayed
def urban_world() -> HandlingWorld:
    """The small district at work; its department answers for 城建城管, nobody for the rest. There are no rules yet."""
    made = handling_world()
    urban = Category.objects.get(code="urban")
    set_responsibilities(district=made.congress, bodies=[(urban, made.department)], by=None, now=NOW)
    return made


@replayed
def with_rules(world: HandlingWorld) -> HandlingWorld:
    """The world with the rules that the product starts with in force."""
    load_default_rules(district=world.congress, by=None, now=NOW)
    return world


class RuleSetFactory(DjangoModelFactory[RuleSet]):
    """A draft; `status=RuleSetStatus.ACTIVE` for one in force."""

    class Meta:
        model = RuleSet

    version = factory.Sequence(lambda n: n + 1)
    created_at = factory.LazyFunction(timezone.now)


class RuleFactory(DjangoModelFactory[Rule]):
    """A rule without conditions: the street's."""

    class Meta:
        model = Rule

    rule_set = factory.SubFactory(RuleSetFactory)
    order = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"规则{n}")
    tier = Tier.STREET
    resolver = Resolver.STREET


def all_of(*conditions: Condition) -> list[dict[str, Any]]:
    """The stored form of a rule for which all these conditions must hold."""
    return [Group(Mode.ALL, conditions).to_json()]


def rules_in_force(district: Organisation, *rules: dict[str, Any]) -> RuleSet:
    """A version in force with these rules in order."""
    made = RuleSetFactory.create(district=district, status=RuleSetStatus.ACTIVE)
    for order, fields in enumerate(rules, 1):
        RuleFactory.create(rule_set=made, order=order, **fields)
    bump(STAMP)
    return made
