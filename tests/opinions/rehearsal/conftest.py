"""A district with rules, a draft of the next version, and opinions of the past."""

import pytest

from opinions.catalog.models import Category
from opinions.catalog.services import set_responsibilities
from opinions.routing.models import RuleSet
from opinions.routing.services import copy_rule_set, load_default_rules
from tests.factories.matters import NOW, HandlingWorld, handling_world


@pytest.fixture
def world(db: None) -> HandlingWorld:
    """The small district with the default rules in force; its department answers for 城建城管."""
    made = handling_world()
    urban = Category.objects.get(code="urban")
    set_responsibilities(district=made.congress, bodies=[(urban, made.department)], by=None, now=NOW)
    load_default_rules(district=made.congress, by=None, now=NOW)
    return made


@pytest.fixture
def draft(world: HandlingWorld) -> RuleSet:
    """A copy of the rules in force, as a draft."""
    return copy_rule_set(source=RuleSet.objects.get(), note="", by=world.district_staff, now=NOW)
