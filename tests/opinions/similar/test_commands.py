"""The command line: index, group, evaluate; files as people have them."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from opinions.similar.models import HotIssue, Likeness
from tests.factories.intake import intake_world
from tests.factories.similar import INCIDENTS, invented, raised

ROWS = [
    ("1", "路灯", "荷塘小区东门路灯坏了两周，晚上看不见路"),
    ("1", "太黑", "荷塘小区东门口晚上黑漆漆的，路灯都不亮"),
    ("2", "电梯", "荷塘小区6栋电梯一周困人三次"),
    ("", "公交", "215路公交四十分钟一班"),
]


def told(*args: str) -> str:
    out = io.StringIO()
    call_command("similar", *args, stdout=out)
    return out.getvalue()


def csv_file(
    folder: Path, rows: Sequence[tuple[str, ...]], *, encoding: str = "utf-8", head: str = "group,title,text"
) -> str:
    file = folder / "labelled.csv"
    file.write_bytes("\n".join([head, *(",".join(row) for row in rows)]).encode(encoding))
    return str(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_evaluate_prints_the_figures(tmp_path: Path, encoding: str) -> None:
    found = told("evaluate", csv_file(tmp_path, ROWS, encoding=encoding))
    assert re.search(r"^top-1 1\.000$", found, re.M)
    assert re.search(r"^pairwise F1 \d\.\d{3}$", found, re.M)
    assert re.search(r"^ms per search \d+\.\d$", found, re.M)


def test_evaluate_reads_a_workbook(tmp_path: Path) -> None:
    file = tmp_path / "labelled.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("group", "title", "text"), *ROWS]):
            sheet.write_row(number, 0, row)
    assert "pairwise F1" in told("evaluate", str(file))


def test_invented_incidents_are_found() -> None:
    """A floor under the figures, so that a change that spoils them is seen; the targets stand in the bench."""
    found = dict(re.findall(r"^(top-1|pairwise F1) (\S+)$", told("evaluate", str(INCIDENTS)), re.M))
    assert float(found["top-1"]) >= 0.96
    assert float(found["pairwise F1"]) >= 0.89


def test_messages_without_companions_have_no_top1(tmp_path: Path) -> None:
    rows = [(str(number), "", invented(number)) for number in (1, 7)]
    assert "top-1 n/a" in told("evaluate", csv_file(tmp_path, rows))


@pytest.mark.parametrize(
    ("rows", "head", "words"),
    [
        ([], "group,title,text", "两条"),
        ([("1", "路灯", "路灯坏了")], "group,title,text", "两条"),
        ([("1", "路灯", "路灯坏了")] * 3, "id,title,words", "缺少列"),
        ([("1", "", "")] * 3, "group,title,text", "两条"),
    ],
)
def test_useless_table_is_refused_in_words(tmp_path: Path, rows: list[tuple[str, ...]], head: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        told("evaluate", csv_file(tmp_path, rows, head=head))


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04 broken"])
def test_unreadable_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "labelled.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError):
        told("evaluate", str(file))


def test_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.csv"):
        told("evaluate", str(tmp_path / "none.csv"))


def test_odd_texts_are_measured(tmp_path: Path) -> None:
    rows = [
        ("1", "长", "路灯坏了没人修" * 1_500),
        ("1", "😀", "😀🚧😀"),
        ("2", "𠮷", "𠮷野家门口积水"),
        ("3", "", "。。。"),
    ]
    assert "messages 4" in told("evaluate", csv_file(tmp_path, rows))


@pytest.mark.django_db
def test_index_goes_on_where_it_stopped() -> None:
    world = intake_world()
    for number in range(3):
        raised(world, invented(number))
    assert "3 indexed" in told("index")
    raised(world, invented(5))
    assert "1 indexed" in told("index", "--refresh")
    assert Likeness.objects.filter(tied_at__isnull=False).count() == 4


@pytest.mark.django_db
def test_group_tells_how_many_are_hot() -> None:
    assert "hot issues 0" in told("group")
    assert not HotIssue.objects.exists()
