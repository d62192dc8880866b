"""Editing the map."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deputies.organisations import services
from deputies.organisations.models import Division, DivisionLevel, Organisation, OrganisationKind
from liaison.base.audit.models import Event
from tests.factories.organisations import DivisionFactory, OrganisationFactory, StreetWorld, street_world

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


def test_create_division_with_a_known_code_is_refused(world: StreetWorld) -> None:
    with pytest.raises(services.CodeTaken):
        services.create_division(
            code=world.street.code, name="又一个", level=DivisionLevel.STREET, parent=None, by=None, now=NOW
        )


def test_create_division_with_letters_for_an_official_level_is_refused(world: StreetWorld) -> None:
    with pytest.raises(services.BadCode):
        services.create_division(code="YX", name="云", level=DivisionLevel.STREET, parent=None, by=None, now=NOW)


def test_create_division_with_a_local_code_for_an_electoral_district_is_taken(world: StreetWorld) -> None:
    made = services.create_division(
        code="XJ-9", name="第9选区", level=DivisionLevel.ELECTORAL, parent=world.street, by=None, now=NOW
    )
    assert Division.objects.get(code="XJ-9") == made


def test_division_with_letters_for_an_official_level_violates_the_constraint() -> None:
    with pytest.raises(IntegrityError, match="division_official_code_digits"), transaction.atomic():
        DivisionFactory.create(code="YX-1")


def test_create_organisation_writes_an_event(world: StreetWorld) -> None:
    made = services.create_organisation(
        code="SW", name="水务局", kind=OrganisationKind.DEPARTMENT, division=world.district, parent=world.congress,
        by=None, now=NOW,
    )  # fmt: skip
    assert Event.objects.get(chain=services.chain_of(made)).verb == "organisation.created"


def test_close_organisation_with_bodies_under_it_is_refused(world: StreetWorld) -> None:
    with pytest.raises(services.StillNeeded):
        services.close_organisation(world.congress, by=None, now=NOW)
    assert Organisation.objects.get(pk=world.congress.pk).active


def test_merge_organisation_hands_the_bodies_under_it_to_the_successor(world: StreetWorld) -> None:
    services.merge_organisation(world.committee, into=world.other_committee, by=None, now=NOW, reason="街道合并")
    world.community_body.refresh_from_db()
    world.committee.refresh_from_db()
    assert world.community_body.parent == world.other_committee
    assert not world.committee.active
    assert world.committee.merged_into == world.other_committee
    assert Event.objects.get(chain=services.chain_of(world.committee)).reason == "街道合并"


def test_merge_organisation_into_a_body_under_it_lifts_the_successor(world: StreetWorld) -> None:
    below = OrganisationFactory.create(kind=OrganisationKind.STREET_COMMITTEE, parent=world.committee)
    services.merge_organisation(world.committee, into=below, by=None, now=NOW)
    below.refresh_from_db()
    assert below.parent == world.congress


@pytest.mark.parametrize("into", ["committee", "department"])
def test_merge_organisation_into_itself_or_another_kind_is_refused(world: StreetWorld, into: str) -> None:
    with pytest.raises(services.BadSuccessor):
        services.merge_organisation(world.committee, into=getattr(world, into), by=None, now=NOW)


def test_merge_organisation_into_a_closed_body_is_refused(world: StreetWorld) -> None:
    closed = OrganisationFactory.create(kind=OrganisationKind.STREET_COMMITTEE, active=False)
    with pytest.raises(services.BadSuccessor):
        services.merge_organisation(world.committee, into=closed, by=None, now=NOW)


def test_check_parent_below_the_node_itself_is_refused(world: StreetWorld) -> None:
    with pytest.raises(services.BadParent):
        services.check_parent(world.street, world.estate)
    services.check_parent(world.street, world.district)
