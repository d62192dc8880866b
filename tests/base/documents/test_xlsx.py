"""Spreadsheets: real dates and numbers, and text that stays text."""

import io
from datetime import date, datetime
from typing import Any

import python_calamine
from django.utils.translation import gettext_lazy as _

from liaison.base.documents.xlsx import Sheet, workbook
from liaison.base.workdays.arithmetic import SHANGHAI


def read(content: bytes, index: int = 0) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(index).to_python()


def test_values_keep_their_kinds() -> None:
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI).replace(tzinfo=None)
    row = [date(2026, 11, 23), moment, 3, 2.5, "路灯", None]
    assert read(workbook(Sheet("表", list("abcdef"), [row])))[1] == [*row[:4], "路灯", ""]


def test_formula_from_a_resident_stays_text() -> None:
    evil = ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "https://example.org"]
    content = workbook(Sheet("表", list("abcdef"), [evil]))
    assert read(content)[1] == evil


def test_sheet_name_that_excel_forbids_is_changed() -> None:
    assert read(workbook(Sheet("意见[台账]:2026/11" + "长" * 40, ["a"], [["x"]]))) == [["a"], ["x"]]


def test_empty_table_has_its_header() -> None:
    assert read(workbook(Sheet("表", [_("编号"), "b"], []))) == [["编号", "b"]]


def test_long_text_is_cut_to_what_a_cell_takes() -> None:
    assert len(str(read(workbook(Sheet("表", ["a"], [["长" * 40_000]])))[1][0])) == 32_000


def test_rows_may_be_an_iterator_of_many() -> None:
    rows = ([n, f"row {n}"] for n in range(3000))
    assert read(workbook(Sheet("表", ["n", "text"], rows)))[3000] == [2999.0, "row 2999"]


def test_table_that_goes_on_says_so() -> None:
    rows = [["x", n] for n in range(3)]
    assert len(read(workbook(Sheet("表", ["a", "b"], rows, most=3)))) == 4
    cut = read(workbook(Sheet("表", ["a", "b"], rows, most=2)))
    assert (len(cut), cut[2][1], cut[3][0]) == (4, 1, "只列出前 2 行，后面还有。请缩小范围，再导出一次。")


def test_notes_are_on_their_own_sheet() -> None:
    assert read(workbook(Sheet("表", ["a"], [["x"]], notes=["先看这里"])), 1) == [["先看这里"]]
