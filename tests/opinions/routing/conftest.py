"""A district with rules."""

import pytest

from opinions.catalog.models import Category
from opinions.catalog.services import set_responsibilities
from opinions.routing.models import RuleSet
from opinions.routing.services import copy_rule_set, load_default_rules
from tests.factories.matters import NOW, HandlingWorld, handling_world


@pytest.fixture
def world(db: None) -> HandlingWorld:
    """The small district at work; its department answers for 城建城管, nobody for the rest. There are no rules yet."""
    made = handling_world()
    urban = Category.objects.get(code="urban")
    set_responsibilities(district=made.congress, bodies=[(urban, made.department)], by=None, now=NOW)
    return made


@pytest.fixture
def ruled(world: HandlingWorld) -> HandlingWorld:
    """The same with the default rules in force."""
    load_default_rules(district=world.congress, by=None, now=NOW)
    return world


@pytest.fixture
def draft(ruled: HandlingWorld) -> RuleSet:
    return copy_rule_set(source=RuleSet.objects.get(), note="", by=ruled.district_staff, now=NOW)
