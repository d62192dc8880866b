"""A district with rules."""

import pytest

from opinions.routing.models import RuleSet
from opinions.routing.services import copy_rule_set
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import urban_world, with_rules


@pytest.fixture
def world(db: None) -> HandlingWorld:
    return urban_world()


@pytest.fixture
def ruled(world: HandlingWorld) -> HandlingWorld:
    """The same with the default rules in force."""
    return with_rules(world)


@pytest.fixture
def draft(ruled: HandlingWorld) -> RuleSet:
    return copy_rule_set(source=RuleSet.objects.get(), note="", by=ruled.district_staff, now=NOW)
