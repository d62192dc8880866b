"""The pages behind plaques, and the ways in without one."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from deputies.contact_points import services as points
from deputies.roster.models import FormerDeputyCode
from deputies.roster.services import end_office, suspend
from tests.factories.contact_points import ContactPointFactory, DutySlotFactory
from tests.factories.intake import IntakeWorld
from tests.factories.matters import NOW, TODAY

LIMIT = 100_000
"""Bytes of a deputy's page on first load, with styles and scripts (issue 2)."""


def test_home_leads_to_streets_and_to_following(client: Client, place: IntakeWorld) -> None:
    page = client.get("/").content.decode()
    assert f"/s/{place.world.places.street.code}/" in page
    assert 'action="/t/"' in page
    assert 'action="/find/"' in page


def test_home_without_any_street_says_so(client: Client, db: None) -> None:
    assert "还没有开通的街道" in client.get("/").content.decode()


@pytest.mark.parametrize("typed", ["{code}", " {lower} ", "{spaced}"])
def test_typed_code_leads_to_the_deputy(client: Client, place: IntakeWorld, typed: str) -> None:
    code = place.world.deputy.code
    words = typed.format(code=code, lower=code.lower(), spaced=f"{code[:3]} {code[3:]}")
    answer = client.get("/find/", {"code": words})
    assert answer["Location"] == f"/d/{code}/?via=web"


def test_typed_code_leads_to_the_point(client: Client, place: IntakeWorld) -> None:
    assert client.get("/find/", {"code": place.point.code})["Location"] == f"{place.point_path}?via=web"


@pytest.mark.parametrize(("typed", "status"), [("NOSUCH1", 404), ("", 400), ("' OR 1=1 --", 404), ("../../etc", 404)])
def test_wrong_code_is_said_at_the_field_and_kept(client: Client, place: IntakeWorld, typed: str, status: int) -> None:
    answer = client.get("/find/", {"code": typed})
    assert answer.status_code == status
    assert 'aria-invalid="true"' in answer.content.decode()
    if typed == "NOSUCH1":
        assert 'value="NOSUCH1"' in answer.content.decode()


def test_street_lists_its_points(client: Client, place: IntakeWorld) -> None:
    page = client.get(f"/s/{place.world.places.street.code}/").content.decode()
    assert place.point.name in page
    assert client.get(f"/s/{place.world.places.other_street.code}/").status_code == 200


@pytest.mark.parametrize("path", ["/d/NOSUCH1/", "/p/NOSUCH1/", "/s/000/", "/p/..%2F..%2F/", "/d/' OR 1=1/"])
def test_unknown_plaque_helps_on(client: Client, place: IntakeWorld, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404


def test_unknown_plaque_offers_a_code_and_streets(client: Client, place: IntakeWorld) -> None:
    page = client.get("/d/NOSUCH1/").content.decode()
    assert 'action="/find/"' in page
    assert place.world.places.street.name in page


def test_deputy_page_shows_only_what_was_agreed(client: Client, place: IntakeWorld) -> None:
    deputy = place.world.deputy
    deputy.title, deputy.biography, deputy.phone = "示例职务", "示例简介", "13800000001"
    deputy.public_fields = ["title"]
    deputy.save()
    page = client.get(place.deputy_path).content.decode()
    assert deputy.name in page
    assert "区人大代表" in page
    assert "示例职务" in page
    assert "示例简介" not in page
    assert "13800000001" not in page


def test_deputy_page_shows_duty_and_place(client: Client, place: IntakeWorld) -> None:
    starts = timezone.now() + timedelta(days=2)
    slot = {"contact_point": place.point, "deputy": place.world.deputy}
    DutySlotFactory(**slot, starts_at=starts, ends_at=starts + timedelta(hours=2))
    page = client.get(place.deputy_path).content.decode()
    assert place.point.name in page
    assert f"{timezone.localtime(starts):%H:%M}" in page
    assert f"{place.point.name}附近" in page


def test_deputy_page_says_how_soon_somebody_takes_it(client: Client, place: IntakeWorld) -> None:
    assert "2 个工作日内" in client.get(place.deputy_path).content.decode()


def test_consultant_deputy_is_named_as_such(client: Client, place: IntakeWorld) -> None:
    page = client.get(f"/d/{place.world.consultant.code}/").content.decode()
    assert "议政代表" in page
    assert "人大代表 ·" not in page


@pytest.mark.parametrize("verb", ["suspend", "end"])
def test_deputy_out_of_office_leads_to_the_point(client: Client, place: IntakeWorld, verb: str) -> None:
    deputy = place.world.deputy
    if verb == "suspend":
        suspend(deputy=deputy, reason="示例", by=None, now=NOW)
    else:
        end_office(deputy=deputy, on=TODAY, reason="示例", by=None, now=NOW)
    answer = client.get(place.deputy_path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert place.point.name in page
    assert "现在不在任" in page
    assert deputy.name not in page


def test_replaced_deputy_code_leads_to_the_new_one(client: Client, place: IntakeWorld) -> None:
    FormerDeputyCode.objects.create(code="OLD2345", deputy=place.world.deputy, replaced_at=NOW)
    assert client.get("/d/OLD2345/")["Location"] == place.deputy_path


def test_closed_point_leads_to_the_one_above(client: Client, place: IntakeWorld) -> None:
    home = ContactPointFactory(kind="home", organisation=place.world.committee, division=place.world.places.street)
    place.point.parent = home
    place.point.save()
    points.close_point(point=place.point, reason="搬走", by=None, now=NOW)
    page = client.get(place.point_path).content.decode()
    assert home.name in page
    assert "已经搬走或停用" in page


def test_replaced_point_code_leads_to_the_new_one(client: Client, place: IntakeWorld) -> None:
    old = place.point.code
    new = points.replace_code(point=place.point, reason="牌子丢了", by=None, now=NOW)
    assert client.get(f"/p/{old}/")["Location"] == f"/p/{new}/"


def test_point_page_lists_its_deputies(client: Client, place: IntakeWorld) -> None:
    page = client.get(place.point_path).content.decode()
    assert place.deputy_path in page
    assert place.world.deputy.name in page


def test_district_deputy_without_a_point_has_a_page(client: Client, place: IntakeWorld) -> None:
    answer = client.get(f"/d/{place.world.city_deputy.code}/")
    assert answer.status_code == 200
    assert 'name="content"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/t/", "/privacy/"])
@pytest.mark.parametrize("cookies", [{}, {"elder": "24"}, {"django_language": "en"}])
def test_public_pages_open_in_every_way_of_reading(
    client: Client, place: IntakeWorld, path: str, cookies: dict[str, str]
) -> None:
    client.cookies.load(cookies)
    assert client.get(path).status_code == 200


def test_deputy_photo_needs_consent(client: Client, place: IntakeWorld) -> None:
    assert client.get(f"/d/{place.world.deputy.code}/photo/").status_code == 404


def test_pages_of_intake_store_no_session(client: Client, place: IntakeWorld) -> None:
    client.get(place.deputy_path)
    assert "sessionid" not in client.cookies


def test_deputy_page_weighs_little_on_first_load(client: Client, place: IntakeWorld) -> None:
    page = client.get(place.deputy_path).content
    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode())
    assert {"css/base.css", "css/public.css", "js/challenge.js"} <= set(linked)
    found = {name: finders.find(name) for name in linked}
    weight = len(page) + sum(Path(str(path)).stat().st_size for path in found.values())
    assert weight < LIMIT, weight


def test_deputy_page_loads_nothing_from_elsewhere(client: Client, place: IntakeWorld) -> None:
    page = client.get(place.deputy_path).content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []


@pytest.mark.parametrize("path", ["/", "/t/", "/privacy/"])
def test_every_page_leads_to_the_privacy_notice(client: Client, place: IntakeWorld, path: str) -> None:
    assert 'href="/privacy/"' in client.get(path).content.decode()


def test_privacy_notice_names_who_is_responsible(client: Client, place: IntakeWorld) -> None:
    page = client.get("/privacy/").content.decode()
    assert place.world.congress.name in page
    assert "14 周岁" in page
