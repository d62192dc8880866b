"""What the public statistics show of a district: results only, nothing about a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import STAMP, bodies, street_committees_of
from liaison.base.stamps import cached
from liaison.base.workdays.arithmetic import add_months, local_today, month_of
from supervision.dashboards.access import Scope
from supervision.dashboards.queries import Period, Side
from supervision.reports.models import Comparison
from supervision.reports.queries import AXES, breakdown, by_month, columns_for, side_of_scope, values
from supervision.reports.registry import SECTIONS, STANDING, Entry, Value, registry

SHOWN_BY = ("category", "tier", "channel")
COLUMNS = (
    ("opened", "closed", "satisfied", "mostly", "unsatisfied", "lapsed"), ("closed", "solved", "partly", "unsolved"),
)  # fmt: skip
"""What is told of each line, in two tables, so that a telephone shows them: satisfied is not solved."""
MONTHS = 12
"""Months that can be chosen one by one, and that the table of months shows."""


@dataclass(frozen=True)
class Told:
    """A figure, and the one of a year before."""

    entry: Entry
    value: Value
    year_before: Value = None


def districts() -> list[Organisation]:
    """The standing committees that have streets, by code; kept while no body is edited."""
    return cached(STAMP, _load_districts, part="with-streets")


def _load_districts() -> list[Organisation]:
    rows = (one for one in bodies().by_id.values() if one.active and one.kind == OrganisationKind.CONGRESS)
    return sorted((one for one in rows if street_committees_of(one)), key=lambda one: one.code)


def offered(month: str | None, today: date) -> Period:
    """The month that is asked for if it is offered, else the last twelve: few pages to keep, whatever is asked."""
    last = today.replace(day=1)
    first, one = add_months(last, 1 - MONTHS), month_of(month)
    return (one, one) if one is not None and first <= one <= last else (first, last)


def page(district: Organisation, span: Period, now: datetime) -> dict[str, Any]:
    """All that the page shows; as many statements for a million matters as for none."""
    side = side_of_scope(Scope(district.pk, {}), now)
    this = values(side, span)
    before = values(side, (add_months(span[0], -12), add_months(span[1], -12)))
    last = local_today(now).replace(day=1)
    months = [add_months(last, -back) for back in range(MONTHS)]
    found = by_month(side, (months[-1], last))
    compared = Comparison.objects.filter(organisation=district, public=True).exists()
    axes = [*SHOWN_BY, *["street"] * compared]
    return {
        "district": district, "span": span, "now": now, "months": months,
        "sections": [(one, _told(one.codes, this, {} if one.key == STANDING else before)) for one in SECTIONS],
        "tables": [(AXES[axis], _parts(axis, _by(side, span, axis))) for axis in axes],
        "by_month": _parts("month", [(f"{month:%Y-%m}", found.get(month, {})) for month in months]),
    }  # fmt: skip


def _told(codes: Sequence[str], this: Mapping[str, Value], before: Mapping[str, Value]) -> list[Told]:
    entries = (registry()[code] for code in codes)
    return [Told(one, this[one.code], before.get(one.code)) for one in entries if one.public]


def _parts(axis: str, lines: Sequence[tuple[str, Mapping[str, Value]]]) -> list[tuple[list[Entry], list[Any]]]:
    """The tables of a breakdown: the columns of each, and its lines."""
    found = []
    for columns in COLUMNS:
        codes = columns_for(axis, columns) if columns is COLUMNS[-1] else columns
        rows = [(name, [values.get(code, 0) for code in codes]) for name, values in lines]
        found.append(([registry()[code] for code in codes], rows))
    return found


def _by(side: Side, span: Period, axis: str) -> list[tuple[str, Mapping[str, Value]]]:
    """The lines of a breakdown by an axis; what became a proposal is told by tier, as it is now."""
    return [(line.name, line.values) for line in breakdown(side, span, axis, now=axis == "tier")]
