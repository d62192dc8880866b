"""The official list of a year's holidays and make-up days: reading and checking, without a database.

Format: `{"year": 2026, "papers": [address, …], "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}, …]}`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.base.errors import InvalidInput
from liaison.base.later import later
from liaison.base.workdays.arithmetic import WEEKDAYS

holidays = later("holidays")

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_BYTES = 1_000_000
MOST_DAYS = 200
LONGEST_NAME = 40
NEIGHBOURING = timedelta(days=14)
"""A list may name days this far outside its year (a New Year break begins in December)."""


class RowError(NamedTuple):
    """A row that cannot be accepted; `number` counts from 1, 0 is the list as a whole."""

    number: int
    reason: str


class BadCalendar(InvalidInput):
    """The list cannot be imported; `errors` names every bad row."""

    message = gettext_lazy("放假安排有误，没有导入任何内容。")

    def __init__(self, errors: list[RowError]) -> None:
        self.errors = errors
        super().__init__(_("；").join(self.lines()))

    def lines(self) -> list[str]:
        """One sentence per bad row."""
        return [
            _("第 %(number)s 条：%(reason)s") % error._asdict() if error.number else error.reason
            for error in self.errors
        ]


class NotPublished(InvalidInput):
    """No official list of that year is known."""

    message = gettext_lazy("这一年的放假安排尚未公布。")


@dataclass(frozen=True)
class OfficialList:
    """A checked list: year, where it comes from, and its days as (date, is_off, name)."""

    year: int
    source: str
    days: tuple[tuple[date, bool, str], ...]


def parse_json(content: bytes) -> OfficialList:
    """The list in a JSON file. Raises BadCalendar."""
    if len(content) > MOST_BYTES:
        raise BadCalendar([RowError(0, _("文件太大，不像是放假安排。"))])
    try:
        payload = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadCalendar([RowError(0, _("文件不是有效的 JSON。"))]) from None
    return parse(payload)


def parse(payload: Any) -> OfficialList:
    """The list in a decoded JSON document. Raises BadCalendar that names every bad row."""
    if not isinstance(payload, Mapping):
        raise BadCalendar([RowError(0, _("内容应当是一个对象，含 year 和 days。"))])
    year, rows = payload.get("year"), payload.get("days")
    if type(year) is not int or not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadCalendar(
            [
                RowError(
                    0, _("year 应当是 %(first)s 至 %(last)s 之间的年份。") % {"first": FIRST_YEAR, "last": LAST_YEAR}
                )
            ]
        )
    if not isinstance(rows, list) or not rows:
        raise BadCalendar([RowError(0, _("days 里没有日期，这一年的安排可能尚未公布。"))])
    if len(rows) > MOST_DAYS:
        raise BadCalendar([RowError(0, _("days 超过 %s 条，不像是一年的放假安排。") % MOST_DAYS)])
    return OfficialList(year, _source(payload.get("papers")), _days(year, rows))


def _source(papers: Any) -> str:
    return "\n".join(str(paper)[:300] for paper in papers[:10]) if isinstance(papers, list) else ""


def _days(year: int, rows: list[Any]) -> tuple[tuple[date, bool, str], ...]:
    errors: list[RowError] = []
    days: dict[date, tuple[date, bool, str]] = {}
    for number, row in enumerate(rows, start=1):
        faults = list(_faults(year, row))
        if not faults and (day := date.fromisoformat(row["date"])) in days:
            faults = [_("%s 重复出现。") % day]
        if faults:
            errors += [RowError(number, fault) for fault in faults]
        else:
            days[day] = (day, row["isOffDay"], row["name"].strip())
    if errors:
        raise BadCalendar(errors)
    return tuple(days[day] for day in sorted(days))


def _faults(year: int, row: Any) -> Iterator[str]:
    if not isinstance(row, Mapping):
        yield _("应当是一个对象，含 date、name、isOffDay。")
        return
    if not _is_name(row.get("name")):
        yield _("name 应当是 1 至 %s 个字的名称。") % LONGEST_NAME
    if not isinstance(row.get("isOffDay"), bool):
        yield _("isOffDay 应当是 true 或 false。")
    day = _as_date(row.get("date"))
    if day is None:
        yield _("date 应当是真实存在的日期，例如 %s-01-01。") % year
    elif not date(year, 1, 1) - NEIGHBOURING <= day <= date(year, 12, 31) + NEIGHBOURING:
        yield _("%(day)s 不在 %(year)s 年。") % {"day": day, "year": year}
    elif row.get("isOffDay") is False and day.weekday() < WEEKDAYS:
        yield _("%s 本来就是工作日，不能列为调休上班。") % day


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME and "\x00" not in value


def _as_date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def packaged_list(year: int) -> OfficialList:
    """The list of `year` as the `holidays` package knows it. Raises NotPublished.

    The package guesses the holidays of years to come. Every list so far names make-up days, so a year
    without any is a guess. Holidays that fall on an ordinary weekend day are left out by the package,
    which changes no sum.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotPublished
    known = holidays.country_holidays("CN", years=year, language="zh_CN")
    make_up = [day for day in known.weekend_workdays if day.year == year]
    if not make_up:
        raise NotPublished
    days = [(day, True, name[:LONGEST_NAME]) for day, name in known.items() if day.year == year]
    days += [(day, False, _("调休上班")) for day in make_up]
    return OfficialList(year, f"holidays {holidays.__version__}", tuple(sorted(days)))
