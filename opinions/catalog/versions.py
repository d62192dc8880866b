"""Limits as versions in time: what rules when, for which matters, and since when. Reading only.

Rows that rule the same matters (`Scope`) follow each other without overlapping; a row is never edited but for the day
on which the next one ends it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from deputies.organisations.models import Organisation
from opinions.catalog.models import ClockKind, Tier, TimeLimitPolicy, Urgency


class Scope(NamedTuple):
    """Which steps of which matters a limit rules."""

    clock: str
    district_id: int | None = None
    tier: int | None = None
    category_id: int | None = None
    urgency: str = ""

    @property
    def is_general(self) -> bool:
        """Whether nothing more general would rule in its place."""
        return self[2:] == (None, None, "")


def scope_of(row: TimeLimitPolicy) -> Scope:
    """What the row rules."""
    return Scope(row.clock, row.district_id, row.tier, row.category_id, row.urgency)


def in_scope(scope: Scope) -> QuerySet[TimeLimitPolicy]:
    """All versions for just these matters, oldest first."""
    return TimeLimitPolicy.objects.filter(**scope._asdict()).order_by("valid_from", "id")


def kept_by(district: Organisation | None) -> QuerySet[TimeLimitPolicy]:
    """What somebody of the district sees: its own rows and the general ones; without a district all."""
    rows = TimeLimitPolicy.objects.select_related("category", "district")
    return rows.filter(Q(district=None) | Q(district=district)) if district else rows


@dataclass(frozen=True)
class Line:
    """The versions of one scope, as of a day."""

    scope: Scope
    words: str
    now: TimeLimitPolicy | None
    coming: list[TimeLimitPolicy]
    past: list[TimeLimitPolicy]

    @property
    def newest(self) -> TimeLimitPolicy:
        """The row that a new version is made from."""
        return self.now or [*self.past, *self.coming][-1]


def lines(rows: Iterable[TimeLimitPolicy], today: date) -> Iterator[tuple[ClockKind, list[Line]]]:
    """The versions by kind of clock and scope, the general scope first."""
    order = list(ClockKind)
    held = sorted(
        rows, key=lambda row: (order.index(ClockKind(row.clock)), _key(scope_of(row)), row.valid_from, row.pk)
    )
    for clock, of_kind in groupby(held, key=lambda row: row.clock):
        yield ClockKind(clock), [_line(scope, list(group), today) for scope, group in groupby(of_kind, key=scope_of)]


def _key(scope: Scope) -> tuple[int, ...]:
    urgencies = ["", *Urgency.values]
    return (scope.district_id or 0, scope.category_id or 0, scope.tier or 0, urgencies.index(scope.urgency))


def _line(scope: Scope, rows: list[TimeLimitPolicy], today: date) -> Line:
    return Line(
        scope,
        words_of(rows[0]),
        now=next((row for row in reversed(rows) if in_force(row, today)), None),
        coming=[row for row in rows if row.valid_from > today],
        past=[row for row in rows if row.valid_to is not None and row.valid_to < today],
    )


def in_force(row: TimeLimitPolicy, day: date) -> bool:
    """Whether the row rules on `day`."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def words_of(row: TimeLimitPolicy) -> str:
    """Which matters a row rules, in words."""
    parts = [
        row.district.name if row.district else "",
        str(row.category) if row.category else "",
        str(Tier(row.tier).label) if row.tier else "",
        str(Urgency(row.urgency).label) if row.urgency else "",
    ]
    return " · ".join(part for part in parts if part) or _("一般情况")
