"""An official list as staff have it: the published JSON, or a table with a row for each day or span of days."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from liaison.base.imports import Row, Table, read_table
from liaison.base.workdays.arithmetic import ONE_DAY
from liaison.base.workdays.official_list import MOST_BYTES, BadCalendar, OfficialList, RowError, parse, parse_json

DAY, LAST, NAME, KIND = "日期", "至", "名称", "安排"
"""Columns of a table: a day or the first of several, the last of several, the holiday, 放假 or 上班."""
OFF, WORK = "放假", "上班"
MOST_SPAN = 31


def read_list(content: bytes, *, name: str = "") -> OfficialList:
    """The list in a file or in pasted text. Raises BadCalendar, UnreadableFile."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return parse_json(content)
    if len(content) > MOST_BYTES:
        raise BadCalendar([RowError(0, _("文件太大，不像是放假安排。"))])
    return _from_table(read_table(content, name=name))


def as_json(official: OfficialList) -> str:
    """The list as the published format has it, so that what was looked at can be sent back."""
    days = [{"name": name, "date": day.isoformat(), "isOffDay": is_off} for day, is_off, name in official.days]
    papers = official.source.split("\n") if official.source else []
    return json.dumps({"year": official.year, "papers": papers, "days": days}, ensure_ascii=False)


def _from_table(table: Table) -> OfficialList:
    if not {DAY, NAME, KIND} <= set(table.columns) <= {DAY, LAST, NAME, KIND, ""}:
        raise BadCalendar([RowError(0, _("第一行请写列名：日期、名称、安排，连着几天的再加“至”，不要有别的列。"))])
    if not table.rows:
        raise BadCalendar([RowError(0, _("表里没有数据行。"))])
    errors: list[RowError] = []
    days = [day for row in table.rows for day in _days(row, errors)]
    if errors:
        raise BadCalendar(errors)
    year = Counter(day["date"][:4] for day in days).most_common(1)[0][0]
    return parse({"year": int(year), "papers": [table.name] if table.name else [], "days": days})


def _days(row: Row, errors: list[RowError]) -> Iterator[dict[str, Any]]:
    """The days of a row; what is wrong with it goes to `errors`."""
    first = _day(row[DAY])
    last = _day(row[LAST]) if row[LAST] else first
    if first is None or last is None:
        errors.append(RowError(row.number, _("日期请写成 2027-01-01 的样子。")))
    elif not 0 <= (last - first).days < MOST_SPAN:
        errors.append(RowError(row.number, _("“至”应当在“日期”当天或之后，且不超过一个月。")))
    elif row[KIND] not in (OFF, WORK):
        errors.append(RowError(row.number, _("“安排”请填“放假”或“上班”。")))
    else:
        for number in range((last - first).days + 1):
            day = first + number * ONE_DAY
            yield {"name": row[NAME], "date": day.isoformat(), "isOffDay": row[KIND] == OFF}


def _day(text: str) -> date | None:
    """A day as people and spreadsheets write it."""
    parts = text.split(" ")[0].split("T")[0].replace("/", "-").replace(".", "-").split("-")
    try:
        return date(*(int(part) for part in parts)) if len(parts) == 3 else None
    except ValueError:
        return None
