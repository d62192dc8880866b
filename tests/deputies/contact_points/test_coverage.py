"""Communities and electoral districts with and without a contact point."""

import pytest

from deputies.accounts.models import Role, User
from deputies.contact_points.coverage import Coverage, coverage_for
from tests.factories.accounts import UserFactory
from tests.factories.contact_points import ContactPointFactory
from tests.factories.organisations import StreetWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(world: StreetWorld) -> User:
    return UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress)


def _missing(found: Coverage) -> set[str]:
    return {place.name for _street, place in found.gaps}


def test_coverage_without_points_misses_everything(world: StreetWorld, district: User) -> None:
    found = coverage_for(district)
    assert _missing(found) == {"荷塘社区", "柳岸社区", "北渡社区", "南渡社区", "第1选区"}
    assert (found.communities.total, found.communities.covered, found.communities.percent) == (4, 0, "0%")


def test_coverage_counts_the_community_and_places_within_it(world: StreetWorld, district: User) -> None:
    ContactPointFactory.create(organisation=world.committee, division=world.estate)
    ContactPointFactory.create(organisation=world.committee, division=world.community_2)
    assert _missing(coverage_for(district)) == {"北渡社区", "南渡社区", "第1选区"}


def test_coverage_does_not_count_a_point_of_the_whole_street(world: StreetWorld, district: User) -> None:
    ContactPointFactory.create(organisation=world.committee, division=world.street)
    assert len(_missing(coverage_for(district))) == 5


def test_coverage_does_not_count_a_closed_point(world: StreetWorld, district: User) -> None:
    ContactPointFactory.create(organisation=world.committee, division=world.community, active=False)
    assert "荷塘社区" in _missing(coverage_for(district))


def test_coverage_counts_the_electoral_district_a_point_is_for(world: StreetWorld, district: User) -> None:
    ContactPointFactory.create(
        organisation=world.committee, division=world.community, electoral_district=world.electoral
    )
    found = coverage_for(district)
    assert (found.districts.total, found.districts.covered, found.districts.percent) == (1, 1, "100%")


def test_coverage_percent_of_all_but_one_is_not_100(world: StreetWorld, district: User) -> None:
    for division in (world.community, world.community_2, world.other_community):
        ContactPointFactory.create(organisation=world.committee, division=division)
    assert coverage_for(district).communities.percent == "75%"


def test_coverage_of_a_street_is_that_street(world: StreetWorld) -> None:
    staff = UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)
    found = coverage_for(staff)
    assert [row.street for row in found.streets] == [world.street]
    assert _missing(found) == {"荷塘社区", "柳岸社区", "第1选区"}


def test_coverage_shows_gaps_first(world: StreetWorld, district: User) -> None:
    for division in (world.community, world.community_2):
        ContactPointFactory.create(organisation=world.committee, division=division, electoral_district=world.electoral)
    found = coverage_for(district)
    assert [(row.street, row.complete) for row in found.streets] == [(world.other_street, False), (world.street, True)]
