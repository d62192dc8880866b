"""A district with rules, a draft of the next version, and opinions of the past."""

import pytest

from opinions.routing.models import RuleSet
from opinions.routing.services import copy_rule_set
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import urban_world, with_rules


@pytest.fixture
def world(db: None) -> HandlingWorld:
    """The small district with the default rules in force; its department answers for 城建城管."""
    return with_rules(urban_world())


@pytest.fixture
def draft(world: HandlingWorld) -> RuleSet:
    """A copy of the rules in force, as a draft."""
    return copy_rule_set(source=RuleSet.objects.get(), note="", by=world.district_staff, now=NOW)
