"""Which body belongs to which place."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from deputies.organisations import queries, services
from deputies.organisations.models import Division, DivisionLevel, Organisation, OrganisationKind
from liaison.base.stamps import reading
from tests.factories.organisations import DivisionFactory, OrganisationFactory, StreetWorld, street_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


def test_ancestors_of_an_estate_go_up_to_the_province(world: StreetWorld) -> None:
    names = [one.name for one in queries.division_tree().ancestors(world.estate.pk)]
    assert names == ["荷塘社区", "云溪街道", "云汀区", "云汀市", "云省"]


def test_ancestors_of_an_unknown_division_are_none(world: StreetWorld) -> None:
    assert queries.division_tree().ancestors(999_999, include_self=True) == []
    assert queries.division_tree().ancestors(None) == []


def test_descendants_of_a_street_are_its_communities_and_what_lies_in_them(world: StreetWorld) -> None:
    found = {one.name for one in queries.division_tree().descendants(world.street.pk)}
    assert found == {"荷塘社区", "柳岸社区", "荷塘小区", "第1选区"}


def test_rows_get_their_bodies_from_the_copies_by_one_look_at_the_stamps(
    world: StreetWorld, django_assert_num_queries: Callable[..., Any]
) -> None:
    queries.bodies()
    rows = list(Organisation.objects.filter(parent=world.committee.parent_id))
    assert rows
    with django_assert_num_queries(1):
        queries.fill_in_bodies(rows, "parent", "merged_into")
        assert {row.parent for row in rows} == {world.committee.parent}
        assert {row.merged_into for row in rows} == {None}


def test_path_begins_below_the_district(world: StreetWorld) -> None:
    assert queries.division_tree().path(world.estate.pk) == "云溪街道荷塘社区荷塘小区"


@pytest.mark.parametrize("place", ["street", "community", "estate", "electoral"])
def test_street_committee_of_any_place_in_the_street_is_found(world: StreetWorld, place: str) -> None:
    assert queries.street_committee_of(getattr(world, place)) == world.committee


def test_street_committee_of_another_street_is_the_other_one(world: StreetWorld) -> None:
    assert queries.street_committee_of(world.other_community_2) == world.other_committee


def test_street_committee_of_the_district_itself_is_none(world: StreetWorld) -> None:
    assert queries.street_committee_of(world.district) is None


def test_street_committee_of_a_town_is_its_presidium(world: StreetWorld) -> None:
    town = DivisionFactory.create(code="990101101", level=DivisionLevel.STREET, parent=world.district)
    presidium = OrganisationFactory.create(kind=OrganisationKind.PRESIDIUM, division=town)
    assert queries.street_committee_of(town) == presidium


def test_street_committee_merged_into_another_leads_to_the_successor(world: StreetWorld) -> None:
    now = timezone.now()
    services.merge_organisation(world.committee, into=world.other_committee, by=None, now=now)
    assert queries.street_committee_of(world.community) == world.other_committee


def test_street_committee_closed_without_successor_is_none(world: StreetWorld) -> None:
    Organisation.objects.filter(parent=world.committee).update(parent=world.congress)
    services.close_organisation(world.committee, by=None, now=timezone.now())
    assert queries.street_committee_of(world.community) is None


def test_street_committee_prefers_the_active_body_of_the_same_place(world: StreetWorld) -> None:
    closed = OrganisationFactory.create(
        code="AA", kind=OrganisationKind.STREET_COMMITTEE, division=world.street, active=False
    )
    services.create_organisation(
        code="ZZ",
        name="新",
        kind=OrganisationKind.STATION,
        division=world.street,
        parent=None,
        by=None,
        now=timezone.now(),
    )
    assert closed.code < world.committee.code
    assert queries.street_committee_of(world.street) == world.committee


def test_current_of_bodies_merged_into_each_other_ends(world: StreetWorld) -> None:
    first, second = OrganisationFactory.create(active=False), OrganisationFactory.create(active=False)
    first.merged_into, second.merged_into = second, first
    assert queries.current(first) is None


@pytest.mark.parametrize("body", ["congress", "committee", "department", "community_body", "station"])
def test_district_of_every_body_is_its_standing_committee(world: StreetWorld, body: str) -> None:
    assert queries.district_of(getattr(world, body)) == world.congress


def test_district_of_a_body_without_parent_follows_its_place(world: StreetWorld) -> None:
    lonely = OrganisationFactory.create(division=world.other_street, parent=None)
    assert queries.district_of(lonely) == world.congress


def test_district_of_a_division_is_found_from_below(world: StreetWorld) -> None:
    assert queries.district_of(world.estate) == world.congress


def test_district_of_a_place_above_any_district_is_none(world: StreetWorld) -> None:
    assert queries.district_of(Division.objects.get(code="99")) is None


def test_community_body_of_an_estate_is_its_residents_committee(world: StreetWorld) -> None:
    assert queries.community_body_of(world.estate) == world.community_body
    assert queries.community_body_of(world.community_2) is None


def test_street_office_of_a_community_is_that_of_its_street(world: StreetWorld) -> None:
    assert queries.street_office_of(world.other_community) == world.other_office


def test_handlers_of_the_district_leave_out_committees_and_closed_bodies(world: StreetWorld) -> None:
    services.close_organisation(world.other_department, by=None, now=timezone.now())
    found = queries.handlers_of(world.congress)
    assert found == [world.department, world.community_body, world.other_office, world.office]


def test_predecessors_are_all_that_were_merged_into_the_body(world: StreetWorld) -> None:
    now = timezone.now()
    third = OrganisationFactory.create(kind=OrganisationKind.STREET_COMMITTEE)
    services.merge_organisation(world.committee, into=world.other_committee, by=None, now=now)
    services.merge_organisation(Organisation.objects.get(code="SQ"), into=third, by=None, now=now)
    assert sorted(queries.predecessors(third.pk)) == sorted([third.pk, world.committee.pk, world.other_committee.pk])


ASKED: list[Callable[[StreetWorld], Any]] = [
    lambda world: queries.street_committee_of(world.estate),
    lambda world: queries.district_of(world.department),
    lambda world: queries.community_body_of(world.estate),
    lambda world: [one.parent.name for one in queries.division_tree().ancestors(world.estate.pk)[:-1] if one.parent],
    lambda world: queries.handlers_of(world.congress),
]


def test_reading_again_within_one_look_at_the_stamps_asks_nothing(
    world: StreetWorld, django_assert_num_queries: Any
) -> None:
    for ask in ASKED:
        ask(world)
    with reading(), django_assert_num_queries(0):
        for ask in ASKED:
            ask(world)


def test_an_edit_is_seen_at_once(world: StreetWorld) -> None:
    assert queries.division_tree().get(world.street.pk)
    made = services.create_division(
        code="990101003", name="新街道", level=DivisionLevel.STREET, parent=world.district, by=None, now=timezone.now()
    )
    assert made.pk in queries.division_tree()
