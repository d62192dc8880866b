"""Importing tables of opinions: by the service, by the command, by the page."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deputies.accounts.models import User
from liaison.base.audit.services import verify
from liaison.base.files.models import StoredFile
from liaison.base.imports import Row, Table, read_table
from liaison.base.notices.models import Notice
from opinions.catalog.models import SourceChannel
from opinions.clocks.models import Clock
from opinions.intake.columns import BadCell, Target, entry_from, find_category, guess_mapping
from opinions.intake.models import ImportFile, Opinion
from opinions.intake.places import setting_of
from opinions.intake.services import importing
from opinions.intake.services.importing import ImportedMeanwhile, OpinionReport, import_table
from opinions.intake.services.keeping import KEPT_FOR, drop_stale_tables
from opinions.intake.tables import Sheet, take_over
from opinions.matters.models import Matter
from opinions.routing.models import RoutingDecision
from tests.factories.accounts import sign_in
from tests.factories.intake import IntakeWorld
from tests.factories.matters import NOW, PHONE

HEADER = "编号,日期,标题,内容,类别,街道,电话,渠道"
GOOD = "A1,2026-09-09,路灯不亮,东门三盏路灯坏了两周,房屋与漏水,荷塘社区,13800000000,电话"
MAPPING = {
    "编号": "source_number", "日期": "raised_on", "标题": "title", "内容": "content", "类别": "category",
    "街道": "division", "电话": "phone", "渠道": "channel",
}  # fmt: skip


def table(*lines: str, header: str = HEADER) -> Table:
    return read_table("\n".join([header, *lines]).encode(), name="t.csv")


def target(place: IntakeWorld, *, default: bool = True, within: int | None = None) -> Target:
    setting = setting_of(place.world.places.street) if default else None
    return Target(setting, "示例系统", within)


def run(place: IntakeWorld, *lines: str, **options: Any) -> OpinionReport:
    aim = options.pop("aim", None) or target(place)
    return import_table(table(*lines), mapping=MAPPING, target=aim, by=None, now=NOW, **options)


def test_columns_are_guessed_by_their_headings() -> None:
    assert guess_mapping(HEADER.split(",")) == MAPPING
    assert guess_mapping(["id", "date", "title", "text", "domain", "type", "district"]) == {
        "id": "source_number", "date": "raised_on", "title": "title", "text": "content", "domain": "category",
        "type": "tag", "district": "division",
    }  # fmt: skip


def test_each_field_is_guessed_once() -> None:
    assert guess_mapping(["内容", "诉求", "随便"]) == {"内容": "content"}


def test_row_becomes_an_opinion_with_everything(place: IntakeWorld) -> None:
    report = run(place, GOOD)
    matter, opinion = Matter.objects.get(), Opinion.objects.get()
    assert (report.created, report.errors) == (1, [])
    assert (matter.title, opinion.content) == ("路灯不亮", "东门三盏路灯坏了两周")
    assert matter.division == place.world.places.community
    assert matter.category is not None
    assert matter.category.name == "房屋与漏水"
    assert f"{matter.opened_at:%Y-%m-%d}" in ("2026-09-08", "2026-09-09")
    assert (opinion.channel, opinion.source_system, opinion.source_number) == (SourceChannel.PHONE, "示例系统", "A1")
    assert matter.reporters.get().phone == PHONE
    assert Clock.objects.get(matter=matter).due_on == matter.due_on
    assert RoutingDecision.objects.filter(matter=matter).count() == 1
    assert list(verify([matter.chain])) == []


def test_limit_begins_with_the_import_and_not_with_the_old_date(place: IntakeWorld) -> None:
    run(place, GOOD)
    assert Clock.objects.get().started_on == NOW.date()


def test_dry_run_writes_nothing_and_says_who_would_hold_it(place: IntakeWorld) -> None:
    report = run(place, GOOD, GOOD.replace("A1", "A2"), dry_run=True)
    assert report.created == 2
    assert report.held == {place.world.committee.short_name or place.world.committee.name: 2}
    assert not Matter.objects.exists()


def test_same_file_again_changes_nothing(place: IntakeWorld) -> None:
    run(place, GOOD)
    report = run(place, GOOD, GOOD.replace("A1", "A2"))
    assert (report.created, report.unchanged) == (1, 1)
    assert Matter.objects.count() == 2


def test_same_number_of_another_system_is_another_opinion(place: IntakeWorld) -> None:
    run(place, GOOD)
    run(place, GOOD, aim=Target(setting_of(place.world.places.street), "另一系统"))
    assert Matter.objects.count() == 2


def test_rows_without_a_number_are_always_new(place: IntakeWorld) -> None:
    line = GOOD.replace("A1", "")
    run(place, line, line)
    assert Matter.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("A1,,,,,,,", "内容", "没有内容"),
        ("A1,,,事,,,12345,", "电话", "11 位"),
        ("A1,昨天,,事,,,,", "日期", "不是日期"),
        ("A1,2026-13-40,,事,,,,", "日期", "不是日期"),
        ("A1,0001-01-01,,事,,,,", "日期", "不是日期"),
        ("A1,2027-01-01,,事,,,,", "日期", "今天之后"),
        ("A1,,,事,,,,飞鸽", "渠道", "不在可选的范围内"),
        (f"A1,,,{'长' * 10_001},,,,", "内容", "10001 字"),
        (f"{'9' * 81},,,事,,,,", "编号", "80 个字"),
    ],
)
def test_bad_cell_is_reported_with_row_and_column(place: IntakeWorld, line: str, column: str, reason: str) -> None:
    report = run(place, GOOD.replace("A1", "A0"), line)
    (error,) = report.errors
    assert (error.row, error.column) == (3, column)
    assert reason in str(error.reason)
    assert not Matter.objects.exists()


def test_repeated_number_in_the_file_is_reported_with_the_first_row(place: IntakeWorld) -> None:
    report = run(place, GOOD, GOOD)
    assert "第 2 行" in str(report.errors[0].reason)


def test_bad_rows_can_be_left_out(place: IntakeWorld) -> None:
    report = run(place, GOOD, "A2,,,,,,,", skip_bad=True)
    assert (report.created, report.skipped) == (1, 1)
    assert Matter.objects.count() == 1


def test_row_outside_the_officers_area_is_refused(place: IntakeWorld) -> None:
    aim = target(place, within=place.world.committee.pk)
    report = run(place, GOOD.replace("荷塘社区", "北渡社区"), aim=aim)
    assert "管理范围" in str(report.errors[0].reason)


def test_row_without_a_place_needs_a_default(place: IntakeWorld) -> None:
    report = run(place, GOOD.replace("荷塘社区", ""), aim=target(place, default=False))
    assert "没有选默认的街道" in str(report.errors[0].reason)


def test_unknown_place_goes_to_the_default_and_is_kept_as_a_tag(place: IntakeWorld) -> None:
    run(place, GOOD.replace("荷塘社区", "远方区"))
    matter = Matter.objects.get()
    assert matter.street == place.world.committee
    assert "远方区" in matter.tags


def test_unknown_category_is_told_and_kept_as_a_tag(place: IntakeWorld) -> None:
    report = run(place, GOOD.replace("房屋与漏水", "三农"))
    assert report.unknown_categories == {"三农": 1}
    assert Matter.objects.get().tags == ["三农"]


@pytest.mark.parametrize(
    ("text", "name"), [("城建", "城建城管"), ("交通出行", "交通出行"), ("urban", "城建城管"), ("", None)]
)
def test_category_is_found_by_part_of_its_name(place: IntakeWorld, text: str, name: str | None) -> None:
    found = find_category(text)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    "text", ["2026-09-09", "2026/9/9", "2026年9月9日", "2026-09-09 08:30", "２０２６-09-09 08:30:15"]
)
def test_dates_are_read_as_people_write_them(place: IntakeWorld, text: str) -> None:
    row = Row(2, {"内容": "事", "日期": text})
    made = entry_from(row, {"内容": "content", "日期": "raised_on"}, target(place), now=NOW)
    assert made.raised_at is not None
    assert (made.raised_at.month, made.raised_at.day) == (9, 9)


def test_half_a_character_is_refused(place: IntakeWorld) -> None:
    row = Row(2, {"内容": "坏\ud800字"})
    with pytest.raises(BadCell):
        entry_from(row, {"内容": "content"}, target(place), now=NOW)


def test_everybody_gets_one_notice_for_the_whole_import(place: IntakeWorld) -> None:
    run(place, *(GOOD.replace("A1", f"A{n}") for n in range(20)))
    told = Notice.objects.filter(recipient=place.world.staff)
    assert told.count() == 1
    assert "20 件" in told.get().subject


def test_import_may_tell_nobody(place: IntakeWorld) -> None:
    run(place, GOOD, digest=False)
    assert not Notice.objects.exists()


def test_statements_do_not_grow_with_the_rows(place: IntakeWorld) -> None:
    def statements(first: int, count: int) -> int:
        lines = [GOOD.replace("A1", f"A{n}") for n in range(first, first + count)]
        with CaptureQueriesContext(connection) as queries:
            run(place, *lines)
        return len(queries)

    statements(0, 1)
    assert statements(1, 30) <= statements(100, 1) + 6


def test_command_reads_xlsx_with_a_mapping(place: IntakeWorld, tmp_path: Path) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["工单", "说了什么"])
    sheet.write_row(1, 0, [20240001, "路灯坏了"])
    book.close()
    file = tmp_path / "t.xlsx"
    file.write_bytes(out.getvalue())
    street = place.world.places.street.code
    call_command(
        "import_opinions", str(file), "--street", street, "--map", "工单=source_number", "--map", "说了什么=content"
    )
    assert Opinion.objects.get().source_number == "20240001"


def test_command_dry_run_writes_nothing(place: IntakeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"{HEADER}\n{GOOD}", encoding="gb18030")
    call_command("import_opinions", str(file), "--street", place.world.places.street.code, "--dry-run")
    assert "1 would be imported" in capsys.readouterr().out
    assert not Matter.objects.exists()


def test_command_gives_rows_without_a_street_to_the_district(place: IntakeWorld, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("内容\n全区的事", encoding="utf-8")
    call_command("import_opinions", str(file), "--district", place.world.congress.code)
    matter = Matter.objects.get()
    assert (matter.street, matter.holder) == (place.world.congress, place.world.congress)


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("内容\n", [], "default"),
        ("说明\n事", ["--street", "990101001"], "no column is the content"),
        ("内容\n事", ["--street", "1"], "no such division"),
        ("内容\n事", ["--district", "1"], "no such organisation"),
        ("内容\n事", ["--street", "990101001", "--map", "没有=content"], "columns are"),
        ("内容,电话\n事,123", ["--street", "990101001"], "nothing was imported"),
        ("\x00\x01", ["--street", "990101001"], "读不出"),
    ],
)
def test_command_says_what_is_wrong(
    place: IntakeWorld, tmp_path: Path, text: str, options: list[str], words: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    if words == "default":
        call_command("import_opinions", str(file), *options)
        assert not Matter.objects.exists()
        return
    with pytest.raises(CommandError, match=words):
        call_command("import_opinions", str(file), *options)


def test_command_without_its_file_says_so(place: IntakeWorld) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_opinions", "nosuch.csv")


def upload(client: Client, user: User, text: str, name: str = "表.csv") -> Any:
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return sign_in(client, user).post("/desk/intake/import/", {"table": file})


def test_page_tries_and_then_imports(client: Client, place: IntakeWorld) -> None:
    answer = upload(client, place.world.staff, f"{HEADER}\n{GOOD}")
    path = answer["Location"]
    page = client.get(path).content.decode()
    assert "导入 1 件" in page
    assert "东门三盏路灯" in page
    assert f"{place.world.committee.name} 1" in page
    assert not Matter.objects.exists()
    assert client.post(path, {}).status_code == 302
    assert Matter.objects.get().opinion.source_system == "表"
    assert not ImportFile.objects.exists()
    assert not StoredFile.objects.exists()


def test_page_says_that_a_table_brings_nothing_new(client: Client, place: IntakeWorld) -> None:
    client.post(upload(client, place.world.staff, f"{HEADER}\n{GOOD}")["Location"], {})
    page = client.get(upload(client, place.world.staff, f"{HEADER}\n{GOOD}")["Location"]).content.decode()
    assert "没有新的意见" in page
    assert "导入 0 件" not in page


def test_page_shows_bad_rows_and_refuses(client: Client, place: IntakeWorld) -> None:
    path = upload(client, place.world.staff, f"{HEADER}\n{GOOD}\nA2,,,,,,,")["Location"]
    page = client.get(path).content.decode()
    assert "没有内容" in page
    assert client.post(path, {}).status_code == 422
    assert not Matter.objects.exists()
    assert client.post(path, {"skip_bad": "1"}).status_code == 302
    assert Matter.objects.count() == 1


def test_page_needs_a_column_for_the_content(client: Client, place: IntakeWorld) -> None:
    path = upload(client, place.world.staff, "说明\n事")["Location"]
    assert "请指明哪一列是“内容”" in client.get(path).content.decode()
    assert "导入 1 件" in client.get(path, {"column_0": "content"}).content.decode()


@pytest.mark.parametrize("text", ["", "\x00\x00\x00"])
def test_page_refuses_what_is_no_table(client: Client, place: IntakeWorld, text: str) -> None:
    answer = upload(client, place.world.staff, text)
    assert answer.status_code == 422
    assert "id_table_error" in answer.content.decode()


def test_table_of_a_colleague_is_not_shown(client: Client, place: IntakeWorld) -> None:
    path = upload(client, place.world.staff, f"{HEADER}\n{GOOD}")["Location"]
    assert sign_in(client, place.world.other_staff).get(path).status_code == 404


def test_page_is_for_those_who_may_import(client: Client, place: IntakeWorld) -> None:
    assert sign_in(client, place.world.handler).get("/desk/intake/import/").status_code == 403


def test_forgotten_table_goes_after_a_day(client: Client, place: IntakeWorld) -> None:
    upload(client, place.world.staff, f"{HEADER}\n{GOOD}")
    made = ImportFile.objects.get().created_at
    assert drop_stale_tables(now=made) == 0
    assert drop_stale_tables(now=made + KEPT_FOR * 2) == 1
    assert not StoredFile.objects.exists()


def test_upload_on_a_full_disk_is_said_at_the_field(
    client: Client, place: IntakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_kwargs: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    answer = upload(client, place.world.staff, f"{HEADER}\n{GOOD}")
    assert answer.status_code == 422
    assert "暂时存不下文件" in answer.content.decode()


def test_import_pressed_twice_is_carried_out_once(client: Client, place: IntakeWorld) -> None:
    path = upload(client, place.world.staff, "内容,街道\n东门三盏路灯坏了,荷塘社区")["Location"]
    held = ImportFile.objects.select_related("stored").get()
    first, second = (Sheet.open(held, {}, now=NOW) for _press in range(2))  # both presses have read the table
    assert first
    assert second
    assert take_over(first, by=place.world.staff)
    with pytest.raises(ImportedMeanwhile):
        take_over(second, by=place.world.staff)
    assert Matter.objects.count() == 1
    assert client.post(path, {}).status_code == 404


def test_import_of_the_same_numbers_at_the_same_time_is_refused(
    place: IntakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {"mapping": MAPPING, "target": target(place), "by": None, "now": NOW}
    import_table(table(GOOD), **given)
    monkeypatch.setattr(importing, "_known_numbers", lambda *_: set())  # as it was when the other one began
    with pytest.raises(ImportedMeanwhile):
        import_table(table(GOOD), **given)
    assert Matter.objects.count() == 1
