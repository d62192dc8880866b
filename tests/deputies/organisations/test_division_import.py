"""Importing lists of divisions: dry run, refusals row by row, nothing half imported."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from deputies.organisations.models import Division, DivisionLevel
from deputies.organisations.queries import division_tree
from deputies.organisations.services import import_divisions, pack, read_divisions, unpack
from liaison.base.audit.models import Event
from liaison.base.imports import ImportReport, UnreadableFile, read_table
from liaison.base.stamps import forget_all

pytestmark = pytest.mark.django_db
NOW = timezone.now()
STREETS = "code,name,areaCode,provinceCode,cityCode,areaName\n990101001,云溪街道,990101,99,9901,云汀区\n"
COMMUNITIES = (
    "code,name,streetCode,provinceCode,cityCode,areaCode,streetName\n"
    "990101001001,荷塘社区居委会,990101001,99,9901,990101,云溪街道\n"
    "990101001002,柳岸社区居委会,990101001,99,9901,990101,云溪街道\n"
)
COUNTY = {"990101": "云汀区"}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_all()


def _import(*texts: str, dry_run: bool = False, parents: dict[str, str] | None = None) -> ImportReport:
    tables = [read_table(text.encode(), name=f"{number}.csv") for number, text in enumerate(texts)]
    return import_divisions(read_divisions(tables, parent_names=parents), by=None, now=NOW, dry_run=dry_run)


def _reasons(report: ImportReport) -> list[tuple[int, str]]:
    return [(error.row, str(error.reason)) for error in report.errors]


def test_list_of_streets_creates_the_county_that_it_names() -> None:
    report = _import(STREETS)
    assert (report.created, report.ok) == (2, True)
    street = Division.objects.select_related("parent").get(code="990101001")
    assert (street.level, street.parent and street.parent.name) == (DivisionLevel.STREET, "云汀区")


def test_list_of_communities_creates_its_streets_under_a_named_county() -> None:
    _import(COMMUNITIES, parents=COUNTY)
    community = Division.objects.get(code="990101001002")
    assert [one.name for one in division_tree().ancestors(community.pk)] == ["云溪街道", "云汀区"]


def test_list_of_communities_without_a_name_for_the_county_is_refused_in_every_row() -> None:
    report = _import(COMMUNITIES)
    assert [row for row, _reason in _reasons(report)] == [2, 3]
    assert "990101" in _reasons(report)[0][1]
    assert not Division.objects.exists()


def test_import_a_second_time_changes_nothing() -> None:
    _import(STREETS, COMMUNITIES)
    report = _import(STREETS, COMMUNITIES)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 4)
    assert Event.objects.filter(chain="divisions").count() == 1


def test_import_of_a_new_name_renames_and_keeps_the_key() -> None:
    _import(STREETS)
    before = Division.objects.get(code="990101001").pk
    report = _import(STREETS.replace("云溪街道", "云溪新街道"))
    assert (report.created, report.updated) == (0, 1)
    assert Division.objects.get(pk=before).name == "云溪新街道"


def test_import_of_the_levels_above_hangs_the_known_county_under_them() -> None:
    _import(STREETS)
    report = _import("code,name\n99,云省\n9901,云汀市\n990101,云汀区\n")
    assert (report.created, report.updated) == (2, 1)
    county = Division.objects.select_related("parent__parent").get(code="990101")
    assert county.parent
    assert county.parent.parent
    assert county.parent.parent.name == "云省"


def test_import_never_touches_local_divisions() -> None:
    _import(STREETS)
    street = Division.objects.get(code="990101001")
    Division.objects.create(code="123456", name="一号网格", level=DivisionLevel.GRID, parent=street)
    report = _import("code,name\n99,云省\n9901,云汀市\n990101,云汀区\n")
    assert report.ok
    assert Division.objects.get(code="123456").parent == street


def test_dry_run_says_the_same_and_writes_nothing() -> None:
    report = _import(STREETS, COMMUNITIES, dry_run=True)
    assert (report.created, report.ok) == (4, True)
    assert not Division.objects.exists()


def test_one_bad_row_keeps_all_others_out() -> None:
    report = _import(STREETS + "990101,\n")
    assert _reasons(report) == [(3, "名称不能为空。")]
    assert not Division.objects.exists()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("99010100100,短了", "不是行政区划代码"),
        ("9901010010011,长了", "不是行政区划代码"),
        ("9.90101E+08,坏了", "科学计数"),
        ("XJ-1,选区", "不是行政区划代码"),
        (",没有代码", "不是行政区划代码"),
        ("990101002,=1+1", "不能是公式"),
        ("990101002,@SUM(A1)", "不能是公式"),
        (f"990101002,{'长' * 81}", "超过 80 个字"),
        ("990101002,\x07响", "看不见的字符"),
        ("990101001,云溪街道", "与第 2 行重复"),
        ("990101001000,云溪街道", "与第 2 行重复"),
    ],
)
def test_bad_row_is_reported_with_its_number_and_reason(row: str, expected: str) -> None:
    report = _import(STREETS + row + "\n")
    assert [number for number, _reason in _reasons(report)] == [3]
    assert expected in _reasons(report)[0][1]


def test_code_with_two_names_in_two_files_is_refused() -> None:
    report = _import(STREETS, STREETS.replace("云溪街道", "石桥街道"))
    assert [(error.source, error.row) for error in report.errors] == [("1.csv", 2)]


def test_the_same_fact_in_two_files_is_taken_once() -> None:
    assert _import(STREETS, STREETS).created == 2


def test_both_faults_of_one_row_are_reported() -> None:
    assert len(_import("code,name\nX,\n").errors) == 2


def test_file_without_the_column_of_names_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="name"):
        _import("code,title\n990101,云汀区\n")


def test_columns_may_have_chinese_names() -> None:
    assert _import("行政区划代码,名称,区县\n990101001,云溪街道,云汀区\n").created == 2


def test_rows_of_another_level_are_refused_when_a_level_is_named() -> None:
    read = read_divisions([read_table(STREETS.encode())], level=DivisionLevel.COMMUNITY)
    assert "乡镇街道" in str(read.report.errors[0].reason)


def test_list_held_between_report_and_confirmation_is_the_same() -> None:
    read = read_divisions([read_table(STREETS.encode())], parent_names=COUNTY)
    assert import_divisions(unpack(pack(read)), by=None, now=NOW).created == 2


def _file(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "streets.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_command_imports_a_file(tmp_path: Path, encoding: str) -> None:
    out = io.StringIO()
    call_command("import_divisions", _file(tmp_path, STREETS, encoding), stdout=out)
    assert out.getvalue().strip() == "created 2, changed 0, unchanged 0"
    assert Division.objects.filter(name="云溪街道").exists()


def test_command_dry_run_writes_nothing(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("import_divisions", _file(tmp_path, STREETS), dry_run=True, stdout=out)
    assert "nothing was written" in out.getvalue()
    assert not Division.objects.exists()


def test_command_takes_names_of_parents(tmp_path: Path) -> None:
    call_command("import_divisions", _file(tmp_path, COMMUNITIES), parent_name=["990101=云汀区"], stdout=io.StringIO())
    assert Division.objects.count() == 4


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"parent_name": ["云汀区"]}, "不是行政区划代码"),
        ({"parent_name": ["990101="]}, "CODE=NAME"),
        ({"level": "community"}, "row streets.csv 2"),
    ],
)
def test_command_with_bad_arguments_fails_with_a_sentence(
    tmp_path: Path, arguments: dict[str, object], expected: str
) -> None:
    with pytest.raises(CommandError, match=expected):
        call_command("import_divisions", _file(tmp_path, STREETS), **arguments)
    assert not Division.objects.exists()


def test_command_without_the_file_fails_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv"):
        call_command("import_divisions", str(tmp_path / "missing.csv"))


def test_command_with_a_photo_fails_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\xff\xd8\xff\x00")
    with pytest.raises(CommandError, match=r"photo\.csv: 读不出这个文件"):
        call_command("import_divisions", str(path))
