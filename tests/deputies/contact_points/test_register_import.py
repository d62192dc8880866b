"""Importing contact points: what a file says, the faces of the import, and that nothing is half imported."""

import io
from pathlib import Path
from time import sleep
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deputies.accounts.models import Role, User
from deputies.contact_points import register_import
from deputies.contact_points.models import ContactPoint
from deputies.contact_points.register_import import Plan, apply_points, plan_points
from deputies.contact_points.register_rows import COLUMNS
from deputies.contact_points.register_template import register_template
from deputies.contact_points.views import register_import as pages
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.documents.xlsx import workbook
from liaison.base.errors import InvalidInput
from liaison.base.imports import Table, read_table
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.contact_points import ContactPointFactory
from tests.factories.organisations import StreetWorld, street_world
from tests.factories.roster_files import csv_of, upload
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db
NOW = timezone.now()
URL = "/desk/contact_points/import/"


def line(**values: str) -> dict[str, str]:
    return {"名称": "荷塘联络站", "类别": "代表联络站", "所在社区": "荷塘社区", "地址": "荷塘路 1 号"} | values


def csv(*rows: dict[str, str]) -> bytes:
    return csv_of(COLUMNS, *rows)


def table(*rows: dict[str, str]) -> Table:
    return read_table(csv(*rows), name="联系点.csv")


def imported(*rows: dict[str, str], by: User | None) -> Plan:
    plan = plan_points(table(*rows), by=by)
    apply_points(plan, by=by, now=NOW)
    return plan


def test_import_makes_points_with_their_parents_in_any_order(world: StreetWorld, staff: User) -> None:
    imported(
        line(上级="云溪之家", 选区="第1选区", 纬度="30.1234567", 经度="120.5"),
        line(名称="云溪之家", 类别="家", 所在社区=""),
        by=staff,
    )
    home, station = ContactPoint.objects.get(kind="home"), ContactPoint.objects.get(kind="station")
    assert station.parent == home
    assert (station.division, station.organisation) == (world.community, world.committee)
    assert (str(station.latitude), station.electoral_district) == ("30.123457", world.electoral)
    assert home.division == world.committee.division
    assert len({home.code, station.code, ""}) == 3
    assert list(verify([home.chain, station.chain])) == []


def test_import_again_changes_nothing(staff: User) -> None:
    rows = (line(上级="云溪之家"), line(名称="云溪之家", 类别="家"))
    imported(*rows, by=staff)
    before = Event.objects.count()
    plan = imported(*rows, by=staff)
    assert (plan.report.created, plan.report.updated, plan.report.unchanged) == (0, 0, 2)
    assert Event.objects.count() == before


def test_import_changes_what_is_filled_and_keeps_what_is_blank(world: StreetWorld, staff: User) -> None:
    point = ContactPointFactory.create(
        name="荷塘联络站", organisation=world.committee, division=world.community_2, phone="0571-1", hours="工作日"
    )
    plan = imported(line(所在社区="", 开放时间="每周六"), by=staff)
    code, point = point.code, ContactPoint.objects.get()
    assert plan.steps[0].fields == ["地址", "开放时间"]
    assert (point.code, point.phone, point.hours, point.division) == (code, "0571-1", "每周六", world.community_2)
    imported(line(代码=code.lower(), 名称="荷塘新站"), by=staff)
    point.refresh_from_db()
    assert point.name == "荷塘新站"


def test_what_was_exported_can_be_imported_again(client: Client, staff: User) -> None:
    imported(
        line(上级="云溪之家", 选区="第1选区", 纬度="30.1", 经度="120.5"), line(名称="云溪之家", 类别="家"), by=staff
    )
    exported = sign_in(client, staff).get(reverse("contact_points:export")).content
    plan = plan_points(read_table(exported, name="points.xlsx"), by=staff)
    assert plan.report.errors == []
    assert (plan.report.unchanged, plan.report.rows) == (2, 2)


BAD = [
    (line(名称=""), "名称", "必须填写"),
    (line(名称="长" * 81), "名称", "太长"),
    (line(类别="茶馆"), "类别", "类别只能填"),
    (line(地址=""), "地址", "必须填写"),
    (line(所在社区="石桥社区"), "所在社区", "不在管理范围内"),
    (line(管理机构="SQ"), "管理机构", "不在管理范围内"),
    (line(选区="第99选区"), "选区", "不在管理范围内"),
    (line(纬度="北纬"), "纬度", "十进制"),
    (line(纬度="NaN", 经度="1"), "纬度", "十进制"),
    (line(纬度="30"), "纬度", "都填"),
    (line(纬度="120", 经度="30"), "纬度", "-90 到 90"),
    (line(上级="没有的家"), "上级", "没有在用的联系点"),
    (line(上级="荷塘联络站"), "上级", "没有在用的联系点"),
    (line(代码="ZZZZ"), "代码", "没有代码"),
]


@pytest.mark.parametrize(("row", "column", "reason"), BAD, ids=[f"{column}-{reason}" for _row, column, reason in BAD])
def test_bad_row_is_told_by_number_and_reason(
    world: StreetWorld, staff: User, row: dict[str, str], column: str, reason: str
) -> None:
    plan = plan_points(table(line(名称="好的站"), row), by=staff)
    assert [(error.row, error.column) for error in plan.report.errors] == [(3, column)]
    assert reason in str(plan.report.errors[0].reason)
    with pytest.raises(InvalidInput):
        apply_points(plan, by=staff, now=NOW)
    assert not ContactPoint.objects.exists()


def test_parent_of_a_lower_kind_and_doubles_are_refused(staff: User) -> None:
    plan = plan_points(table(line(), line(名称="云溪之家", 类别="家", 上级="荷塘联络站"), line()), by=staff)
    found = [(error.row, error.column) for error in plan.report.errors]
    assert found == [(3, "上级"), (4, "名称")]


def test_kind_that_no_longer_fits_those_below_is_refused(world: StreetWorld, staff: User) -> None:
    imported(line(上级="云溪之家"), line(名称="云溪之家", 类别="家"), by=staff)
    plan = plan_points(table(line(名称="云溪之家", 类别="点", 所在社区="")), by=staff)
    assert [(error.row, error.column) for error in plan.report.errors] == [(2, "类别")]


def test_failure_in_the_middle_leaves_nothing(staff: User) -> None:
    plan = plan_points(table(line(), line(名称="第二站")), by=staff)
    done = register_import.create_point

    def second_fails(**given: object) -> ContactPoint:
        if ContactPoint.objects.exists():
            raise RuntimeError
        return done(**given)  # type: ignore[arg-type]

    with patch.object(register_import, "create_point", second_fails), pytest.raises(RuntimeError):
        apply_points(plan, by=staff, now=NOW)
    assert not ContactPoint.objects.exists()


def test_columns_missing_or_unknown_are_told(staff: User) -> None:
    wrong = read_table("名称,地址,颜色\na,b,c".encode())
    assert [(e.row, e.column) for e in plan_points(wrong, by=staff).report.errors] == [(1, "类别"), (1, "颜色")]


def test_template_can_be_read_and_says_how_to_fill_it() -> None:
    sheet = register_template()
    read = read_table(workbook(sheet), name="template.xlsx")
    assert tuple(read.columns) == COLUMNS
    assert len(read.rows) == 2
    assert any("试读" in str(note) for note in sheet.notes)


def test_page_goes_from_dry_run_to_import(client: Client, staff: User) -> None:
    sign_in(client, staff)
    assert client.get(URL).status_code == 200
    shown = client.post(URL, {"file": upload(csv(line()))})
    assert shown.status_code == 200
    assert not ContactPoint.objects.exists()
    packed = shown.context["packed"]
    done = client.post(reverse("contact_points:points_import_confirm"), {"packed": packed})
    assert done["Location"] == reverse("contact_points:list")
    assert ContactPoint.objects.get().name == "荷塘联络站"
    assert client.post(reverse("contact_points:points_import_confirm"), {"packed": packed}).status_code == 302
    assert ContactPoint.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_import_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*args: Any, **given: Any) -> Plan:
        planned = plan_points(*args, **given)
        sleep(0.3)
        return planned

    monkeypatch.setattr(pages, "plan_points", slowly)
    world = street_world()
    person = UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)
    packed = sign_in(Client(), person).post(URL, {"file": upload(csv(line()))}).context["packed"]
    browsers = [sign_in(Client(), person) for _press in range(3)]
    confirm = reverse("contact_points:points_import_confirm")
    done = at_once(*[lambda browser=browser: browser.post(confirm, {"packed": packed}) for browser in browsers])
    assert done == ["done"] * 3
    assert ContactPoint.objects.count() == 1


def test_page_lists_bad_rows_and_offers_no_import(client: Client, staff: User) -> None:
    shown = sign_in(client, staff).post(URL, {"file": upload(csv(line(类别="<b>茶馆")))})
    text = shown.content.decode()
    assert shown.status_code == 422
    assert "类别只能填" in text
    assert "<b>茶馆" not in text
    assert "确认导入" not in text


def test_pages_are_closed_to_others(client: Client) -> None:
    for role in (Role.DEPUTY, Role.HANDLER, Role.DISTRICT_LEADER, Role.AUDIT_ADMIN):
        sign_in(client, UserFactory.create(role=role))
        for name in ("points_import", "points_import_template"):
            assert client.get(reverse(f"contact_points:{name}")).status_code == 403


def test_template_downloads_and_the_list_leads_there(client: Client, staff: User) -> None:
    sign_in(client, staff)
    answer = client.get(reverse("contact_points:points_import_template"))
    assert tuple(read_table(answer.content, name="t.xlsx").columns) == COLUMNS
    assert URL in client.get(reverse("contact_points:list")).content.decode()


def test_dry_run_asks_as_much_for_thirty_rows_as_for_one(staff: User) -> None:
    asked = []
    for count in (1, 30):
        rows = [line(名称=f"站{number}") for number in range(count)]
        with CaptureQueriesContext(connection) as caught:
            plan_points(table(*rows), by=staff)
        asked.append(len(caught))
    assert asked[1] <= asked[0]


def test_command_imports_all_or_nothing(world: StreetWorld, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(csv(line(管理机构="YX"), line(名称="坏", 类别="x", 管理机构="YX")))
    with pytest.raises(CommandError, match="row 3: 类别"):
        call_command("import_contact_points", str(path))
    assert not ContactPoint.objects.exists()
    path.write_bytes(csv(line(管理机构="YX")))
    out = io.StringIO()
    call_command("import_contact_points", str(path), "--dry-run", stdout=out)
    assert not ContactPoint.objects.exists()
    call_command("import_contact_points", str(path), "--district", world.district.code, stdout=out)
    assert ContactPoint.objects.count() == 1
    assert "created 1, changed 0, unchanged 0" in out.getvalue()
    with pytest.raises(CommandError, match="no division"):
        call_command("import_contact_points", str(path), "--district", "1")
    with pytest.raises(CommandError):
        call_command("import_contact_points", str(tmp_path / "none.csv"))


def test_command_writes_the_template(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    call_command("import_contact_points", str(path), "--template", stdout=io.StringIO())
    assert tuple(read_table(path.read_bytes(), name=path.name).columns) == COLUMNS
