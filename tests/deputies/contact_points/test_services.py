"""The register is kept: points, stationings, turns."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deputies.accounts.models import User
from deputies.contact_points import services
from deputies.contact_points.models import ContactPoint, DutySlot, FormerPointCode, PointKind, Standard
from deputies.roster.access import NotYours
from deputies.roster.queries import history
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.codes import PLAQUE_LENGTH, is_code
from liaison.base.errors import InvalidInput, StaleState
from tests.factories.contact_points import SHANGHAI, ContactPointFactory, DutySlotFactory, StationingFactory
from tests.factories.organisations import StreetWorld
from tests.factories.roster import DeputyFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)
TODAY = date(2026, 11, 22)
NINE = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def point(world: StreetWorld) -> ContactPoint:
    return ContactPointFactory.create(organisation=world.committee, division=world.community)


def _details(world: StreetWorld, **values: Any) -> services.Details:
    known = {
        "name": "荷塘联络站",
        "kind": PointKind.STATION,
        "division": world.community,
        "organisation": world.committee,
    }
    return services.Details(**({**known, "address": "示例路 1 号"} | values))


def _verbs(point: ContactPoint) -> list[str]:
    return list(Event.objects.filter(chain=point.chain).order_by("seq").values_list("verb", flat=True))


def test_create_point_gets_a_code_and_an_event(world: StreetWorld, staff: User) -> None:
    point = services.create_point(details=_details(world), by=staff, now=NOW)
    assert is_code(point.code, PLAQUE_LENGTH)
    assert _verbs(point) == ["point.created"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"latitude": Decimal("30")}, "latitude"),
        ({"latitude": Decimal("91"), "longitude": Decimal("120")}, "latitude"),
        ({"latitude": Decimal("30"), "longitude": Decimal("181")}, "longitude"),
    ],
)
def test_create_point_off_the_earth_names_the_field(
    world: StreetWorld, staff: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.create_point(details=_details(world, **values), by=staff, now=NOW)
    assert refusal.value.field == field


def test_position_off_the_earth_violates_the_table(world: StreetWorld) -> None:
    with pytest.raises(IntegrityError, match="contact_point_position_on_earth"), transaction.atomic():
        ContactPointFactory.create(division=world.community, latitude=Decimal("30"))


@pytest.mark.parametrize(
    ("above", "below", "fits"),
    [
        (PointKind.HOME, PointKind.STUDIO, True),
        (PointKind.HOME, PointKind.POINT, True),
        (PointKind.STATION, PointKind.STATION, False),
        (PointKind.POINT, PointKind.HOME, False),
    ],
)
def test_a_point_stands_below_a_higher_kind(
    world: StreetWorld, staff: User, above: PointKind, below: PointKind, fits: bool
) -> None:
    parent = ContactPointFactory.create(organisation=world.committee, kind=above)
    details = _details(world, kind=below, parent=parent)
    if fits:
        assert services.create_point(details=details, by=staff, now=NOW).parent == parent
    else:
        with pytest.raises(InvalidInput) as refusal:
            services.create_point(details=details, by=staff, now=NOW)
        assert refusal.value.field == "parent"


def test_a_point_does_not_become_lower_than_those_below_it(world: StreetWorld, staff: User) -> None:
    home = services.create_point(details=_details(world, kind=PointKind.HOME), by=staff, now=NOW)
    services.create_point(details=_details(world, kind=PointKind.STATION, parent=home), by=staff, now=NOW)
    with pytest.raises(InvalidInput) as refusal:
        services.update_point(point=home, details=_details(world, kind=PointKind.POINT), version=1, by=staff, now=NOW)
    assert refusal.value.field == "kind"


def test_update_point_tells_what_and_refuses_an_old_screen(world: StreetWorld, staff: User) -> None:
    point = services.create_point(details=_details(world), by=staff, now=NOW)
    assert services.update_point(point=point, details=_details(world, hours="每周三"), version=1, by=staff, now=NOW)
    assert Event.objects.filter(chain=point.chain).latest("seq").data == {"hours": ["", "每周三"]}
    again = ContactPoint.objects.get(pk=point.pk)
    with pytest.raises(StaleState):
        services.update_point(point=again, details=_details(world, hours="周四"), version=1, by=staff, now=NOW)
    assert list(verify([point.chain])) == []


def test_another_streets_point_is_refused(world: StreetWorld, staff: User) -> None:
    other = ContactPointFactory.create(organisation=world.other_committee)
    with pytest.raises(NotYours):
        services.set_standards(point=other, met=[Standard.SIGN], by=staff, now=NOW)


def test_standards_are_kept_in_their_order(point: ContactPoint, staff: User) -> None:
    assert services.set_standards(point=point, met=["funds", "place", "nonsense"], by=staff, now=NOW)
    assert not services.set_standards(point=point, met=["place", "funds"], by=staff, now=NOW)
    point.refresh_from_db()
    assert point.standards == ["place", "funds"]
    assert Standard.SIGN in point.missing_standards


def test_history_calls_standards_by_their_names(point: ContactPoint, staff: User) -> None:
    services.set_standards(point=point, met=["place", "funds"], by=staff, now=NOW)
    told = history(point.chain, ContactPoint, Standard)[0].text
    assert "有场所、有经费" in told


def test_close_point_needs_a_reason_and_no_points_below(world: StreetWorld, staff: User) -> None:
    home = ContactPointFactory.create(organisation=world.committee, kind=PointKind.HOME)
    station = ContactPointFactory.create(organisation=world.committee, parent=home)
    with pytest.raises(InvalidInput):
        services.close_point(point=station, reason=" ", by=staff, now=NOW)
    with pytest.raises(services.HasChildren):
        services.close_point(point=home, reason="搬迁", by=staff, now=NOW)
    services.close_point(point=station, reason="搬迁", by=staff, now=NOW)
    services.close_point(point=home, reason="搬迁", by=staff, now=NOW)
    services.reopen_point(point=home, by=staff, now=NOW)
    assert _verbs(home) == ["point.closed", "point.reopened"]


def test_replace_code_remembers_the_old_one(point: ContactPoint, staff: User) -> None:
    old = point.code
    new = services.replace_code(point=point, reason="牌子遗失", by=staff, now=NOW)
    assert new != old
    assert FormerPointCode.objects.get(code=old).contact_point == point


def test_station_twice_is_refused_and_told_in_both_chains(point: ContactPoint, world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    services.station(point=point, deputy=deputy, since=TODAY, by=staff, now=NOW)
    with pytest.raises(services.AlreadyStationed):
        services.station(point=point, deputy=deputy, since=TODAY, by=staff, now=NOW)
    assert Event.objects.filter(verb="stationing.began", chain__in=[point.chain, deputy.chain]).count() == 2


def test_station_of_one_who_has_left_is_refused(point: ContactPoint, world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee, status="ended")
    with pytest.raises(InvalidInput) as refusal:
        services.station(point=point, deputy=deputy, since=TODAY, by=staff, now=NOW)
    assert refusal.value.field == "deputy"


def test_leave_takes_off_later_turns_and_lets_come_again(point: ContactPoint, world: StreetWorld, staff: User) -> None:
    deputy = DeputyFactory.create(organisation=world.committee)
    row = StationingFactory.create(contact_point=point, deputy=deputy)
    past = DutySlotFactory.create(contact_point=point, deputy=deputy, starts_at=NOW - timedelta(days=3))
    DutySlotFactory.create(contact_point=point, deputy=deputy, starts_at=NINE)
    services.leave(stationing=row, until=TODAY, by=staff, now=NOW)
    assert list(DutySlot.objects.all()) == [past]
    services.station(point=point, deputy=deputy, since=TODAY, by=staff, now=NOW)
    with pytest.raises(StaleState):
        services.leave(stationing=row, until=TODAY, by=staff, now=NOW)


def test_leave_before_coming_is_refused(point: ContactPoint, staff: User) -> None:
    row = StationingFactory.create(contact_point=point, since=TODAY)
    with pytest.raises(InvalidInput):
        services.leave(stationing=row, until=TODAY - timedelta(days=1), by=staff, now=NOW)


@pytest.fixture
def seated(point: ContactPoint, world: StreetWorld) -> Any:
    return StationingFactory.create(
        contact_point=point, deputy=DeputyFactory.create(organisation=world.committee)
    ).deputy


def _duty(point: ContactPoint, deputy: Any, staff: User, *, starts_at: datetime = NINE, hours: float = 2) -> DutySlot:
    return services.add_duty(
        point=point, deputy=deputy, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), by=staff, now=NOW
    )


def test_add_duty_for_a_stationed_deputy(point: ContactPoint, seated: Any, staff: User) -> None:
    slot = _duty(point, seated, staff)
    assert (slot.created_by, slot.ends_at - slot.starts_at) == (staff, timedelta(hours=2))
    assert _verbs(point) == ["duty.added"]


@pytest.mark.parametrize(
    ("starts_at", "hours", "field"),
    [(NINE, 0, "ends_at"), (NINE, -1, "ends_at"), (NINE, 13, "ends_at"), (NOW - timedelta(hours=9), 2, "starts_at")],
)
def test_add_duty_at_impossible_times_is_refused(
    point: ContactPoint, seated: Any, staff: User, starts_at: datetime, hours: float, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _duty(point, seated, staff, starts_at=starts_at, hours=hours)
    assert refusal.value.field == field


def test_add_duty_in_two_places_at_once_is_refused(
    point: ContactPoint, seated: Any, staff: User, world: StreetWorld
) -> None:
    elsewhere = ContactPointFactory.create(organisation=world.committee, name="柳岸联络站")
    StationingFactory.create(contact_point=elsewhere, deputy=seated)
    _duty(point, seated, staff)
    with pytest.raises(services.DutyOverlaps, match="示例联络站"):
        _duty(elsewhere, seated, staff, starts_at=NINE + timedelta(hours=1))
    assert _duty(elsewhere, seated, staff, starts_at=NINE + timedelta(hours=2))


def test_add_duty_for_one_who_does_not_sit_there_is_refused(
    point: ContactPoint, world: StreetWorld, staff: User
) -> None:
    with pytest.raises(services.NotStationed):
        _duty(point, DeputyFactory.create(organisation=world.committee), staff)


def test_remove_duty_before_it_begins_only(point: ContactPoint, seated: Any, staff: User) -> None:
    slot = _duty(point, seated, staff)
    services.remove_duty(slot=slot, by=staff, now=NOW)
    assert not DutySlot.objects.exists()
    begun = DutySlotFactory.create(contact_point=point, deputy=seated, starts_at=NOW - timedelta(hours=1))
    with pytest.raises(InvalidInput):
        services.remove_duty(slot=begun, by=staff, now=NOW)
    assert DutySlot.objects.filter(pk=begun.pk).exists()
