"""A roster file and what it refers to."""

import pytest

from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint
from deputies.roster.models import Group, Term
from tests.factories.accounts import UserFactory
from tests.factories.contact_points import ContactPointFactory
from tests.factories.organisations import StreetWorld, street_world
from tests.factories.roster import DelegationFactory, GroupFactory, TermFactory


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.fixture
def staff(world: StreetWorld) -> User:
    return UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)


@pytest.fixture
def term(world: StreetWorld) -> Term:
    term = TermFactory.create(division=world.district, number=6)
    DelegationFactory.create(term=term, name="云溪代表团")
    return term


@pytest.fixture
def point(world: StreetWorld) -> ContactPoint:
    return ContactPointFactory.create(organisation=world.committee, division=world.community)


@pytest.fixture
def group(world: StreetWorld) -> Group:
    return GroupFactory.create(name="法治组", organisation=world.congress)
