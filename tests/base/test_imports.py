"""Reading tables that people send."""

import contextlib
import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.imports import MOST_UNPACKED, ImportReport, RowError, UnreadableFile, is_formula, read_table

TEXT = "code,name\n990101001,云溪街道\n990101002,石桥街道\n"


def _xlsx(*rows: list[object]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    stamp = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, column, cell, stamp)
            else:
                sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_csv_is_read_in_the_encodings_of_the_field(encoding: str) -> None:
    table = read_table(TEXT.encode(encoding), name="a.csv")
    assert table.columns == ["code", "name"]
    assert [(row.number, row["name"]) for row in table.rows] == [(2, "云溪街道"), (3, "石桥街道")]


def test_csv_with_rare_characters_in_gb18030_is_read() -> None:
    assert read_table("name\n𠮷家社区\n".encode("gb18030")).rows[0]["name"] == "𠮷家社区"


def test_csv_with_tabs_and_windows_line_ends_is_read() -> None:
    assert read_table(b"a\tb\r\n1\t2\r\n").rows[0]["b"] == "2"


def test_rows_keep_their_numbers_past_empty_ones() -> None:
    table = read_table(b"\ncode\n\n990101001\n")
    assert [(row.number, row["code"]) for row in table.rows] == [(4, "990101001")]


def test_rows_shorter_than_the_header_give_empty_cells() -> None:
    row = read_table(b"a,b,c\n1\n").rows[0]
    assert (row["a"], row["b"], row["c"], row["unknown"]) == ("1", "", "", "")


def test_xlsx_gives_numbers_as_people_see_them() -> None:
    content = _xlsx(["code", "share", "since"], [990101001001, 0.5, datetime(2026, 1, 10)])  # noqa: DTZ001
    row = read_table(content, name="a.xlsx").rows[0]
    assert (row["code"], row["share"], row["since"][:10]) == ("990101001001", "0.5", "2026-01-10")


def test_xlsx_under_a_name_of_csv_is_read_all_the_same() -> None:
    assert read_table(_xlsx(["a"], ["1"]), name="a.csv").rows[0]["a"] == "1"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\n\n,,\n", "blank.csv"),
        (b"PK\x03\x04 not a workbook", "broken.xlsx"),
        (b"plain text", "text.xlsx"),
        (b"\xff\xd8\xff\xe0 a photo \x00\x01", "photo.csv"),
        (b"a\n\xff\xff\xff\xff", "bytes.csv"),
        (b"a,a\n1,2\n", "doubled.csv"),
    ],
)
def test_other_content_is_refused_with_a_sentence(content: bytes, name: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_table(content, name=name)
    assert str(refusal.value.message).endswith("。")


def test_cell_that_never_ends_is_named_as_such() -> None:
    content = f'title,text\n灯,"{"长" * 200_000}"\n'.encode()
    with pytest.raises(UnreadableFile, match="第 2 行有一格太长"):
        read_table(content, name="a.csv")


def test_too_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liaison.base.imports.MOST_BYTES", 10)
    with pytest.raises(UnreadableFile):
        read_table(TEXT.encode())


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liaison.base.imports.MOST_ROWS", 1)
    with pytest.raises(UnreadableFile):
        read_table(TEXT.encode())


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", ""]))
def test_any_bytes_are_a_table_or_a_refusal(content: bytes, name: str) -> None:
    with contextlib.suppress(UnreadableFile):
        read_table(content, name=name)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "=HYPERLINK(1)"])
def test_formulas_are_recognised(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize("text", ["-3", "+86", "-0.5", "云溪街道", "", "a=b"])
def test_signed_numbers_and_words_are_no_formulas(text: str) -> None:
    assert not is_formula(text)


def test_packed_table_that_unfolds_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _piece in range(MOST_UNPACKED // 1_000_000 + 1):
            part.write(b"A" * 1_000_000)
    with pytest.raises(UnreadableFile, match="展开后太大"):
        read_table(out.getvalue(), name="a.xlsx")


def _with_last_cell(content: bytes, column: str, row: int) -> bytes:
    """The same workbook with its cell B2 moved far away, as a stray keystroke does."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given_, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as moved:
        for part in given_.namelist():
            text = given_.read(part).replace(b'r="B2"', f'r="{column}{row}"'.encode())
            moved.writestr(part, text.replace(b'<row r="2"', f'<row r="{row}"'.encode()))
    return out.getvalue()


@pytest.mark.parametrize(("column", "row"), [("XFD", 1_048_576), ("CV", 1_048_576)])
def test_xlsx_with_a_stray_cell_in_the_far_corner_is_refused_and_nothing_dies(column: str, row: int) -> None:
    content = _with_last_cell(_xlsx(["a", "b"], ["1", "x"]), column, row)
    with pytest.raises(UnreadableFile, match="最后一格"):
        read_table(content, name="a.xlsx")


def test_xlsx_with_a_stray_cell_far_below_keeps_its_row_number() -> None:
    table = read_table(_with_last_cell(_xlsx(["a", "b"], ["1", "x"]), "B", 70_000), name="a.xlsx")
    assert [(row.number, row["a"], row["b"]) for row in table.rows] == [(2, "1", ""), (70_000, "", "x")]


def test_xlsx_that_begins_away_from_the_corner_is_read() -> None:
    table = read_table(_xlsx(["", ""], ["", "", "a", "b"], ["", "", "1", "2"]), name="a.xlsx")
    assert [(row.number, row["a"], row["b"]) for row in table.rows] == [(3, "1", "2")]


def test_xlsx_whose_cells_share_one_long_text_is_refused() -> None:
    rows: list[list[object]] = [["长" * 30_000] for _n in range(2_000)]
    content = _xlsx(["a"], *rows)
    assert len(content) < 100_000
    with pytest.raises(UnreadableFile, match="格子太多"):
        read_table(content, name="a.xlsx")


def test_header_of_thousands_of_columns_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="200 列"):
        read_table(("列," * 20_000 + "列\n").encode())


def test_report_with_a_refusal_is_not_ok() -> None:
    report = ImportReport(created=1, unchanged=2)
    was_ok = report.ok
    report.refuse(4, "name", "名称不能为空。")
    assert (was_ok, report.ok) == (True, False)
    assert report.rows == 3
    assert str(report.errors[0]) == "4: name: 名称不能为空。"
    assert str(RowError(4, "", "缺列。", "a.csv")) == "a.csv 4: 缺列。"
