"""Importing official lists of divisions: everything is looked at first, and nothing is written while a row is bad.

Known columns: `code`, `name` and, to name parents, `provinceName`, `cityName`, `areaName`, `streetName`, or their
Chinese names. Parents come from the code itself; one that is neither known nor in the files needs a name in such a
column or in `parent_names`. Counties stand at the top where nobody names what lies above them.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.organisations.codes import LENGTHS, BadDivisionCode, level_of, official_code, parent_codes
from deputies.organisations.models import OFFICIAL_LEVELS, Division, DivisionLevel
from deputies.organisations.queries import STAMP
from liaison.base.audit.services import Fact, record
from liaison.base.imports import ImportReport, Row, Table, UnreadableFile, is_formula
from liaison.base.stamps import bump

CODE_COLUMNS = ("code", "代码", "区划代码", "行政区划代码")
NAME_COLUMNS = ("name", "名称", "区划名称")
PARENT_COLUMNS = {
    2: ("provinceName", "省"),
    4: ("cityName", "市"),
    6: ("areaName", "区县"),
    9: ("streetName", "街道"),
}
CHAIN = "divisions"
"""Chain of the imports in the ledger."""
LONGEST_NAME = 80
COUNTY_LENGTH = 6
"""Length of a county's code: streets and communities need everything up to their county."""


@dataclass(frozen=True)
class Entry:
    """One division of a list."""

    code: str
    name: str
    row: int
    source: str = ""


@dataclass(kw_only=True)
class DivisionList:
    """What the files say: divisions, names of parents, and the rows that cannot be taken."""

    entries: dict[str, Entry] = field(default_factory=dict)
    parent_names: dict[str, str] = field(default_factory=dict)
    report: ImportReport = field(default_factory=ImportReport)


def read_divisions(
    tables: Iterable[Table], *, level: DivisionLevel | None = None, parent_names: Mapping[str, str] | None = None
) -> DivisionList:
    """Understand `tables`; bad rows go to the report. `level` refuses rows of any other level."""
    read = DivisionList(parent_names=dict(parent_names or {}))
    for table in tables:
        columns = _column(table, CODE_COLUMNS), _column(table, NAME_COLUMNS)
        seen: dict[str, int] = {}
        for row in table.rows:
            entry = _entry(row, columns, level, read.report, table.name)
            if entry is not None and _is_new(entry, columns, seen, read):
                read.entries[entry.code] = entry
                _note_parents(row, entry.code, read.parent_names)
    return read


def _column(table: Table, names: tuple[str, ...]) -> str:
    found = next((name for name in names if name in table.columns), None)
    if found is None:
        raise UnreadableFile(_("第 1 行没有“%(column)s”这一列。") % {"column": names[0]})
    return found


def _entry(
    row: Row, columns: tuple[str, str], level: DivisionLevel | None, report: ImportReport, source: str
) -> Entry | None:
    code_column, name_column = columns
    before = len(report.errors)
    code = ""
    try:
        code = official_code(row[code_column])
    except BadDivisionCode as error:
        report.refuse(row.number, code_column, error.message, source=source)
    reason = _bad_name(row[name_column])
    if reason:
        report.refuse(row.number, name_column, reason, source=source)
    if code and level is not None and level_of(code) != level:
        words = {"code": code, "is": level_of(code).label, "wanted": level.label}
        report.refuse(
            row.number, code_column, _("“%(code)s”是%(is)s代码，这次只导入%(wanted)s。") % words, source=source
        )
    return Entry(code, row[name_column], row.number, source) if len(report.errors) == before else None


def _bad_name(name: str) -> Any:
    if not name:
        return _("名称不能为空。")
    if is_formula(name):
        return _("名称不能是公式。")
    if len(name) > LONGEST_NAME:
        return _("名称超过 80 个字。")
    if any(ord(character) < 32 for character in name):
        return _("名称里有换行或看不见的字符。")
    return None


def _is_new(entry: Entry, columns: tuple[str, str], seen: dict[str, int], read: DivisionList) -> bool:
    """Whether the division is not in the lists yet; a repeated one is refused, save the same fact in another file."""
    earlier = read.entries.get(entry.code)
    if entry.code in seen:
        words = {"code": entry.code, "row": seen[entry.code]}
        reason = _("代码“%(code)s”与第 %(row)d 行重复。") % words
        read.report.refuse(entry.row, columns[0], reason, source=entry.source)
    elif earlier is not None and earlier.name != entry.name:
        words = {"code": entry.code, "name": earlier.name}
        reason = _("代码“%(code)s”在另一个文件里叫“%(name)s”。") % words
        read.report.refuse(entry.row, columns[1], reason, source=entry.source)
    seen.setdefault(entry.code, entry.row)
    return earlier is None and seen[entry.code] == entry.row


def _note_parents(row: Row, code: str, names: dict[str, str]) -> None:
    for length, columns in PARENT_COLUMNS.items():
        name = next((row[column] for column in columns if row[column]), "")
        if length < len(code) and not _bad_name(name):
            names.setdefault(code[:length], name)


def import_divisions(read: DivisionList, *, by: Any, now: datetime, dry_run: bool = False) -> ImportReport:
    """Write what `read_divisions` understood, or with `dry_run` only say what would change. All or nothing.

    The same list a second time changes nothing.
    """
    with transaction.atomic():
        known = {
            division.code: division
            for division in Division.objects.filter(level__in=OFFICIAL_LEVELS).select_related("parent")
        }
        report = _compare(read, known)
        if dry_run or not report.ok:
            return report
        _write(_wanted(read, known), known)
        if report.created or report.updated:
            data = {"created": report.created, "updated": report.updated}
            record(CHAIN, Fact(verb="divisions.imported", data=data), by=by, now=now)
            bump(STAMP)
    return report


def _compare(read: DivisionList, known: Mapping[str, Division]) -> ImportReport:
    """Count what would change and refuse the rows that do not fit what is known."""
    report = ImportReport(errors=list(read.report.errors))
    wanted = _wanted(read, known)
    available = {*known, *wanted}
    for entry in read.entries.values():
        missing = _missing_parent(entry.code, available)
        if missing:
            report.refuse(entry.row, "code", _no_parent(missing), source=entry.source)
    for code, name in wanted.items():
        if code not in known:
            report.created += 1
        elif _differs(known[code], name, _parent_code(code, available)):
            report.updated += 1
        else:
            report.unchanged += 1
    report.errors.sort(key=lambda error: (error.source, error.row))
    return report


def _wanted(read: DivisionList, known: Mapping[str, Division]) -> dict[str, str]:
    """Names by code: the entries, and the named divisions above them. A known parent keeps its name."""
    above = {parent for code in read.entries for parent in parent_codes(code)}
    named = {code: known[code].name if code in known else read.parent_names.get(code, "") for code in above}
    entries = {code: entry.name for code, entry in read.entries.items()}
    return {code: name for code, name in (named | entries).items() if name}


def _differs(held: Division, name: str, parent_code: str) -> bool:
    return held.name != name or (held.parent.code if held.parent else "") != parent_code


def _no_parent(code: str) -> Any:
    return _("上级“%(code)s”不在系统里，文件里也没有它的名称。请先导入上级，或另外给出它的名称。") % {"code": code}


def _parent_code(code: str, available: Container[str]) -> str:
    """Code of the nearest division above that there is, or empty."""
    return next((above for above in parent_codes(code) if above in available), "")


def _missing_parent(code: str, available: Container[str]) -> str:
    """The first division above, up to the county, that there must be and is not; or empty."""
    needed = (above for above in parent_codes(code) if len(above) >= COUNTY_LENGTH)
    return next((above for above in needed if above not in available), "")


def _write(wanted: Mapping[str, str], known: dict[str, Division]) -> None:
    """Create and correct level by level, so that each parent has its key before its children."""
    for length in LENGTHS:
        codes = sorted(code for code in wanted if len(code) == length)
        held = [known[code] for code in codes if code in known]
        changed = [one for one in held if _differs(one, wanted[one.code], _parent_code(one.code, known))]
        for division in changed:
            division.name, division.parent = wanted[division.code], known.get(_parent_code(division.code, known))
        Division.objects.bulk_update(changed, ["name", "parent"], batch_size=500)
        new = [_made(code, wanted[code], known) for code in codes if code not in known]
        known |= {division.code: division for division in Division.objects.bulk_create(new, batch_size=500)}


def _made(code: str, name: str, known: Mapping[str, Division]) -> Division:
    return Division(code=code, name=name, level=level_of(code), parent=known.get(_parent_code(code, known)))


def pack(read: DivisionList) -> dict[str, Any]:
    """A clean list as plain data, to be held between the report and the confirmation."""
    entries = [[entry.code, entry.name, entry.row] for entry in read.entries.values()]
    return {"entries": entries, "parents": read.parent_names}


def unpack(held: Mapping[str, Any]) -> DivisionList:
    """The list that `pack` made."""
    entries = {code: Entry(code, name, row) for code, name, row in held["entries"]}
    return DivisionList(entries=entries, parent_names=dict(held["parents"]))
