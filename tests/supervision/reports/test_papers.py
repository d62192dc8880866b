"""Papers of a report: real numbers and dates, no formulas, the official layout, and a correction that says so."""

import csv
import io
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from liaison.base.documents.official import official_pdf
from supervision.reports.papers import Paper, made, official, shown
from supervision.reports.queries import differences

pytestmark = pytest.mark.once
EVIL = '=HYPERLINK("http://localhost")'


def content(**others: Any) -> dict[str, Any]:
    row = {
        "code": "opened",
        "name": "新收",
        "unit": "件",
        "counts": "提交的。",
        "value": 12,
        "before": 3,
        "year_before": None,
    }
    share = {
        "code": "solved_rate",
        "name": "解决率",
        "unit": "%",
        "counts": "÷",
        "value": 95.4,
        "before": None,
        "year_before": 90.0,
    }
    return {
        "owner": "云溪街道", "organisation": "云溪街道工委", "upper": "区人大", "month": "2026-11",
        "standing_at": "2026-12-01T00:40:00+08:00",
        "sections": [{"key": "flow", "title": "来和去", "hint": "", "rows": [row, share], "note": f"{EVIL}\n第二行"}],
        "tables": [{"axis": "station", "title": "联系点", "columns": ["新收"], "codes": ["opened"],
                    "rows": [{"key": 1, "name": EVIL, "values": [12]}]}],
        "below": [{"name": "荷塘站", "arrived": True, "at": ""}, {"name": "柳岸站", "arrived": False, "at": ""}],
        **others,
    }  # fmt: skip


def test_spreadsheet_has_numbers_dates_and_no_formula() -> None:
    _name, made_, _type = made(Paper(content(), 1, date(2026, 12, 2)), "xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(made_))
    figures = book.get_sheet_by_name("指标").to_python()
    assert figures[1][:6] == ["来和去", "新收", "件", 12.0, 3.0, ""]
    assert figures[2][3] == 95.4
    rows: Any = book.get_sheet_by_name("概况").to_python()
    about = dict(rows)
    assert about["月份"] == date(2026, 11, 1)
    assert about["时点数截至"] == datetime(2026, 12, 1, 0, 40)  # noqa: DTZ001 - a spreadsheet knows no zone
    assert book.get_sheet_by_name("按联系点").to_python()[1] == [EVIL, 12.0]
    with ZipFile(io.BytesIO(made_)) as held:
        texts = {name: held.read(name) for name in held.namelist() if name.startswith("xl/worksheets/")}
    assert not [name for name, text in texts.items() if b"<f>" in text or b"pane" not in text]


def test_csv_begins_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(made(Paper(content()), "csv")[1].decode("utf-8-sig"))))
    assert rows[1][3:6] == ["12", "3", ""]
    assert [f"'{EVIL}", "12"] in rows
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_document_names_what_is_missing_and_what_a_correction_changes() -> None:
    differs = [{"name": "新收", "was": 11, "now": 12}]
    paper = Paper(content(), 2, date(2026, 12, 3), "补录了一件", differs)
    name, made_, _type = made(paper, "docx")
    text = "\n".join(line.text for line in Document(io.BytesIO(made_)).paragraphs)
    assert name == "云溪街道2026年11月代表联络工作月报（第1次更正）.docx"
    for said in (
        "补录了一件",
        "新收：由11改为12。",
        "收到1份，未收到：柳岸站",
        "新收12件（上月3，去年同月—）",
        EVIL,
        "2026年12月3日",
    ):
        assert said in text, said


def test_two_of_one_name_are_told_apart() -> None:
    was = content()
    was["tables"][0]["rows"] = [{"key": key, "name": "王芳", "values": [key]} for key in (1, 2)]
    now = content()
    now["tables"][0]["rows"] = [{"key": key, "name": "王芳", "values": [key * key]} for key in (1, 2)]
    now["sections"][0]["note"] = ""
    said = {one["name"]: (one["was"], one["now"]) for one in differences(was, now)}
    assert said == {"联系点 · 王芳 · 新收": (2, 4), "来和去：说明": (f"{EVIL}\n第二行", None)}


def test_draft_says_so_and_is_printed() -> None:
    paper = official(Paper(content()))
    assert (paper.draft, paper.day) == ("草稿", None)
    assert official_pdf(paper).startswith(b"%PDF")
    assert [shown(one) for one in (None, 3, 2.5, 95.0)] == ["—", "3", "2.5", "95"]
