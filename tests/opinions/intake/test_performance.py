"""The public form is taken in with few statements and one commit, whatever the place holds already."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deputies.contact_points.models import DutySlot
from liaison.base.notices.models import Channel, Notice
from liaison.base.stamps import reading
from opinions.intake.queries import deputy_entrance, point_entrance
from opinions.matters.models import Matter
from tests.factories.contact_points import ContactPointFactory, StationingFactory
from tests.factories.intake import IntakeWorld, form, intake_world
from tests.factories.matters import PHONE, later

MOST_STATEMENTS = 12
MOST_OF_PAGE = 8


def send(client: Client, path: str, number: int) -> list[str]:
    """What one form, sent from an address of its own, asks of the database."""
    fields = form(phone=f"139{number:08}", consent_contact="on", name="李阿姨")
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path, fields, REMOTE_ADDR=f"10.0.0.{number}")
    assert answer.status_code == 302
    return [query["sql"] for query in queries.captured_queries]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["deputy_path", "point_path"])
def test_public_form_takes_at_most_twelve_statements_and_one_commit(client: Client, door: str) -> None:
    path = getattr(intake_world(), door)
    send(client, path, 1)
    asked = send(client, path, 2)
    assert len(asked) <= MOST_STATEMENTS, asked
    assert sum(sql.startswith("COMMIT") for sql in asked) == 1
    assert not any(sql.startswith(("UPDATE", "DELETE", "SAVEPOINT")) for sql in asked)


@pytest.mark.django_db(transaction=True)
def test_public_form_asks_the_same_after_thirty_opinions(client: Client) -> None:
    place = intake_world()
    send(client, place.deputy_path, 1)
    few = send(client, place.deputy_path, 2)
    for number in range(3, 33):
        send(client, place.deputy_path, number)
    assert len(send(client, place.deputy_path, 33)) == len(few)
    assert Matter.objects.count() == 33


def statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["deputy_path", "point_path"])
def test_page_behind_a_plaque_asks_the_same_for_thirty_turns_as_for_one(client: Client, door: str) -> None:
    place = intake_world()
    path, deputy, now = getattr(place, door), place.world.deputy, timezone.now()
    _sit(place, now, 1)
    few = statements(client, path)
    _sit(place, now, 30)
    assert statements(client, path) == few <= MOST_OF_PAGE
    assert deputy.duty_slots.count() == 31


def _sit(place: IntakeWorld, now: Any, count: int) -> None:
    """Turns of the deputy at the point, and other points where the deputy sits."""
    for number in range(count):
        point, deputy = place.point, place.world.deputy
        starts_at = now + (later(number + 1) - later(0))
        ends_at = starts_at + (later(0.1) - later(0))
        DutySlot.objects.create(contact_point=point, deputy=deputy, starts_at=starts_at, ends_at=ends_at)
        other = ContactPointFactory(division=point.division, organisation=point.organisation)
        StationingFactory(contact_point=other, deputy=deputy)


@pytest.mark.django_db
@pytest.mark.parametrize(("door", "code"), [(deputy_entrance, "deputy"), (point_entrance, "point")])
def test_door_is_opened_by_one_statement(door: Any, code: str, django_assert_num_queries: Any) -> None:
    place = intake_world()
    named = place.world.deputy.code if code == "deputy" else place.point.code
    with reading():
        door(named)
        with django_assert_num_queries(1):
            entrance = door(named)
            assert entrance.setting.street == place.world.committee
            assert entrance.electoral_district == place.world.places.electoral
            if entrance.deputy:
                assert (entrance.deputy.user.is_active, entrance.deputy.helper.pk) == (True, place.world.helper.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("absent", ["", "user", "helper"])
def test_people_behind_the_door_are_told(client: Client, absent: str) -> None:
    """They come with the door, not whole; what tells them must be there all the same."""
    place = intake_world()
    people = {"user": place.world.deputy_user, "helper": place.world.helper}
    for name, person in people.items():
        person.is_active, person.email = name != absent, f"{name}@example.org"
        person.save()
    assert client.post(place.deputy_path, form()).status_code == 302
    told = set(Notice.objects.values_list("recipient", "channel", "address"))
    assert {(pk, address) for pk, channel, address in told if channel == Channel.EMAIL} == {
        (person.pk, person.email) for person in people.values() if person.is_active
    }
    assert {pk for pk, channel, _address in told if channel == Channel.IN_APP} == {
        person.pk for person in people.values() if person.is_active
    }


@pytest.mark.django_db
def test_phone_of_another_is_not_counted_for_one_without(client: Client) -> None:
    place = intake_world()
    for number in range(12):
        answer = client.post(place.deputy_path, form(), REMOTE_ADDR=f"10.0.1.{number}")
        assert answer.status_code == 302
    assert client.post(place.deputy_path, form(phone=PHONE, consent_contact="on")).status_code == 302
