"""Tables of the exchange: what a hand-over file holds, what a statement must hold, cells that compute nothing."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.base.imports import ImportReport, Table, is_formula
from liaison.base.phrases import values_by_word
from opinions.exchange.states import Progress

HANDOVER = (
    gettext_lazy("类型"), gettext_lazy("对方编号"), gettext_lazy("本系统编号"), gettext_lazy("标题"),
    gettext_lazy("内容"), gettext_lazy("地点"), gettext_lazy("办理状态"), gettext_lazy("答复"),
    gettext_lazy("答复类别"), gettext_lazy("是否满意"), gettext_lazy("是否解决"), gettext_lazy("办结时间"),
)  # fmt: skip
NUMBERS = ("对方编号", "工单编号", "工单号", "来源编号", "编号", "number")
STATUSES = ("办理状态", "工单状态", "状态", "status", "progress")


def plain_cell(value: Any) -> str:
    """The value as text that no spreadsheet program computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if is_formula(text) else text


def as_csv(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file that spreadsheet programs open with its Chinese intact."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([str(column) for column in columns])
    for row in rows:
        writer.writerow([plain_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def fingerprint(said: Any) -> str:
    """SHA-256 of what a message says, whatever the order of its keys and its blanks."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def progress_called(word: str) -> str:
    """The progress with this code or name, or the word itself when nobody knows it."""
    return str(values_by_word(Progress).get(word.strip(), word.strip()))[:20]


def statement_rows(table: Table, report: ImportReport) -> dict[str, str]:
    """{number: progress} from a statement; what is wrong with a row is noted in `report`."""
    number, status = (_first(table.columns, names) for names in (NUMBERS, STATUSES))
    if not number or not status:
        report.refuse(1, "", _("要有“对方编号”和“办理状态”两列。"))
        return {}
    found: dict[str, str] = {}
    for row in table.rows:
        refused = _bad_row(row[number], row[status], found)
        if refused:
            report.refuse(row.number, number, refused)
        else:
            found[row[number]] = progress_called(row[status])
    if not table.rows:
        report.refuse(0, "", _("表里没有数据行。"))
    return found


def _bad_row(number: str, status: str, found: Mapping[str, str]) -> str:
    """Why a row of a statement cannot be taken; empty when it can."""
    if not number or len(number) > 80:
        return _("没有编号，或编号超过 80 个字。")
    if is_formula(number) or is_formula(status):
        return _("单元格里是公式，请改成文字。")
    if not status:
        return _("没有写办理状态。")
    return _("这个编号在表里出现了不止一次。") if number in found else ""


def _first(columns: Sequence[str], names: Iterable[str]) -> str:
    """The column with the first of these headings."""
    headings = {column.strip().lower(): column for column in columns}
    return next((headings[name] for name in names if name in headings), "")
