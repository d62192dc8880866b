"""The faces of the roster's import: pages, template, command."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Role, User
from deputies.contact_points.importing import plan_import
from deputies.contact_points.models import ContactPoint
from deputies.contact_points.roster_template import roster_template
from deputies.roster.models import Deputy, Group, Term
from deputies.roster.services.rows import COLUMNS
from liaison.base.documents.xlsx import workbook
from liaison.base.imports import read_table
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.organisations import StreetWorld
from tests.factories.roster import DeputyFactory
from tests.factories.roster_files import TODAY, imported, roster_csv, roster_row, upload

pytestmark = pytest.mark.django_db
URL = "/desk/roster/import/"


def test_what_was_exported_can_be_imported_again(
    client: Client, staff: User, term: Term, point: ContactPoint, group: Group
) -> None:
    full = roster_row(选区="第1选区", 代表团="云溪代表团", 专业代表组="法治组", 职务="示例职务", 公开项="照片、职务")
    imported(full, roster_row(姓名="王议", 身份="议政代表", 级别="", 届次="", 手机="", 代表证号=""), by=staff)
    exported = sign_in(client, staff).get(reverse("roster:export")).content
    plan = plan_import(read_table(exported, name="roster.xlsx"), by=staff, today=TODAY)
    assert plan.report.errors == []
    assert (plan.report.unchanged, plan.report.rows) == (2, 2)


def test_template_can_be_read_and_says_how_to_fill_it(staff: User) -> None:
    sheet = roster_template()
    table = read_table(workbook(sheet), name="template.xlsx")
    assert tuple(table.columns) == COLUMNS
    assert len(table.rows) == 2
    assert any("公开项" in str(note) for note in sheet.notes)


def test_page_goes_from_dry_run_to_import(client: Client, staff: User, term: Term) -> None:
    sign_in(client, staff)
    shown = client.post(URL, {"file": upload(roster_csv(roster_row()))})
    assert shown.status_code == 200
    assert not Deputy.objects.exists()
    packed = shown.context["packed"]
    done = client.post(reverse("contact_points:roster_import_confirm"), {"packed": packed})
    assert done["Location"] == reverse("roster:list")
    assert Deputy.objects.get().certificate == "QX1"
    again = client.post(reverse("contact_points:roster_import_confirm"), {"packed": packed})
    assert again.status_code == 302
    assert Deputy.objects.count() == 1


def test_page_lists_bad_rows_and_offers_no_import(client: Client, staff: User, term: Term) -> None:
    sign_in(client, staff)
    shown = client.post(URL, {"file": upload(roster_csv(roster_row(手机="<b>1")))})
    text = shown.content.decode()
    assert shown.status_code == 422
    assert "请填写 11 位手机号码" in text
    assert "确认导入" not in text


def test_confirm_of_anothers_dry_run_is_refused(client: Client, world: StreetWorld, staff: User, term: Term) -> None:
    sign_in(client, staff)
    packed = client.post(URL, {"file": upload(roster_csv(roster_row()))}).context["packed"]
    sign_in(client, UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee))
    assert client.post(reverse("contact_points:roster_import_confirm"), {"packed": packed}).status_code == 400
    assert not Deputy.objects.exists()


def test_confirm_after_the_roster_moved_on_plans_afresh(
    client: Client, world: StreetWorld, staff: User, term: Term
) -> None:
    sign_in(client, staff)
    packed = client.post(URL, {"file": upload(roster_csv(roster_row()))}).context["packed"]
    DeputyFactory.create(name="李例", organisation=world.committee, term=term, certificate="QX1")
    late = client.post(reverse("contact_points:roster_import_confirm"), {"packed": packed})
    assert late.status_code == 422
    assert Deputy.objects.count() == 1


def test_template_downloads(client: Client, staff: User) -> None:
    sign_in(client, staff)
    assert client.get(reverse("contact_points:roster_import_template")).content.startswith(b"PK")


def test_command_imports_dry_and_for_real(world: StreetWorld, term: Term, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(roster_csv(roster_row()))
    call_command("import_roster", str(file), "--dry-run", "--district", world.district.code)
    assert not Deputy.objects.exists()
    assert "created 1" in capsys.readouterr().out
    call_command("import_roster", str(file), "--district", world.district.code)
    assert Deputy.objects.get().organisation == world.committee


def test_command_tells_every_bad_row(world: StreetWorld, term: Term, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(roster_csv(roster_row(手机="1"), roster_row(姓名="", 手机="", 代表证号="")))
    with pytest.raises(CommandError, match="2 bad rows") as refusal:
        call_command("import_roster", str(file))
    assert "row 2" in str(refusal.value)
    assert "row 3" in str(refusal.value)


def test_command_with_a_missing_file_or_district_says_so(world: StreetWorld, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.csv"):
        call_command("import_roster", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="00000"):
        call_command("import_roster", str(tmp_path / "none.csv"), "--district", "00000")


def test_command_writes_the_template(tmp_path: Path) -> None:
    call_command("import_roster", str(tmp_path / "t.xlsx"), "--template")
    assert tuple(read_table((tmp_path / "t.xlsx").read_bytes()).columns) == COLUMNS
