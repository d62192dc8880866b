"""Reading the measures of a side and a period, what a report says, and which reports there are."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from deputies.accounts.access import Permission
from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint
from deputies.organisations.queries import district_of, predecessors
from deputies.roster.models import Deputy, Group
from liaison.base.stamps import reading
from liaison.base.workdays.arithmetic import add_months, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import SourceChannel
from opinions.matters.models import Matter
from opinions.promises.models import Promise
from supervision.dashboards.access import Scope
from supervision.dashboards.models import PromiseFact
from supervision.dashboards.queries import (
    Numbers,
    Period,
    Side,
    acting,
    counted,
    days,
    facts_of,
    lasting,
    name_of,
    standing,
)
from supervision.reports.access import acts_for, reports_for, scope_of, takes_in, writes
from supervision.reports.models import Comparison, Edition, Layout, Level, MonthlyReport
from supervision.reports.registry import SECTIONS, STANDING, Entry, Section, by_line, registry, values_of
from supervision.reports.registry import Value as Figure
from supervision.reports.states import OPEN, REPORT, ReportStatus

COLUMN = {"category": "top", "station": "point", "group": "deputy"}
"""By which column of the facts an axis goes, where it is not its own name."""
AXES = {
    "street": gettext_lazy("街道"), "body": gettext_lazy("单位"), "category": gettext_lazy("类别"),
    "tier": gettext_lazy("层级"), "channel": gettext_lazy("渠道"), "station": gettext_lazy("联系点"),
    "deputy": gettext_lazy("代表"), "group": gettext_lazy("代表小组"), "month": gettext_lazy("月份"),
}  # fmt: skip
BY_NAME = ("station", "group", "deputy")
"""Places and people stand in the order of their names; streets are compared only where that is switched on (Z8)."""
TOLD = {
    Level.DISTRICT: ("street", "body", "category", "tier", "channel", "group"),
    Level.STREET: ("station", "body", "category", "tier", "channel"),
    Level.STATION: ("category", "tier"),
}
"""The tables of a report."""
NOTHING = ("", None)
"""What an edition says of what it does not name."""
COMPILED = ("opened", "closed", "replied", "satisfied", "unsatisfied", "solved", "promises_kept", "open")
"""What the upper level compares."""
COLUMNS = (
    "opened", "closed", "rated", "satisfied", "mostly", "unsatisfied", "lapsed", "solved", "partly", "unsolved",
)  # fmt: skip
"""What a table tells of each line; those who said nothing stand beside those who spoke."""
BY_TIER = "by_tier"
"""Among the numbers of the moment that a report keeps: the proposals by tier (H16)."""


@dataclass(frozen=True)
class Line:
    """One line of a breakdown; a measure that is not counted by line is not among the values."""

    key: Any
    name: str
    values: Mapping[str, Figure]


def side_of_scope(held: Scope, now: datetime) -> Side:
    """What is read for a scope, in the light of today."""
    return Side(held.district, dict(held.place), days(current_calendar(), local_today(now)))


def values(side: Side, span: Period) -> dict[str, Figure]:
    """Every measure of a side: of the months of `span`, and of now."""
    numbers = counted(side, span).get(None, Counter()) + standing(side).get(None, Counter())
    return values_of(numbers, {stage: found for (_key, stage), found in lasting(side, span).items()})


def by_month(side: Side, span: Period) -> dict[date, dict[str, Figure]]:
    """Every measure of each month of `span` in which something came or ended."""
    numbers, spreads = counted(side, span, "month"), defaultdict[date, dict[str, Any]](dict)
    for (month, stage), found in lasting(side, span, "month").items():
        spreads[month][stage] = found
    return {month: values_of(held, spreads.get(month, {})) for month, held in numbers.items()}


def breakdown(side: Side, span: Period, axis: str, *, now: bool = False) -> list[Line]:
    """The measures by an axis; with `now` those of the moment too. A deputy of two groups counts in both, as the
    groups are today."""
    column = COLUMN.get(axis, axis)
    found: dict[Any, Numbers] = defaultdict(Counter)
    for key, numbers in counted(side, span, column).items():
        found[acting(axis, key)].update(numbers)
    for key, numbers in standing(side, column).items() if now else ():
        found[acting(axis, key)].update(numbers)
    if axis in ("deputy", "group"):
        found.pop(0, None)
    held = _grouped(found) if axis == "group" else found
    names, codes = _names(axis, held), by_line(now=now)
    lines = []
    for key, numbers in held.items():
        told = values_of(+numbers, {})
        lines.append(Line(key, names.get(key, ""), {code: told[code] for code in codes}))
    if axis in BY_NAME:
        return sorted(lines, key=lambda line: (line.name, line.key))
    return sorted(lines, key=lambda line: (-(line.values["opened"] or 0), line.name, line.key))


def _grouped(found: Mapping[int, Numbers]) -> dict[int, Numbers]:
    """The numbers of deputies under their groups; one statement."""
    held: dict[int, Numbers] = defaultdict(Counter)
    rows = Deputy.groups.through.objects.filter(deputy__in=list(found)).values_list("deputy_id", "group_id")
    for deputy, group in rows:
        held[group].update(found[deputy])
    return held


def _names(axis: str, keys: Iterable[Any]) -> dict[Any, str]:
    models: dict[str, Any] = {"deputy": Deputy, "group": Group, "station": ContactPoint}
    if axis in models:
        named = dict(models[axis].objects.filter(pk__in=list(keys)).values_list("pk", "name"))
        return {0: _("没有经过联系点"), **named} if axis == "station" else named
    if axis == "channel":
        return {key: str(SourceChannel(key).label) if key in SourceChannel else _("没有渠道") for key in keys}
    if axis == "month":
        return {key: f"{key:%Y-%m}" for key in keys}
    return {key: name_of(axis, key) for key in keys}


def reports(user: User) -> QuerySet[MonthlyReport]:
    """The reports that the user may read, with the level as a number to order by (the highest first)."""
    order = Case(
        *(When(level=level, then=Value(place)) for place, level in enumerate(reversed(Level.values))),
        output_field=IntegerField(),
    )
    rows = MonthlyReport.objects.filter(reports_for(user)).select_related("organisation", "station", "upper")
    return rows.annotate(rank=order)


def below(report: MonthlyReport) -> QuerySet[MonthlyReport]:
    """The reports that are handed up to this one's body, or to one merged into it, of the same month."""
    rows = MonthlyReport.objects.filter(upper__in=predecessors(report.organisation_id), month=report.month)
    if report.level == Level.STATION:
        return rows.none()
    return rows.exclude(pk=report.pk).select_related("organisation", "station").order_by("level", "organisation", "pk")


def tally(rows: Iterable[MonthlyReport]) -> dict[str, int]:
    """How many have arrived, and how many are missing."""
    held = Counter(row.arrived for row in rows)
    return {"arrived": held[True], "missing": held[False]}


def waits(user: User) -> Q:
    """Condition on MonthlyReport: the next step is the user's own body's."""
    bodies = acts_for(user)
    own = Q(level=Level.STATION) if user.role == Role.LIAISON_OFFICER else Q(organisation__in=bodies)
    ours = own & Q(status__in=[*OPEN]) | own & Q(status=ReportStatus.SIGNED, upper__isnull=False)
    return ours | Q(upper__in=bodies, status=ReportStatus.HANDED_UP)


def district_id(report: MonthlyReport) -> int:
    """The district in which the report's matters lie."""
    district = district_of(report.organisation)
    return district.pk if district else 0


def compose(report: MonthlyReport, *, now: datetime) -> dict[str, Any]:
    """What the report says now, as plain data in the language of documents: the only figures there are, none typed."""
    with override(settings.LANGUAGE_CODE), reading():
        side = side_of_scope(scope_of(report, district_id(report)), now)
        notes = dict(report.notes.values_list("section", "text"))
        last, year = add_months(report.month, -1), add_months(report.month, -12)
        found = by_month(side, (year, year)) | by_month(side, (last, report.month))
        return {
            "owner": str(report.owner), "organisation": report.organisation.name,
            "upper": report.upper.name if report.upper else "", "month": f"{report.month:%Y-%m}",
            "standing_at": report.standing_at.isoformat(),
            "sections": [_section(one, report, found, notes.get(one.key, "")) for one in SECTIONS],
            "tables": [_table(side, report, axis) for axis in _told(report)],
            "below": [_arrived(one) for one in below(report)],
        }  # fmt: skip


def _told(report: MonthlyReport) -> list[str]:
    """By what the tables of a report go: by street only where the district compares its streets."""
    compared = Comparison.objects.filter(organisation=report.organisation_id, reports=True).exists()
    return [axis for axis in TOLD[Level(report.level)] if axis != "street" or compared]


def _section(
    section: Section, report: MonthlyReport, found: Mapping[date, Mapping[str, Figure]], note: str
) -> dict[str, Any]:
    """A section's rows: the month, the month before, and the same month of the year before."""
    standing_ = section.key == STANDING
    nothing = values_of(Counter(), {})
    months = [found.get(add_months(report.month, back), nothing) for back in (0, -1, -12)]
    rows = []
    for code in section.codes:
        told = [report.standing.get(code, 0), None, None] if standing_ else [one[code] for one in months]
        rows.append(row_of(registry()[code], told))
    return {"key": section.key, "title": str(section.title), "hint": str(section.hint), "rows": rows, "note": note}


def row_of(entry: Entry, told: Sequence[Figure]) -> dict[str, Any]:
    """A row of a section: the month, the month before, the same month of the year before."""
    return {
        "code": entry.code, "name": str(entry.name), "unit": str(entry.unit), "counts": str(entry.counts),
        "value": told[0], "before": told[1], "year_before": told[2],
    }  # fmt: skip


def _table(side: Side, report: MonthlyReport, axis: str) -> dict[str, Any]:
    found = {line.key: line for line in breakdown(side, (report.month, report.month), axis)}
    for key, count in report.standing.get(BY_TIER, {}).items() if axis == "tier" else ():
        line = found.get(int(key)) or Line(int(key), name_of(axis, int(key)), {})
        found[line.key] = replace(line, values={**line.values, "proposed": count})
    return table_of(axis, found.values())


def table_of(axis: str, lines: Iterable[Line]) -> dict[str, Any]:
    """A table as plain data."""
    codes = columns_for(axis)
    return {
        "axis": axis, "title": str(AXES[axis]), "columns": [str(registry()[code].name) for code in codes],
        "codes": codes,
        "rows": [{"key": one.key, "name": one.name, "values": [one.values.get(code, 0) for code in codes]}
                 for one in lines],
    }  # fmt: skip


def columns_for(axis: str, columns: Sequence[str] = COLUMNS) -> list[str]:
    """What a table tells: by tier what became a proposal too, which is no solution (H16)."""
    return [*columns, *["proposed"] * (axis == "tier")]


def _arrived(report: MonthlyReport) -> dict[str, Any]:
    at = report.handed_up_at if report.arrived else None
    return {"name": str(report.owner), "arrived": report.arrived, "at": at.isoformat() if at else ""}


def digest_of(content: Mapping[str, Any]) -> str:
    """The hash of what a report says."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where two editions say something else: the name, what it was and what it is, in the language of documents."""
    with override(settings.LANGUAGE_CODE):
        held, said = _said(was), _said(now)
    told = (
        {"name": name, "was": held.get(key, NOTHING)[1], "now": said.get(key, NOTHING)[1]}
        for key, (name, _value) in {**held, **said}.items()
    )
    return [row for row in told if row["was"] != row["now"]]


def _said(content: Mapping[str, Any]) -> dict[tuple[Any, ...], tuple[str, Any]]:
    """Each figure and note of an edition, with its name, by what it is about: two people may share a name."""
    found: dict[tuple[Any, ...], tuple[str, Any]] = {}
    for section in content["sections"]:
        found |= {("", row["code"]): (row["name"], row["value"]) for row in section["rows"]}
        if section["note"]:
            found["note", section["key"]] = _("%(title)s：说明") % {"title": section["title"]}, section["note"]
    for table in content["tables"]:
        for row in table["rows"]:
            for code, column, value in zip(table["codes"], table["columns"], row["values"], strict=True):
                name = f"{table['title']} · {row['name']} · {column}"
                found[table["axis"], row["key"], code] = name, value
    return found


def figures_of(content: Mapping[str, Any]) -> dict[str, Figure]:
    """The figures of an edition by code."""
    return {row["code"]: row["value"] for section in content["sections"] for row in section["rows"]}


def told_by(rows: Sequence[MonthlyReport]) -> list[tuple[MonthlyReport, dict[str, Figure]]]:
    """What each report that has arrived says in its last edition; nothing of those missing. One statement."""
    newest = Edition.objects.filter(report=OuterRef("report")).order_by("-number").values("number")[:1]
    editions = Edition.objects.filter(report__in=[one for one in rows if one.arrived], number=Subquery(newest))
    held = {report: figures_of(content) for report, content in editions.values_list("report", "content")}
    return [(one, held.get(one.pk, {})) for one in rows]


def rows_of(report: MonthlyReport, code: str, given: Mapping[str, Any], now: datetime) -> tuple[QuerySet[Any], str]:
    """The facts that a figure counts now, and what the line is called to which `given` narrows it.

    Raises LookupError where there is no such figure or line.
    """
    entry = registry()[code]
    which, name = _line(str(given.get("by", "")), str(given.get("key", "")))
    side = side_of_scope(scope_of(report, district_id(report)), now)
    return facts_of(side, (report.month, report.month), entry.rows).filter(which), name


def _line(axis: str, text: str) -> tuple[Q, str]:
    """Which facts a line of a table counts, and its name; all and "" without an axis. Raises LookupError."""
    if not axis:
        return Q(), ""
    numeric = axis in AXES and axis not in ("month", "channel") and text.isascii() and text.isdigit() and len(text) < 12
    key, nothing = (int(text), 0) if numeric else (text, "")
    names = _names(axis, [key, nothing]) if numeric or axis == "channel" else {}
    if key not in names or (key != nothing and names[key] == names.get(nothing)):
        raise LookupError(text)
    if axis == "group":
        return Q(deputy__in=Deputy.groups.through.objects.filter(group=int(key)).values("deputy_id")), names[key]
    held = predecessors(int(key)) if axis in ("street", "body") and key else [key]
    return Q(**{f"{COLUMN.get(axis, axis)}__in": held}), names[key]


def readable(user: User, facts: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the facts whose matters, or promises, the user may read."""
    name, rows = ("promise", Promise.objects) if facts.model is PromiseFact else ("matter", Matter.objects)
    return facts.filter(**{f"{name}__in": rows.visible_to(user).order_by().values("pk")})


def layout_for(report: MonthlyReport) -> Layout | None:
    """The layout that the report's district keeps for its level."""
    rows = Layout.objects.filter(organisation=district_id(report), level=report.level, active=True)
    return rows.select_related("file").order_by("-version").first()


def layouts(user: User) -> list[Layout]:
    """Every version that the user's district keeps, by level, the newest first."""
    held = Layout.objects.filter(organisation=user.organisation_id)
    return list(held.select_related("file", "by").order_by("level", "-version"))


def issued(report: MonthlyReport) -> list[Edition]:
    """The editions of a report with their files, the newest first."""
    return list(report.editions.select_related("by").prefetch_related("files__file"))


def verbs_for(user: User, report: MonthlyReport) -> list[str]:
    """What the user can do to the report now, the likeliest first; the services permit exactly these."""
    return [verb for verb, may in _MAY.items() if report.status in REPORT[verb].sources and may(user, report)]


_MAY: Mapping[str, Callable[[User, MonthlyReport], bool]] = {
    "sign_report": lambda user, report: writes(user, report, Permission.REPORT_SIGN),
    "hand_up_report": lambda user, report: report.upper_id is not None and writes(user, report),
    "receive_report": takes_in, "send_back_report": takes_in, "correct_report": writes,
}  # fmt: skip
