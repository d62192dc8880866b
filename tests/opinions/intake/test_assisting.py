"""An officer enters for a resident (G6, Z7)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import SourceChannel
from opinions.intake import assisting
from opinions.intake.models import Opinion
from opinions.matters.models import Attachment, Matter
from tests.factories.accounts import sign_in
from tests.factories.intake import IntakeWorld
from tests.factories.matters import PHONE
from tests.opinions.intake.conftest import Photo

PATH = "/desk/intake/new/"
FIELDS = {
    "channel": "phone", "content": "电话里说楼顶渗水", "place": "3 栋", "name": "张师傅", "phone": PHONE,
    "consent_told": "on",
}  # fmt: skip


def enter(client: Client, place: IntakeWorld, **fields: Any) -> Any:
    values = FIELDS | {"submission_key": str(uuid4())} | fields
    return sign_in(client, place.world.staff).post(PATH, {name: one for name, one in values.items() if one is not None})


def test_entry_names_the_officer_and_the_channel(client: Client, place: IntakeWorld) -> None:
    assert enter(client, place).status_code == 302
    opinion, matter = Opinion.objects.get(), Matter.objects.get()
    assert (opinion.channel, opinion.assisted_by) == (SourceChannel.PHONE, place.world.staff)
    assert opinion.confirmed_at is None
    event = Event.objects.get(chain=matter.chain, verb="submit")
    assert (event.by, event.actor) == (place.world.staff, place.world.staff.signature)
    assert matter.street == place.world.committee


def test_resident_gets_the_link_by_message(client: Client, place: IntakeWorld) -> None:
    enter(client, place)
    message = Notice.objects.get(channel=Channel.SMS)
    assert message.address == PHONE
    assert "?k=" in message.link


def test_deputy_can_be_named(client: Client, place: IntakeWorld) -> None:
    enter(client, place, deputy=place.world.deputy.code)
    assert Matter.objects.get().holder_deputy == place.world.deputy


def test_deputy_of_another_street_cannot_be_named(client: Client, place: IntakeWorld) -> None:
    assert enter(client, place, deputy=place.world.other_deputy.code).status_code == 422


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"content": ""}, "id_content_error"),
        ({"consent_told": None}, "id_consent_told_error"),
        ({"channel": "import"}, "id_channel"),
        ({"phone": "1"}, "id_phone_error"),
    ],
)
def test_bad_field_is_said_and_the_rest_kept(
    client: Client, place: IntakeWorld, fields: dict[str, Any], target: str
) -> None:
    answer = enter(client, place, **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert target in page
    assert "张师傅" in page


def test_photos_are_the_residents(client: Client, place: IntakeWorld, photo: Photo) -> None:
    enter(client, place, photos=[photo()])
    assert Attachment.objects.get().by is None


def test_pressing_twice_makes_one(client: Client, place: IntakeWorld) -> None:
    key = str(uuid4())
    enter(client, place, submission_key=key)
    enter(client, place, submission_key=key)
    assert Matter.objects.count() == 1


def test_receipt_is_for_the_officer_and_for_an_hour(client: Client, place: IntakeWorld) -> None:
    path = enter(client, place)["Location"]
    assert client.get(path).status_code == 200
    assert client.get(path.rstrip("/") + ".png")["Content-Type"] == "image/png"
    other = sign_in(Client(), place.world.secretary)
    assert other.get(path).status_code == 404
    Matter.objects.update(opened_at=timezone.now() - timedelta(hours=2))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("who", ["handler", "deputy_user", "leader", "admin"])
def test_others_may_not_enter(client: Client, place: IntakeWorld, who: str) -> None:
    assert sign_in(client, place.world.users[who]).get(PATH).status_code == 403


def test_visitor_is_asked_to_sign_in(client: Client, place: IntakeWorld) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 302
    assert "/accounts/" in answer["Location"]


@pytest.mark.parametrize("who", ["staff", "helper", "district_staff", "secretary"])
def test_page_opens_for_those_who_may(client: Client, place: IntakeWorld, who: str) -> None:
    page = sign_in(client, place.world.users[who]).get(PATH)
    assert page.status_code == 200
    assert "荷塘社区" in page.content.decode()


@pytest.mark.parametrize("failure", [RuntimeError("bug"), DatabaseError("gone"), InvalidInput("no")])
def test_photos_of_an_entry_that_fails_are_deleted(
    client: Client, place: IntakeWorld, photo: Photo, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    written: list[Path] = []

    def fail(*, photos: list[StoredFile], **_given: Any) -> None:
        written.extend(Path(one.file.path) for one in photos)
        assert all(path.exists() for path in written)
        raise failure

    monkeypatch.setattr(assisting, "submit", fail)
    client.raise_request_exception = False
    assert enter(client, place, photos=photo()).status_code >= 400
    assert len(written) == 1
    assert not written[0].exists()
    assert not StoredFile.objects.exists()
