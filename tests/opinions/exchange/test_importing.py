"""Work orders from a table: every bad row by number and reason, nothing half imported, one number one opinion."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from liaison.base.documents.xlsx import Sheet, workbook
from liaison.base.errors import NotAllowed
from liaison.base.imports import UnreadableFile, read_table
from opinions.exchange.models import Entry, Partner, WorkOrder
from opinions.exchange.services.doors import SwitchedOff
from opinions.exchange.services.importing import OrderReport, import_orders
from opinions.exchange.states import Outcome
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.routing.models import RoutingDecision
from tests.factories.exchange import received
from tests.factories.matters import NOW, HandlingWorld

HEAD = "工单编号,标题,内容,反映日期,地点,街道,反映人,电话\n"
GOOD = (
    "RX-1,路灯,荷塘小区北门路灯不亮,2026-11-20 09:30,荷塘小区北门,荷塘社区,赵某,13800000001\n"
    "RX-2,坑洼,北渡桥头路面有坑,2026-11-21,北渡桥头,北渡社区,钱某,0571-88886666\n"
)


def take(partner: Partner, text: str, *, dry_run: bool = False, by: Any = None, encoding: str = "utf-8") -> OrderReport:
    table = read_table((HEAD + text).encode(encoding), name="orders.csv")
    return import_orders(table, partner=partner, by=by, now=NOW, dry_run=dry_run)


def written() -> tuple[int, int, int]:
    return Opinion.objects.count(), WorkOrder.objects.count(), Entry.objects.count()


def reasons(report: OrderReport) -> list[tuple[int, str]]:
    return [(error.row, str(error.reason)) for error in report.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_good_table_becomes_opinions_routed_once(hotline: Partner, encoding: str) -> None:
    report = take(hotline, GOOD, encoding=encoding)
    assert (report.created, reasons(report)) == (2, [])
    assert written() == (2, 2, 2)
    assert RoutingDecision.objects.count() == 2
    assert set(Matter.objects.values_list("opinion__channel", flat=True)) == {"hotline"}
    assert set(Matter.objects.values_list("division__name", flat=True)) == {"荷塘社区", "北渡社区"}
    assert set(Entry.objects.values_list("outcome", flat=True)) == {Outcome.TAKEN}
    assert all(Entry.objects.values_list("code", flat=True))


def test_dry_run_writes_nothing_and_says_where_all_would_go(hotline: Partner, world: HandlingWorld) -> None:
    report = take(hotline, GOOD, dry_run=True)
    assert report.created == 2
    assert dict(report.by_holder) == {str(world.committee): 1, str(world.other_committee): 1}
    assert written() == (0, 0, 0)


def test_import_again_changes_nothing(hotline: Partner) -> None:
    take(hotline, GOOD)
    report = take(hotline, GOOD)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert written() == (2, 2, 2)


def test_changed_row_is_an_update(hotline: Partner) -> None:
    take(hotline, GOOD)
    report = take(hotline, GOOD.replace("路面有坑", "路面有大坑"))
    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)
    assert WorkOrder.objects.get(number="RX-2").update["content"] == "北渡桥头路面有大坑"
    assert Opinion.objects.count() == 2


def test_same_order_by_line_and_by_table_is_one(hotline: Partner) -> None:
    order = received(hotline, "RX-1")
    report = take(hotline, GOOD)
    assert (report.created, report.updated) == (1, 1)
    assert WorkOrder.objects.get(number="RX-1").matter == order.matter


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("RX-1,,又一件,,,,,", "工单编号"),
        (",,没有编号,,,,,", "工单编号"),
        ("RX-3,,,,,,,", "内容"),
        ("RX-3,,内容,上周,,,,", "反映日期"),
        ("RX-3,,=1+1,,,,,", "内容"),
        ('RX-3,,内容,,"=HYPERLINK(""x"")",,,', "地点"),
        ("=1+1,,内容,,,,,", "工单编号"),
        ("-1+1,,内容,,,,,", "工单编号"),
        (f"{'9' * 81},,内容,,,,,", "来源编号"),
        (f"RX-3,,{'长' * 10_001},,,,,", "内容"),
    ],
)
def test_bad_row_is_named_and_nothing_is_written(hotline: Partner, row: str, column: str) -> None:
    report = take(hotline, GOOD + row + "\n")
    assert [error.row for error in report.errors] == [4]
    assert report.errors[0].column == column
    assert str(report.errors[0].reason)
    assert written() == (0, 0, 0)


def test_text_that_begins_with_a_dash_is_no_formula(hotline: Partner) -> None:
    assert take(hotline, "RX-3,,- 楼道灯坏了,,-1 楼,荷塘社区,,\n").ok


def test_place_of_another_street_is_refused_for_a_streets_partner(grid: Partner) -> None:
    assert [error.row for error in take(grid, GOOD).errors] == [3]
    assert written() == (0, 0, 0)


def test_unknown_columns_are_named_and_left_out(hotline: Partner) -> None:
    table = read_table("工单编号,内容,坐席\nRX-1,灯不亮,张\n".encode())
    report = import_orders(table, partner=hotline, by=None, now=NOW)
    assert (report.created, report.ignored) == (1, ["坐席"])


def test_missing_columns_are_named(hotline: Partner) -> None:
    report = import_orders(read_table("标题,电话\n甲,1\n".encode()), partner=hotline, by=None, now=NOW)
    assert [error.row for error in report.errors] == [1, 1]


def test_empty_table_is_refused(hotline: Partner) -> None:
    assert not take(hotline, "").ok


def test_ten_thousand_rows_are_taken_in(hotline: Partner) -> None:
    rows = "".join(f"RX-{n},,荷塘小区第{n}盏路灯不亮,,荷塘小区,荷塘社区,,\n" for n in range(10_000))
    assert take(hotline, rows, dry_run=True).created == 10_000
    assert written() == (0, 0, 0)


def test_number_that_stood_above_is_refused_at_its_row(hotline: Partner) -> None:
    rows = "".join(f"RX-{n},,荷塘小区第{n}盏路灯不亮,,荷塘小区,荷塘社区,,\n" for n in range(10))
    assert [error.row for error in take(hotline, rows + "RX-5,,重复,,,,,\n").errors] == [12]
    assert written() == (0, 0, 0)


def test_wrong_encoding_and_broken_workbook_are_refused() -> None:
    with pytest.raises(UnreadableFile):
        read_table(b"\xff\xfe\xfa" + "编号".encode("utf-16-be") + b"\x81\xff", name="x.csv")
    good = workbook(Sheet(title="工单", columns=("工单编号", "内容"), rows=[("1", "甲")]))
    for broken in (good[:200], good[: len(good) // 2], b"PK\x03\x04" + b"x" * 50):
        with pytest.raises(UnreadableFile):
            read_table(broken, name="orders.xlsx")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 210_000_000)
    with pytest.raises(UnreadableFile):
        read_table(bomb.getvalue(), name="orders.xlsx")


def test_partner_that_gives_nothing_is_refused(hotline: Partner) -> None:
    for fields in ({"ways": "out"}, {"ways": "both", "active": False}):
        Partner.objects.update(**fields)
        with pytest.raises(SwitchedOff):
            take(Partner.objects.get(), GOOD)


def test_without_the_right_nothing_is_imported(hotline: Partner, world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        take(hotline, GOOD, by=world.handler)


def test_command_takes_a_folder_each_table_whole_or_not_at_all(
    hotline: Partner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text(HEAD + GOOD, encoding="utf-8")
    (tmp_path / "b.csv").write_text(HEAD + "RX-7,,好的,,,,,\n,,没有编号,,,,,\n", encoding="utf-8")
    (tmp_path / "c.csv").write_bytes(b"\x00" * 40)
    with pytest.raises(CommandError, match="2 files"):
        call_command("exchange", "import", str(tmp_path), "--partner", "hotline")
    assert WorkOrder.objects.count() == 2
    told = capsys.readouterr()
    assert "a.csv: 2 new" in told.out
    assert "b.csv row 3" in told.err


@pytest.mark.parametrize(
    "words", [["import", "nowhere.csv", "--partner", "hotline"], ["import", ".", "--partner", "nobody"]]
)
def test_command_says_what_is_wrong(hotline: Partner, words: list[str], tmp_path: Path) -> None:
    words = [word.replace("nowhere.csv", str(tmp_path / "x.csv")) for word in words]
    with pytest.raises(CommandError):
        call_command("exchange", *words)
