"""Spreadsheets: a styled sheet with frozen header, real dates and numbers, and no formulas from text."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext

from liaison.base.later import later

xlsxwriter = later("xlsxwriter")

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCENT = "#9F1D20"
NARROWEST, WIDEST = 8, 48
CELL_MAX = 32_000
"""Characters that a cell takes (Excel's limit is 32,767)."""
NAME_MAX = 31


@dataclass(frozen=True)
class Sheet:
    """A table: title (name of the sheet), headings, and rows of text, numbers, dates or None."""

    title: Any
    columns: Sequence[Any]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[Any] = ()
    """Sentences on a second sheet, e.g. how to fill in a template."""
    most: int | None = None
    """Rows that it takes; where `rows` goes on, the last one says so."""


def workbook(*sheets: Sheet) -> bytes:
    """The sheets as an XLSX file; rows are written one by one, so memory does not grow with their number."""
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(out, {**options, "in_memory": False}) as book:
        formats = _formats(book)
        for sheet in sheets:
            _write(book, sheet, formats)
    return out.getvalue()


def workbook_response(*sheets: Sheet, name: str) -> HttpResponse:
    """The sheets as a download called `name`."""
    response = HttpResponse(workbook(*sheets), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def _formats(book: Any) -> dict[str, Any]:
    base = {"valign": "top", "font_size": 11}
    return {
        "head": book.add_format(base | {"bold": True, "font_color": "white", "bg_color": ACCENT, "text_wrap": True}),
        "text": book.add_format(base | {"text_wrap": True}),
        "date": book.add_format(base | {"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format(base | {"num_format": "yyyy-mm-dd hh:mm"}),
    }


def _write(book: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page = book.add_worksheet(_sheet_name(str(sheet.title)))
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    rows = iter(sheet.rows)
    first = [row for _n, row in zip(range(50), rows, strict=False)]
    for column, heading in enumerate(sheet.columns):
        page.set_column(column, column, _width(str(heading), [row[column] for row in first]))
    for column, heading in enumerate(sheet.columns):
        page.write_string(0, column, str(heading), formats["head"])
    number = 0
    for number, row in enumerate(_chain(first, rows), start=1):
        if sheet.most is not None and number > sheet.most:
            text = gettext("只列出前 %(most)d 行，后面还有。请缩小范围，再导出一次。") % {"most": sheet.most}
            _cell(page, number, 0, text, formats)
            break
        for column, value in enumerate(row):
            _cell(page, number, column, value, formats)
    page.autofilter(0, 0, max(number, 1), max(len(sheet.columns) - 1, 0))
    if sheet.notes:
        notes = book.add_worksheet(gettext("说明"))
        notes.set_column(0, 0, 80)
        for line, text in enumerate(sheet.notes):
            notes.write_string(line, 0, str(text), formats["text"])


def _chain(first: list[Sequence[Any]], rest: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    yield from first
    yield from rest


def _cell(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, formats["text"])
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, str(value)[:CELL_MAX], formats["text"])


def _width(heading: str, values: Iterable[Any]) -> int:
    """Wide enough for the heading and the first rows; a Chinese character counts for two."""
    longest = max((_visible(value) for value in values), default=0)
    return max(NARROWEST, min(WIDEST, max(_visible(heading) + 4, longest + 2)))


def _visible(value: Any) -> int:
    if isinstance(value, datetime):
        return 16
    if isinstance(value, date):
        return 10
    text = "" if value is None else str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text[:WIDEST])


def _sheet_name(title: str) -> str:
    """Excel forbids some characters and more than 31 of them."""
    return "".join("·" if character in "[]:*?/\\" else character for character in title)[:NAME_MAX] or "1"
