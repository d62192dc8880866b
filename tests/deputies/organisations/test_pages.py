"""Importing divisions at the desk, and the site for reference data."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from deputies.accounts.models import Role
from deputies.organisations.models import Division, Organisation
from deputies.organisations.queries import division_tree
from liaison.base.audit.models import Event
from liaison.base.web.reference import OWN_APPS, ReferenceSite
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.organisations import StreetWorld, street_world

pytestmark = pytest.mark.django_db
IMPORT = "/desk/divisions/import/"
CONFIRM = "/desk/divisions/import/confirm/"
LIST = "code,name,areaName\n990101001,云溪街道,云汀区\n990101002,石桥街道,云汀区\n"
KEEPERS = [Role.DISTRICT_STAFF, Role.SYSTEM_ADMIN]


@pytest.fixture
def staff(client: Client) -> Client:
    return sign_in(client, UserFactory.create(role=Role.DISTRICT_STAFF))


def _upload(client: Client, content: bytes = LIST.encode(), name: str = "streets.csv", parents: str = "") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), "parents": parents})


def _held(page: str) -> str:
    found = re.search(r'name="held" value="([^"]+)"', page)
    assert found
    return found[1]


def test_upload_says_what_would_change_and_confirming_writes_it(staff: Client) -> None:
    before = Division.objects.count()
    page = _upload(staff).content.decode()
    assert Division.objects.count() == before
    assert staff.post(CONFIRM, {"held": _held(page)}).status_code == 302
    assert Division.objects.filter(name="石桥街道").exists()
    assert "新增 3 条" in staff.get(IMPORT).content.decode()


def test_upload_with_bad_rows_lists_them_and_offers_no_confirmation(staff: Client) -> None:
    response = _upload(staff, f"{LIST}99,\n12345,=1+1\n".encode("gb18030"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "名称不能为空" in page
    assert "名称不能是公式" in page
    assert 'name="held"' not in page


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "空"),
        (b"\xff\xd8\xff\x00", "photo.csv", "读不出这个文件"),
        (b"PK\x03\x04", "broken.xlsx", "读不出这个文件"),
        (b"a,b\n1,2\n", "other.csv", "没有“code”这一列"),
    ],
)
def test_upload_of_something_else_is_refused_at_the_field(staff: Client, content: bytes, name: str, words: str) -> None:
    response = _upload(staff, content, name)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_upload_without_a_file_is_refused_at_the_field(staff: Client) -> None:
    assert staff.post(IMPORT, {"parents": ""}).status_code == 422


@pytest.mark.parametrize(
    ("parents", "words"),
    [("云汀区", "代码=名称"), ("99x=云汀区", "不是行政区划代码"), ("990101＝云汀区", "")],
)
def test_names_of_parents_are_checked(staff: Client, parents: str, words: str) -> None:
    response = _upload(staff, b"code,name\n990101001,\xe4\xba\x91\n", parents=parents)
    assert response.status_code == (422 if words else 200)
    assert words in response.content.decode()


@pytest.mark.parametrize("held", ["", "x", "e30:1a:b"])
def test_confirmation_that_was_not_ours_is_refused(staff: Client, held: str) -> None:
    response = staff.post(CONFIRM, {"held": held})
    assert response.status_code == 400
    assert "重新上传" in response.content.decode()
    assert not Division.objects.filter(code="990101002").exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in KEEPERS])
def test_every_other_role_is_refused(client: Client, role: Role) -> None:
    sign_in(client, UserFactory.create(role=role))
    assert client.get(IMPORT).status_code == 403
    assert client.post(CONFIRM).status_code == 403


# The site for reference data


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.mark.parametrize("role", KEEPERS)
def test_site_opens_for_those_who_keep_reference_data(client: Client, role: Role) -> None:
    sign_in(client, UserFactory.create(role=role))
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role not in KEEPERS])
def test_site_stays_shut_for_every_other_role(client: Client, role: Role) -> None:
    sign_in(client, UserFactory.create(role=role))
    for page in ("/admin/", "/admin/deputies/organisation/", "/admin/deputies/division/add/"):
        assert client.get(page, follow=True).status_code == 403, page


def test_site_asks_visitors_to_sign_in_on_the_platform(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert client.get("/admin/login/")["Location"].startswith("/accounts/login/")


def test_site_changes_no_password(client: Client) -> None:
    sign_in(client, UserFactory.create(role=Role.DISTRICT_STAFF))
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"


def test_site_holds_reference_data_only() -> None:
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, ReferenceSite)
    shown = {model._meta.label_lower for model in admin.site._registry}
    assert all(label.split(".")[0] in OWN_APPS for label in shown)
    assert not shown & {"deputies.user", "deputies.deputy", "opinions.matter", "opinions.opinion", "base.event"}


def _division_values(division: Division, **change: Any) -> dict[str, Any]:
    values = {"code": division.code, "name": division.name, "level": division.level, "active": "on"}
    return values | {"parent": division.parent_id or ""} | change


def test_edit_of_a_division_is_seen_at_once_and_leaves_an_event(staff: Client, world: StreetWorld) -> None:
    assert division_tree().path(world.community.pk) == "云溪街道荷塘社区"
    address = f"/admin/deputies/division/{world.community.pk}/change/"
    assert staff.post(address, _division_values(world.community, name="莲塘社区")).status_code == 302
    assert division_tree().path(world.community.pk) == "云溪街道莲塘社区"
    event = Event.objects.get(chain=f"reference:division:{world.community.pk}")
    assert (event.verb, event.data["fields"]) == ("reference.changed", ["name"])


def test_division_under_itself_is_refused(staff: Client, world: StreetWorld) -> None:
    address = f"/admin/deputies/division/{world.street.pk}/change/"
    response = staff.post(address, _division_values(world.street, parent=world.estate.pk))
    assert "不能是它自己或它的下级" in response.content.decode()


def test_deleting_a_division_leaves_an_event(staff: Client, world: StreetWorld) -> None:
    address = f"/admin/deputies/division/{world.estate.pk}/delete/"
    assert staff.post(address, {"post": "yes"}).status_code == 302
    assert not Division.objects.filter(pk=world.estate.pk).exists()
    assert Event.objects.get(chain=f"reference:division:{world.estate.pk}").verb == "reference.deleted"


def test_body_with_others_under_it_cannot_be_closed(staff: Client, world: StreetWorld) -> None:
    body = world.committee
    values = {"code": body.code, "name": body.name, "kind": body.kind, "division": body.division_id}
    response = staff.post(f"/admin/deputies/organisation/{body.pk}/change/", {**values, "parent": body.parent_id})
    assert "还有下级机构" in response.content.decode()
    assert Organisation.objects.get(pk=body.pk).active


def test_bodies_are_never_deleted(staff: Client, world: StreetWorld) -> None:
    assert staff.post(f"/admin/deputies/organisation/{world.station.pk}/delete/", {"post": "yes"}).status_code == 403
