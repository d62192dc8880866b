"""A report on paper: the official layout as DOCX and PDF, and the figures as XLSX and CSV. Pure, from plain data."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from liaison.base.documents.official import Annex, Official, Paragraph, official_pdf
from liaison.base.documents.xlsx import CONTENT_TYPE, Sheet, workbook
from liaison.base.later import later
from liaison.base.workdays.arithmetic import SHANGHAI

docx = later("liaison.base.documents.official_docx")
NUMERALS = "一二三四五六七八九十"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet begins a formula."""


@dataclass(frozen=True)
class Paper:
    """What goes on paper: the content, and of an edition its number, day, reason and differences; none of a draft."""

    content: Mapping[str, Any]
    number: int = 0
    day: date | None = None
    why: str = ""
    differs: Sequence[Mapping[str, Any]] = ()

    @property
    def title(self) -> str:
        """How the report is called, e.g. 荷塘站2026年10月代表工作月报."""
        year, month = self.content["month"].split("-")
        words = {"owner": self.content["owner"], "year": year, "month": int(month)}
        title = _("%(owner)s%(year)s年%(month)s月代表联络工作月报") % words
        return title + (_("（第%(n)s次更正）") % {"n": self.number - 1} if self.number > 1 else "")

    @property
    def standing_at(self) -> datetime:
        """The moment of the numbers that are about a moment, as a clock in Shanghai shows it."""
        return datetime.fromisoformat(self.content["standing_at"]).astimezone(SHANGHAI).replace(tzinfo=None)


def shown(value: Any, unit: str = "") -> str:
    """A figure as people read it; a dash where there is none."""
    if value is None:
        return "—"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text + unit


def official(paper: Paper) -> Official:
    """The report in the layout of GB/T 9704."""
    content = paper.content
    return Official(
        heading=content["organisation"], number="", title=paper.title,
        addressee=content["upper"] or content["organisation"], body=list(_body(paper)), signature=content["owner"],
        day=paper.day, annexes=[_annex(table) for table in content["tables"] if table["rows"]],
        draft="" if paper.number else _("草稿"),
    )  # fmt: skip


def _body(paper: Paper) -> Iterator[Paragraph]:
    if paper.number > 1:
        yield Paragraph(_("更正说明"), "heading")
        yield Paragraph(paper.why)
        for one in paper.differs:
            yield Paragraph(_("%(name)s：由%(was)s改为%(now)s。") % _told(one))
    for place, section in enumerate(paper.content["sections"]):
        yield Paragraph(f"{NUMERALS[place]}、{section['title']}", "heading")
        yield Paragraph(_sentence(section, paper))
        if section["note"]:
            yield from (Paragraph(line) for line in section["note"].splitlines() if line.strip())
    if paper.content["below"]:
        yield Paragraph(f"{NUMERALS[len(paper.content['sections'])]}、{_('下级上报情况')}", "heading")
        yield Paragraph(_below(paper.content["below"]))


def _told(one: Mapping[str, Any]) -> dict[str, str]:
    return {"name": one["name"], "was": shown(one["was"]), "now": shown(one["now"])}


def _sentence(section: Mapping[str, Any], paper: Paper) -> str:
    """All figures of a section in one sentence, those of a month with the two that they are compared with."""
    told = _("；").join(_figure(row, moment=section["key"] == "standing") for row in section["rows"])
    at = paper.standing_at
    first = _("截至%(at)s，") % {"at": f"{at:%Y-%m-%d %H:%M}"} if section["key"] == "standing" else ""
    return f"{first}{told}{_('。')}{section['hint']}"


def _figure(row: Mapping[str, Any], *, moment: bool) -> str:
    value = f"{row['name']}{shown(row['value'], row['unit'])}"
    if moment:
        return value
    return value + _("（上月%(before)s，去年同月%(year)s）") % {
        "before": shown(row["before"]), "year": shown(row["year_before"]),
    }  # fmt: skip


def _below(rows: Sequence[Mapping[str, Any]]) -> str:
    missing = [row["name"] for row in rows if not row["arrived"]]
    words = {"all": len(rows), "arrived": len(rows) - len(missing), "missing": _("、").join(missing)}
    if not missing:
        return _("应上报%(all)s份，全部收到。") % words
    return _("应上报%(all)s份，收到%(arrived)s份，未收到：%(missing)s。") % words


def _annex(table: Mapping[str, Any]) -> Annex:
    rows = [[row["name"], *(shown(value) for value in row["values"])] for row in table["rows"]]
    return Annex(
        _("按%(axis)s") % {"axis": table["title"]}, [table["title"], *table["columns"]], rows,
        [4, *[2] * len(table["columns"])],
    )  # fmt: skip


def _xlsx(paper: Paper) -> bytes:
    content = paper.content
    about: list[Sequence[Any]] = [
        (_("单位"), content["owner"]), (_("月份"), date.fromisoformat(f"{content['month']}-01")),
        (_("时点数截至"), paper.standing_at), (_("版次"), paper.number or _("草稿")), (_("签发日期"), paper.day),
        *([(_("更正原因"), paper.why)] if paper.why else []),
        *((one["name"], _("由%(was)s改为%(now)s") % _told(one)) for one in paper.differs),
    ]  # fmt: skip
    tables = [
        Sheet(_("按%(axis)s") % {"axis": table["title"]}, [table["title"], *table["columns"]],
              [[row["name"], *row["values"]] for row in table["rows"]])
        for table in content["tables"]
    ]  # fmt: skip
    sheets = [
        Sheet(_("指标"), _heads(), list(_rows(content))),
        *tables,
        Sheet(_("概况"), [_("项目"), _("内容")], about),
    ]
    below = [[row["name"], _("已上报") if row["arrived"] else _("未上报")] for row in content["below"]]
    return workbook(*sheets, *([Sheet(_("下级上报"), [_("单位"), _("状态")], below)] if below else []))


def _heads() -> list[str]:
    return [_("栏目"), _("指标"), _("单位"), _("本期"), _("上月"), _("去年同月"), _("怎么算"), _("说明")]


def _rows(content: Mapping[str, Any]) -> Iterator[list[Any]]:
    for section in content["sections"]:
        for place, row in enumerate(section["rows"]):
            told = [row[name] for name in ("name", "unit", "value", "before", "year_before", "counts")]
            yield [section["title"], *told, section["note"] if not place else ""]


def _csv(paper: Paper) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_heads())
    rows.writerows([_harmless(value) for value in row] for row in _rows(paper.content))
    for table in paper.content["tables"]:
        rows.writerow([])
        rows.writerow([table["title"], *table["columns"]])
        rows.writerows([_harmless(row["name"]), *row["values"]] for row in table["rows"])
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _docx(paper: Paper) -> bytes:
    made: bytes = docx.official_docx(official(paper))
    return made


def _pdf(paper: Paper) -> bytes:
    return official_pdf(official(paper))


FORMS: Mapping[str, tuple[Callable[[Paper], bytes], str]] = {
    "pdf": (_pdf, "application/pdf"),
    "docx": (_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (_xlsx, CONTENT_TYPE),
    "csv": (_csv, "text/csv; charset=utf-8"),
}


def made(paper: Paper, form: str) -> tuple[str, bytes, str]:
    """The paper in one form: its name, its bytes and their type. Papers speak Chinese, whoever asks."""
    make, content_type = FORMS[form]
    with override(settings.LANGUAGE_CODE):
        return f"{paper.title}.{form}", make(paper), content_type
