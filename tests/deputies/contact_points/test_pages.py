"""The pages of the register of contact points."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from deputies.accounts.models import Role
from deputies.contact_points.models import ContactPoint, DutySlot, PointKind, Standard, Stationing
from deputies.contact_points.register import as_tree
from liaison.base.workdays.arithmetic import local_today
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.contact_points import SHANGHAI, ContactPointFactory, DutySlotFactory, StationingFactory
from tests.factories.organisations import StreetWorld
from tests.factories.roster import DeputyFactory

pytestmark = pytest.mark.django_db
LIST = "/desk/contact_points/"


@pytest.fixture
def desk(client: Client, world: StreetWorld) -> Client:
    return sign_in(client, UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee))


@pytest.fixture
def point(world: StreetWorld) -> ContactPoint:
    return ContactPointFactory.create(name="荷塘联络站", organisation=world.committee, division=world.community)


def _page(name: str, *args: Any) -> str:
    return reverse(f"contact_points:{name}", args=args)


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def _points(world: StreetWorld, count: int) -> None:
    for point in ContactPointFactory.create_batch(count, organisation=world.committee, division=world.community):
        StationingFactory.create(contact_point=point, deputy__organisation=world.committee)


def _sheet(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("query", ["", "?q=示例", "?state=lacking", "?organisation={org}"])
@pytest.mark.parametrize("role", [Role.STREET_STAFF, Role.DISTRICT_STAFF, Role.DISTRICT_LEADER])
def test_list_costs_the_same_at_1_and_at_30_rows(client: Client, world: StreetWorld, role: Role, query: str) -> None:
    body = world.committee if role == Role.STREET_STAFF else world.congress
    sign_in(client, UserFactory.create(role=role, organisation=body))
    url = LIST + query.format(org=world.committee.pk)
    _points(world, 1)
    at_one = _queries(client, url)
    _points(world, 29)
    assert _queries(client, url) == at_one
    assert at_one <= 8


def test_point_page_costs_the_same_with_many_deputies_and_turns(desk: Client, point: ContactPoint) -> None:
    def add(count: int) -> None:
        for number in range(count):
            row = StationingFactory.create(contact_point=point)
            starts = timezone.now() + timedelta(days=number + 1)
            DutySlotFactory.create(contact_point=point, deputy=row.deputy, starts_at=starts)

    add(1)
    at_one = _queries(desk, _page("point", point.pk))
    add(29)
    assert _queries(desk, _page("point", point.pk)) == at_one
    assert at_one <= 12


def test_district_sees_one_row_for_each_body_and_street_a_tree(client: Client, world: StreetWorld) -> None:
    home = ContactPointFactory.create(name="云溪之家", organisation=world.committee, kind=PointKind.HOME)
    ContactPointFactory.create(name="荷塘站", organisation=world.committee, parent=home)
    ContactPointFactory.create(name="石桥站", organisation=world.other_committee)
    sign_in(client, UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress))
    text = client.get(LIST).content.decode()
    assert "云溪街道人大工委" in text
    assert "荷塘站" not in text
    one = client.get(LIST, {"organisation": world.committee.pk}).content.decode()
    assert one.index("云溪之家") < one.index("荷塘站")
    assert "depth-1" in one
    assert "石桥站" not in one


def test_as_tree_puts_children_under_their_parent_and_orphans_on_top(world: StreetWorld) -> None:
    far = ContactPointFactory.create(organisation=world.other_committee)
    home = ContactPointFactory.create(name="家", kind=PointKind.HOME)
    studio = ContactPointFactory.create(name="室", kind=PointKind.STUDIO, parent=home)
    station = ContactPointFactory.create(name="站", parent=studio)
    orphan = ContactPointFactory.create(name="孤", parent=far)
    tree = as_tree([orphan, station, studio, home])
    assert [(node.point.name, node.depth) for node in tree] == [("家", 0), ("室", 1), ("站", 2), ("孤", 0)]


def test_list_filters_by_kind_state_and_text(desk: Client, world: StreetWorld) -> None:
    ContactPointFactory.create(name="甲站", organisation=world.committee, standards=[one.value for one in Standard])
    ContactPointFactory.create(name="乙点", organisation=world.committee, kind=PointKind.POINT)
    ContactPointFactory.create(name="丙站", organisation=world.committee, active=False)

    def found(**query: str) -> set[str]:
        text = desk.get(LIST, query).content.decode()
        return {name for name in ("甲站", "乙点", "丙站") if name in text}

    assert found(q="甲") == {"甲站"}
    assert found(kind="point") == {"乙点"}
    assert found(state="lacking") == {"乙点"}
    assert found(state="closed") == {"丙站"}
    assert found(q="没有") == set()


def test_deputy_sees_the_points_of_the_own_stationing_only(
    client: Client, world: StreetWorld, point: ContactPoint
) -> None:
    user = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    StationingFactory.create(contact_point=point, deputy__user=user, deputy__organisation=world.committee)
    other = ContactPointFactory.create(name="别处", organisation=world.committee)
    sign_in(client, user)
    text = client.get(LIST).content.decode()
    assert "荷塘联络站" in text
    assert "别处" not in text
    assert client.get(_page("point", point.pk)).status_code == 200
    assert client.get(_page("point", other.pk)).status_code == 404
    assert client.get(_page("edit", point.pk)).status_code == 403


OUTSIDER_PAGES = ["edit", "standards", "photo", "close", "reopen", "code", "station", "duty_new"]


@pytest.mark.parametrize("name", OUTSIDER_PAGES)
def test_another_streets_point_is_not_found(desk: Client, world: StreetWorld, name: str) -> None:
    other = ContactPointFactory.create(organisation=world.other_committee)
    assert desk.get(_page("point", other.pk)).status_code == 404
    assert desk.post(_page(name, other.pk), {"reason": "x", "met": ["sign"]}).status_code == 404
    other.refresh_from_db()
    assert (other.active, other.standards, other.version) == (True, [], 1)


def test_another_streets_stationing_turn_and_plaque_are_not_found(desk: Client, world: StreetWorld) -> None:
    row = StationingFactory.create(contact_point__organisation=world.other_committee)
    slot = DutySlotFactory.create(contact_point=row.contact_point, starts_at=timezone.now() + timedelta(days=1))
    assert desk.post(_page("leave", row.pk), {"until": "2026-11-22"}).status_code == 404
    assert desk.post(_page("duty_remove", slot.pk)).status_code == 404
    assert desk.get(_page("point_plaque", row.contact_point.pk, "svg")).status_code == 404
    assert desk.get(_page("deputy_plaque", row.deputy.pk, "svg")).status_code == 404
    assert desk.get(_page("deputy_panel", row.deputy.pk)).status_code == 404
    assert Stationing.objects.current().count() == DutySlot.objects.count() == 1


def _form(world: StreetWorld, **values: Any) -> dict[str, Any]:
    known = {"name": "柳岸站", "kind": "station", "organisation": world.committee.pk, "division": world.community_2.pk}
    return known | {"address": "示例路 2 号"} | values


def test_new_point_is_made_and_shown(desk: Client, world: StreetWorld) -> None:
    response = desk.post(_page("new"), _form(world, latitude="30.5", longitude="114.2"))
    made = ContactPoint.objects.get()
    assert response["Location"] == _page("point", made.pk)
    assert (made.division, str(made.latitude)) == (world.community_2, "30.500000")


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""}, {"name": "字" * 81}, {"kind": "castle"}, {"latitude": "30"},
        {"latitude": "abc", "longitude": "1"}, {"latitude": "9" * 40, "longitude": "1"},
        {"division": "999999"}, {"organisation": "999999"}, {"parent": "999999"},
    ],
)  # fmt: skip
def test_new_point_with_bad_input_keeps_what_was_typed(
    desk: Client, world: StreetWorld, values: dict[str, str]
) -> None:
    response = desk.post(_page("new"), _form(world, hours="打过的字", **values))
    assert response.status_code == 422
    assert "打过的字" in response.content.decode()
    assert not ContactPoint.objects.exists()


def test_new_point_below_another_starts_with_what_follows(desk: Client, world: StreetWorld) -> None:
    home = ContactPointFactory.create(organisation=world.committee, division=world.community, kind=PointKind.HOME)
    text = desk.get(_page("new"), {"parent": home.pk}).content.decode()
    assert f'<option value="{home.pk}" selected>' in text
    assert '<option value="studio" selected>' in text
    assert desk.get(_page("new"), {"parent": "9" * 30}).status_code == 200


def test_edit_from_an_old_screen_is_told(desk: Client, world: StreetWorld, point: ContactPoint) -> None:
    assert desk.post(_page("edit", point.pk), _form(world, version=1)).status_code == 302
    late = desk.post(_page("edit", point.pk), _form(world, version=1, hours="改"))
    assert late.status_code == 422
    assert "别人刚刚处理了" in late.content.decode()


def test_standards_are_ticked(desk: Client, point: ContactPoint) -> None:
    assert desk.post(_page("standards", point.pk), {"met": ["place", "sign"]}).status_code == 302
    point.refresh_from_db()
    assert point.standards == ["place", "sign"]
    assert desk.post(_page("standards", point.pk), {"met": ["castle"]}).status_code == 422


def test_close_is_refused_in_words_while_points_stand_below(desk: Client, world: StreetWorld) -> None:
    home = ContactPointFactory.create(organisation=world.committee, kind=PointKind.HOME)
    ContactPointFactory.create(organisation=world.committee, parent=home)
    response = desk.post(_page("close", home.pk), {"reason": "搬迁"})
    assert response.status_code == 422
    assert "还有下级联系点" in response.content.decode()


def test_stationing_and_duty_by_the_pages(desk: Client, world: StreetWorld, point: ContactPoint) -> None:
    deputy = DeputyFactory.create(organisation=world.committee, name="单样云")
    today = local_today(timezone.now())
    tomorrow = today + timedelta(days=1)
    assert desk.post(_page("station", point.pk), {"deputy": deputy.pk, "since": today}).status_code == 302
    turn = {"deputy": deputy.pk, "day": tomorrow, "begins": "09:00", "ends": "11:00", "note": "接待"}
    assert desk.post(_page("duty_new", point.pk), turn).status_code == 302
    slot = DutySlot.objects.get()
    assert slot.starts_at == datetime.combine(tomorrow, datetime.min.time(), SHANGHAI) + timedelta(hours=9)
    for strange in ("0001-01-01", "9999-12-31"):
        assert desk.post(_page("duty_new", point.pk), {**turn, "day": strange}).status_code == 422
    again = desk.post(_page("duty_new", point.pk), turn)
    assert again.status_code == 422
    assert "已在“荷塘联络站”值班" in again.content.decode()
    assert desk.post(_page("duty_remove", slot.pk)).status_code == 302
    assert desk.post(_page("leave", Stationing.objects.get().pk), {"until": today}).status_code == 302
    assert not DutySlot.objects.exists()


def test_another_streets_deputy_cannot_be_stationed(desk: Client, world: StreetWorld, point: ContactPoint) -> None:
    stranger = DeputyFactory.create(organisation=world.other_committee)
    assert desk.post(_page("station", point.pk), {"deputy": stranger.pk, "since": "2026-11-22"}).status_code == 422
    assert not Stationing.objects.exists()


def test_coverage_page_and_its_export_name_the_gaps(desk: Client, world: StreetWorld, point: ContactPoint) -> None:
    text = desk.get(_page("coverage")).content.decode()
    assert "柳岸社区" in text
    assert "1 / 2" in text
    rows = _sheet(desk.get(_page("coverage_export")).content)
    assert [row[3] for row in rows[1:]] == ["柳岸社区", "第1选区"]


def test_export_holds_the_rows_of_the_list(desk: Client, world: StreetWorld, point: ContactPoint) -> None:
    ContactPointFactory.create(name="外街站", organisation=world.other_committee)
    rows = _sheet(desk.get(_page("export")).content)
    assert [row[1] for row in rows] == ["名称", "荷塘联络站"]


def test_deputy_panel_is_a_page_and_a_fragment(desk: Client, world: StreetWorld, point: ContactPoint) -> None:
    row = StationingFactory.create(contact_point=point, deputy__organisation=world.committee)
    url = _page("deputy_panel", row.deputy.pk)
    assert "<html" in desk.get(url).content.decode()
    fragment = desk.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "荷塘联络站" in fragment
    assert "<svg" in fragment


def test_closing_a_point_or_adding_a_turn_can_be_undone_from_the_message(
    desk: Client, world: StreetWorld, point: ContactPoint
) -> None:
    closed = desk.post(_page("close", point.pk), {"reason": "搬迁"}, follow=True).content.decode()
    assert f'action="{_page("reopen", point.pk)}"' in closed
    desk.post(_page("reopen", point.pk))
    point.refresh_from_db()
    assert point.active
