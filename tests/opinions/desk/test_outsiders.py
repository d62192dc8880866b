"""Somebody from another street, department or district sees nothing of a matter: by no address, list, file or table."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from PIL import Image

from deputies.accounts.models import Role, User
from deputies.organisations.models import OrganisationKind
from liaison.base.audit.models import Audience, Event
from liaison.base.files.services import store_image
from opinions.matters.models import Attachment, Matter
from opinions.matters.services import attach
from opinions.matters.states import Status
from tests.architecture.test_permissions import addresses
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import HandlingWorld, bring_to, handling_world
from tests.factories.organisations import OrganisationFactory

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OF_A_MATTER = sorted(
    place
    for place, _view in addresses(get_resolver().url_patterns)
    if place.startswith("desk/") and "<str:code>" in place
)
OUTSIDERS = (
    "other_staff",
    "other_deputy_user",
    "other_handler",
    "office_handler",
    "admin",
    "foreign_staff",
    "foreign_leader",
)
OTHER_STATUSES = (Status.SUBMITTED, Status.REPLIED, Status.CLOSED)
QUERIES = ("", "?queue=all", "?queue=ended", "?q=路灯", "?status=handling", "?q={code}", "?light=green")
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Any, settings: Any) -> HandlingWorld:
    settings.MEDIA_ROOT = tmp_path
    return handling_world()


def outsider(world: HandlingWorld, name: str) -> User:
    if not name.startswith("foreign"):
        found: User = getattr(world, name)
        return found
    role = Role.DISTRICT_STAFF if name == "foreign_staff" else Role.DISTRICT_LEADER
    return UserFactory.create(role=role, organisation=OrganisationFactory.create(kind=OrganisationKind.CONGRESS))


def signed_in(user: User) -> Client:
    return sign_in(Client(), user)


def with_photo(matter: Matter) -> Attachment:
    out = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(out, "JPEG")
    stored = store_image(upload=SimpleUploadedFile("x.jpg", out.getvalue()), by=None, now=NOW)
    return attach(matter=matter, stored=[stored], audience=Audience.PUBLIC, by=None, now=NOW)[0]


def test_there_are_addresses_to_try() -> None:
    assert len(OF_A_MATTER) > 20
    assert "desk/matters/<str:code>/" in OF_A_MATTER


@pytest.mark.parametrize(
    ("who", "status"),
    [*((who, Status.HANDLING) for who in OUTSIDERS), *(("other_staff", status) for status in OTHER_STATUSES)],
)
def test_no_address_of_a_matter_opens(world: HandlingWorld, who: str, status: Status) -> None:
    matter = bring_to(world, status)
    client = signed_in(outsider(world, who))
    events, version = Event.objects.count(), matter.version
    for place in OF_A_MATTER:
        url = "/" + place.replace("<str:code>", matter.code).replace("<int:pk>", "1")
        for answer in (client.get(url), client.post(url, {"reason": "试一试看能不能进", "text": "x", "body": "x"})):
            assert answer.status_code in (403, 404, 405), f"{url} gave {answer.status_code} to {who}"
            assert matter.title not in answer.content.decode()
    matter.refresh_from_db()
    assert (matter.version, matter.status, Event.objects.count()) == (version, status, events)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_attachment_and_thumbnail_are_hidden(world: HandlingWorld, who: str) -> None:
    attachment = with_photo(bring_to(world, Status.HANDLING))
    client = signed_in(outsider(world, who))
    for query in ("", "?thumb=1"):
        assert client.get(f"/desk/files/{attachment.pk}/{query}").status_code in (403, 404)


def test_attachment_is_shown_to_those_who_may_see_the_matter(world: HandlingWorld) -> None:
    attachment = with_photo(bring_to(world, Status.HANDLING))
    for user in (world.staff, world.handler, world.district_staff):
        answer = signed_in(user).get(f"/desk/files/{attachment.pk}/")
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_attachment_needs_signing_in(world: HandlingWorld) -> None:
    attachment = with_photo(bring_to(world, Status.HANDLING))
    answer = Client().get(f"/desk/files/{attachment.pk}/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("who", [name for name in OUTSIDERS if name != "admin"])
def test_list_and_search_show_nothing(world: HandlingWorld, who: str) -> None:
    matter = bring_to(world, Status.HANDLING)
    client = signed_in(outsider(world, who))
    for query in QUERIES:
        answer = client.get("/desk/" + query.format(code=matter.code))
        assert answer.status_code == 200
        assert f"/desk/matters/{matter.code}/" not in answer.content.decode()
        assert matter.title not in answer.content.decode()


def test_list_and_search_show_it_to_its_street(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.HANDLING)
    client = signed_in(world.staff)
    for query in ("?queue=all", "?q=路灯", "?status=handling", f"?q={matter.code.lower()}"):
        assert f"/desk/matters/{matter.code}/" in client.get("/desk/" + query).content.decode(), query


def test_export_holds_the_own_matters_only(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.HANDLING)
    assert _exported(world.staff) == 1
    assert _exported(world.other_staff) == 0
    assert _exported(outsider(world, "foreign_staff")) == 0
    assert Matter.objects.filter(pk=matter.pk).exists()


def _exported(user: User) -> int:
    answer = signed_in(user).get("/desk/export/")
    assert answer.status_code == 200
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return len(book.get_sheet_by_index(0).to_python()) - 1


def test_export_masks_the_phone(world: HandlingWorld) -> None:
    bring_to(world, Status.HANDLING)
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(signed_in(world.staff).get("/desk/export/").content)
    )
    row = [str(cell) for cell in book.get_sheet_by_index(0).to_python()[1]]
    assert "138****0000" in row
    assert not any("13800000000" in cell for cell in row)


def test_bulk_assign_of_foreign_matters_changes_nothing(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.SUBMITTED)
    data = {"ids": [matter.pk], "tier": "3", "lead": world.department.pk, "part": "lead"}
    answer = signed_in(world.other_staff).post("/desk/handling/assign/", data)
    assert answer.status_code < 500
    matter.refresh_from_db()
    assert matter.status == Status.SUBMITTED
