"""Importing tables: what every import reports, and reading CSV and XLSX files as plain text cells.

An import is all or nothing: a report with errors means that nothing was written.
"""

import csv
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from liaison.base.documents import sheet_process
from liaison.base.errors import InvalidInput
from liaison.base.phrases import listing

MOST_BYTES = 20_000_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_UNPACKED = 200_000_000
"""Bytes that a packed table may unfold to; a small file can be made to fill any memory."""
_CHUNK = 1 << 20
MOST_PADDING = 20
"""A text may hold one zero byte in so many (real exports pad cells with them); more of them is no text."""
FORMULA_STARTS = ("=", "@", "+", "-")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How packed (XLSX, ODS) and old (XLS) spreadsheets begin."""
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class RowError:
    """Why one row cannot be taken. `row` counts as a spreadsheet does, the header being row 1; 0 is the file."""

    row: int
    column: str
    reason: Any
    source: str = ""
    """Name of the file, where several are read at once."""

    def __str__(self) -> str:
        place = f"{self.column}: " if self.column else ""
        file = f"{self.source} " if self.source else ""
        return f"{file}{self.row}: {place}{self.reason}"


@dataclass(kw_only=True)
class ImportReport:
    """What an import did, or would do; with `errors` nothing was written."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def rows(self) -> int:
        """Rows that were understood."""
        return self.created + self.updated + self.unchanged

    def refuse(self, row: int, column: str, reason: Any, *, source: str = "") -> None:
        """Note a bad row."""
        self.errors.append(RowError(row, column, reason, source))


class UnreadableFile(InvalidInput):
    """The file is not a table that can be read."""

    message = _("读不出这个文件，请上传 CSV 或 XLSX 表格。")


@dataclass(frozen=True)
class Row:
    """One data row: its number as a spreadsheet counts, and its cells by column name, as trimmed text."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A table as read from a file. Empty rows are left out but counted."""

    columns: Sequence[str]
    rows: Sequence[Row]
    name: str = ""
    """Name of the file."""


def check_columns(table: Table, report: ImportReport, *, required: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a table without a required column, with a column that nobody knows, or without rows."""
    for name in required:
        if name not in table.columns:
            report.refuse(1, name, _("缺少这一列。请下载模板，保留第一行表头。"))
    for name in table.columns:
        if name and name not in known:
            report.refuse(1, name, _("不认识这一列。请按模板改列名，或删去这一列。"))
    if not table.rows and report.ok:
        report.refuse(0, "", _("表里没有数据行。"))


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program would compute this cell. A signed number is none."""
    return text.startswith(FORMULA_STARTS) and not text[1:].replace(".", "", 1).isdigit()


def read_table(content: bytes, *, name: str = "") -> Table:
    """The table in `content` (CSV in UTF-8 or GB18030, or the first sheet of an XLSX/XLS/ODS file).

    Raises UnreadableFile with a sentence for the user. `name` is the file's name.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFile(_("文件超过 20 MB，请分成几个文件导入。"))
    sheet = _is_spreadsheet(content, name)
    lines = _spreadsheet_lines(content) if sheet else _csv_lines(content)
    header: list[str] = []
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=1):
        if not any(cells):
            continue
        if not header:
            header = _header(cells)
        else:
            rows.append(_row(number, header, cells))
        if len(rows) > MOST_ROWS:
            raise UnreadableFile(_("行数超过 10 万，请分成几个文件导入。"))
    if not header:
        raise UnreadableFile(_("文件是空的。"))
    return Table(header, rows, name)


def _header(cells: Sequence[str]) -> list[str]:
    header = list(cells)
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(_("表头超过 200 列，请删去不用的列。"))
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise UnreadableFile(_("表头有重复的列：%(columns)s。") % {"columns": listing(doubled)})
    return header


def _row(number: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    return Row(number, {name: text for name, text in zip(header, cells, strict=False) if name})


def _is_spreadsheet(content: bytes, name: str) -> bool:
    return content[:4] in _SPREADSHEETS or name.lower().endswith((".xlsx", ".xls", ".ods"))


def _check_unpacked(content: bytes) -> None:
    """Raise UnreadableFile when the parts of a packed table unfold to too much; what they declare is not believed."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    left = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for part in packed.infolist():
            with packed.open(part) as unfolded:
                while piece := unfolded.read(_CHUNK):
                    left -= len(piece)
                    if left < 0:
                        raise UnreadableFile(_("表格展开后太大，请删去不用的内容，或分成几个文件导入。"))


def _spreadsheet_lines(content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet, read by a process of its own: see `documents.sheet_process`."""
    if content[:4] not in _SPREADSHEETS:
        raise UnreadableFile
    try:
        _check_unpacked(content)
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError) as error:
        raise UnreadableFile from error
    command = [sys.executable, "-I", sheet_process.__file__]
    done = subprocess.run(command, input=content, capture_output=True, check=False)  # noqa: S603 - no part is given
    if done.returncode < 0 or done.returncode == sheet_process.TOO_LARGE:
        raise UnreadableFile(_("表格占的格子太多：最后一格可能在很远的行或列。请删去表格以外的内容，或另存为 CSV。"))
    if done.returncode:
        raise UnreadableFile
    for line in done.stdout.splitlines():
        yield json.loads(line)


def _csv_lines(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield [cell.strip() for cell in cells]
    except csv.Error as error:
        told = _("第 %(row)d 行的引号或分隔符不完整。")
        if "field limit" in str(error):
            told = _("第 %(row)d 行有一格太长，不像表格里的内容；请检查引号是不是少了一个。")
        raise UnreadableFile(told % {"row": reader.line_num}) from error


def _decoded(content: bytes) -> str:
    if content.count(b"\x00") * MOST_PADDING > len(content):
        raise UnreadableFile
    content = content.replace(b"\x00", b"")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("文字编码认不出来，请用 UTF-8 或 GB18030 保存后再导入。"))
