"""What stands behind a plaque's code, now and after years on a wall."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deputies.contact_points.models import PointKind
from deputies.contact_points.queries import find_by_code, find_point, landing_for, point_landing
from deputies.contact_points.services import replace_code as replace_point_code
from deputies.organisations.queries import bodies
from deputies.roster.models import Deputy, PublicField
from deputies.roster.services import replace_code, suspend
from liaison.base.codes import grouped
from tests.factories.contact_points import SHANGHAI, ContactPointFactory, DutySlotFactory, StationingFactory
from tests.factories.organisations import StreetWorld
from tests.factories.roster import DeputyFactory, GroupFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def deputy(world: StreetWorld) -> Deputy:
    return DeputyFactory.create(organisation=world.committee, title="示例职务", biography="示例简介")


def _point(world: StreetWorld, **values: Any) -> Any:
    return ContactPointFactory.create(**{"organisation": world.committee, "division": world.community} | values)


def test_find_by_code_takes_4_statements_with_many_points_and_turns(world: StreetWorld, deputy: Deputy) -> None:
    deputy.public_fields = [field.value for field in PublicField]
    deputy.save()
    deputy.groups.add(GroupFactory.create(organisation=world.congress))
    for number in range(5):
        point = _point(world)
        StationingFactory.create(deputy=deputy, contact_point=point)
        DutySlotFactory.create(deputy=deputy, contact_point=point, starts_at=NOW + timedelta(days=number))
    with CaptureQueriesContext(connection) as caught:
        page = find_by_code(deputy.code, now=NOW)
        assert page is not None
        assert [point.division.name for point in page.points] == ["荷塘社区"] * 5
        assert [slot.contact_point.name for slot in page.duty]
        assert (len(page.groups), page.deputy.organisation) == (1, world.committee)
    assert len(caught) <= 4


def test_find_by_code_forgives_how_it_was_typed(deputy: Deputy) -> None:
    page = find_by_code(f" {grouped(deputy.code).lower()} ", now=NOW)
    assert page is not None
    assert page.deputy == deputy


def test_find_by_code_shows_nothing_without_consent(world: StreetWorld, deputy: Deputy) -> None:
    deputy.groups.add(GroupFactory.create(organisation=world.congress))
    page = find_by_code(deputy.code, now=NOW)
    assert page is not None
    assert (page.title, page.biography, page.shows_photo, list(page.groups)) == ("", "", False, [])


@pytest.mark.parametrize("field", list(PublicField))
def test_find_by_code_shows_only_what_was_agreed_to(world: StreetWorld, deputy: Deputy, field: PublicField) -> None:
    deputy.groups.add(GroupFactory.create(organisation=world.congress))
    deputy.public_fields = [field.value]
    deputy.save()
    page = find_by_code(deputy.code, now=NOW)
    assert page is not None
    shown = {
        name for name, value in (("title", page.title), ("biography", page.biography), ("groups", page.groups)) if value
    }
    assert shown == {field.value} - {"photo"}


def test_find_by_code_leaves_out_past_turns_closed_points_and_ended_stationings(
    world: StreetWorld, deputy: Deputy
) -> None:
    StationingFactory.create(deputy=deputy, contact_point=_point(world, active=False))
    StationingFactory.create(deputy=deputy, contact_point=_point(world), until=date(2026, 5, 1))
    DutySlotFactory.create(deputy=deputy, contact_point=_point(world), starts_at=NOW - timedelta(days=1))
    page = find_by_code(deputy.code, now=NOW)
    assert page is not None
    assert (list(page.points), list(page.duty)) == ([], [])


@pytest.mark.parametrize("code", ["", "ZZZZZZZ", "'; DROP", "𠮷" * 300, "../../etc"])
def test_unknown_codes_are_nothing(world: StreetWorld, code: str) -> None:
    assert find_by_code(code, now=NOW) is None
    assert landing_for(code) is None
    assert find_point(code, now=NOW) is None
    assert point_landing(code) is None


def test_landing_of_a_deputy_in_office_is_the_deputy(deputy: Deputy) -> None:
    landing = landing_for(deputy.code)
    assert landing is not None
    assert landing.deputy == deputy


def test_landing_of_a_replaced_code_is_the_deputy(deputy: Deputy) -> None:
    old = deputy.code
    replace_code(deputy=deputy, reason="遗失", by=None, now=timezone.now())
    assert find_by_code(old, now=NOW) is None
    landing = landing_for(old)
    assert landing is not None
    assert landing.deputy == deputy


@pytest.mark.parametrize("status", ["suspended", "ended"])
def test_landing_without_office_is_the_last_point(world: StreetWorld, deputy: Deputy, status: str) -> None:
    _point(world, kind=PointKind.HOME)
    last = _point(world)
    StationingFactory.create(deputy=deputy, contact_point=_point(world), since=date(2022, 1, 1), until=date(2023, 1, 1))
    StationingFactory.create(deputy=deputy, contact_point=last, since=date(2023, 1, 1), until=date(2025, 1, 1))
    Deputy.objects.filter(pk=deputy.pk).update(status=status)
    assert find_by_code(deputy.code, now=NOW) is None
    landing = landing_for(deputy.code)
    assert landing is not None
    assert (landing.deputy, landing.contact_point) == (None, last)


def test_landing_of_a_replaced_code_without_office_is_the_point_too(world: StreetWorld, deputy: Deputy) -> None:
    point = _point(world)
    StationingFactory.create(deputy=deputy, contact_point=point)
    old = deputy.code
    replace_code(deputy=deputy, reason="遗失", by=None, now=timezone.now())
    suspend(deputy=deputy, reason="审查", by=None, now=timezone.now())
    landing = landing_for(old)
    assert landing is not None
    assert landing.contact_point == point


def test_landing_without_any_point_is_the_streets_home(world: StreetWorld, deputy: Deputy) -> None:
    _point(world, kind=PointKind.STATION)
    home = _point(world, kind=PointKind.HOME)
    Deputy.objects.filter(pk=deputy.pk).update(status="ended")
    landing = landing_for(deputy.code)
    assert landing is not None
    assert landing.contact_point == home


def test_landing_without_a_home_is_the_districts(world: StreetWorld, deputy: Deputy) -> None:
    home = _point(world, kind=PointKind.HOME, organisation=world.congress)
    Deputy.objects.filter(pk=deputy.pk).update(status="ended")
    landing = landing_for(deputy.code)
    assert landing is not None
    assert landing.contact_point == home


def test_landing_without_anything_is_the_body(world: StreetWorld, deputy: Deputy) -> None:
    Deputy.objects.filter(pk=deputy.pk).update(status="ended")
    landing = landing_for(deputy.code)
    assert landing is not None
    assert (landing.contact_point, landing.organisation) == (None, world.committee)


def test_landing_after_the_street_was_merged_is_the_successor(world: StreetWorld, deputy: Deputy) -> None:
    from deputies.organisations.services import merge_organisation

    home = _point(world, kind=PointKind.HOME, organisation=world.other_committee)
    merge_organisation(world.committee, into=world.other_committee, by=None, now=timezone.now())
    assert bodies().get(world.committee.pk)
    Deputy.objects.filter(pk=deputy.pk).update(status="ended")
    landing = landing_for(deputy.code)
    assert landing is not None
    assert (landing.contact_point, landing.organisation) == (home, world.other_committee)


def test_landing_of_a_closed_last_point_is_the_one_above(world: StreetWorld, deputy: Deputy) -> None:
    home = _point(world, kind=PointKind.HOME)
    closed = _point(world, parent=_point(world, kind=PointKind.STUDIO, parent=home, active=False), active=False)
    StationingFactory.create(deputy=deputy, contact_point=closed)
    Deputy.objects.filter(pk=deputy.pk).update(status="ended")
    landing = landing_for(deputy.code)
    assert landing is not None
    assert landing.contact_point == home


def test_point_page_shows_those_in_office_and_their_turns(world: StreetWorld) -> None:
    point = _point(world)
    seated = StationingFactory.create(contact_point=point, deputy__organisation=world.committee).deputy
    StationingFactory.create(contact_point=point, deputy__status="suspended")
    slot = DutySlotFactory.create(contact_point=point, deputy=seated, starts_at=NOW + timedelta(days=1))
    with CaptureQueriesContext(connection) as caught:
        page = find_point(point.code, now=NOW)
    assert page is not None
    assert (page.deputies, page.duty) == ([seated], [slot])
    assert len(caught) <= 3


def test_point_landing_of_replaced_and_closed_codes(world: StreetWorld) -> None:
    home = _point(world, kind=PointKind.HOME)
    point = _point(world, parent=home)
    old = point.code
    replace_point_code(point=point, reason="遗失", by=None, now=timezone.now())
    landing = point_landing(old)
    assert landing is not None
    assert landing.contact_point == point
    type(point).objects.filter(pk=point.pk).update(active=False)
    landing = point_landing(old)
    assert landing is not None
    assert landing.contact_point == home
