"""Importing contact points: read, plan, and only when every row is good, write. The plan alone is the dry run.

A parent may stand in the same file, above or below its children: plans are written from the highest kind down.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint, PointKind
from deputies.contact_points.reach import divisions_near, electoral, reach
from deputies.contact_points.register_rows import (
    CODE,
    COLUMN_OF_FIELD,
    COLUMNS,
    KIND,
    NAME,
    PARENT,
    PASSED_OVER,
    REQUIRED,
    Reference,
    Said,
    checked,
    parents_by_name,
    read,
)
from deputies.contact_points.services import RANK, Details, check_children, create_point, update_point
from deputies.organisations.models import Division
from deputies.organisations.queries import bodies
from liaison.base.errors import InvalidInput
from liaison.base.import_plans import BadCell, ImportPlan
from liaison.base.imports import Row, Table, check_columns
from liaison.base.stamps import reading

LABELS = {"create": _("新增"), "update": _("修改"), "unchanged": _("不变")}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one good row will do. `parent_row` is the row of a parent that the file itself makes or names."""

    row: int
    verb: str
    details: Details
    point: ContactPoint | None = None
    parent_row: int = 0
    changed: tuple[str, ...] = ()

    @property
    def fields(self) -> list[str]:
        """What changes, by the names of the columns."""
        return [COLUMN_OF_FIELD[name] for name in self.changed]

    @property
    def label(self) -> Any:
        """The verb in words."""
        return LABELS[self.verb]

    @property
    def kind(self) -> Any:
        """The kind in words."""
        return PointKind(self.details.kind).label


Plan = ImportPlan[Step]


def plan_points(table: Table, *, by: User | None, district: Division | None = None) -> Plan:
    """Read every row of `table` and say what it would do; nothing is written.

    `by` None is the command line, which reaches all of `district` (everything when that is None too).
    """
    if by is not None:
        check(by, Permission.POINT_EDIT)
    plan = Plan()
    check_columns(table, plan.report, required=REQUIRED, known=(*COLUMNS, *PASSED_OVER))
    if not plan.report.ok:
        return plan
    with reading():
        _fill(plan, table, _Planner(by=by, district=district))
    return plan


def _fill(plan: Plan, table: Table, planner: "_Planner") -> None:
    """Hear all rows before any is planned, since a parent may stand below its children."""
    said: list[tuple[Row, Said]] = []
    for row in table.rows:
        with plan.noting(row):
            said.append((row, planner.hear(row)))
    for row, one in said:
        with plan.noting(row):
            plan.take(planner.step(row, one))
    plan.report.errors.sort(key=lambda error: error.row)


@transaction.atomic
def apply_points(plan: Plan, *, by: User | None, now: datetime) -> None:
    """Write what the plan says, all or nothing. Raises InvalidInput when it has bad rows."""
    plan.check()
    made = {step.row: step.point for step in plan.steps if step.point is not None}
    for step in sorted(plan.acting, key=lambda step: (RANK[PointKind(step.details.kind)], step.row)):
        details = replace(step.details, parent=made[step.parent_row]) if step.parent_row else step.details
        if step.point is None:
            made[step.row] = create_point(details=details, by=by, now=now)
        else:
            update_point(point=step.point, details=details, version=step.point.version, by=by, now=now)


class _Planner:
    """The state of planning one file: what is known, and what its rows have said."""

    def __init__(self, *, by: User | None, district: Division | None) -> None:
        within = reach(by, district)
        self.reference = _reference(by, within, district)
        points = ContactPoint.objects.select_related("parent", "organisation", "division", "electoral_district")
        if within is not None:
            points = points.filter(organisation__in=within)
        self.points = list(points.order_by("id"))
        self.by_code = {point.code: point for point in self.points}
        self.by_name = {(point.organisation_id, point.name): point for point in self.points}
        self.parents = parents_by_name(point for point in self.points if point.active)
        self.heard: dict[tuple[int, str], tuple[int, Said]] = {}

    def hear(self, row: Row) -> Said:
        """What the row says by itself. A point stands in a file once. Raises BadCell."""
        said = read(row, self.reference)
        key = (said.details.organisation.pk, said.details.name)
        if key in self.heard:
            raise BadCell(NAME, _("与第 %(row)s 行是同一个联系点。") % {"row": self.heard[key][0]})
        self.heard[key] = (row.number, said)
        return said

    def step(self, row: Row, said: Said) -> Step:
        """What the row would do. Raises BadCell."""
        point = self._known(said)
        details = said.over(point) if point else said.details
        parent, parent_row = self._parent(row, said, point)
        details = replace(details, parent=parent)
        checked(details, point)
        if point is None:
            return Step(row=row.number, verb="create", details=details, parent_row=parent_row)
        return self._changed(row, point, details, parent_row)

    def _known(self, said: Said) -> ContactPoint | None:
        if not said.code:
            return self.by_name.get((said.details.organisation.pk, said.details.name))
        point = self.by_code.get(said.code)
        if point is None:
            words = _("没有代码为“%(code)s”的联系点，或它不在管理范围内；新登记的不填代码。")
            raise BadCell(CODE, words % {"code": said.code[:40]})
        return point

    def _parent(self, row: Row, said: Said, point: ContactPoint | None) -> tuple[ContactPoint | None, int]:
        """The parent, and its row where it stands in the file and has no record yet."""
        if not said.parent:
            return (point.parent if point else None), 0
        found = self.parents.get(said.parent, [])
        own = [one for one in found if one.organisation_id == said.details.organisation.pk] or found
        if len(own) == 1:
            return own[0], 0
        number, other = self._in_file(said)
        if own or number == row.number or other is None:
            raise BadCell(PARENT, self._no_parent(said.parent, many=len(own) > 1))
        return ContactPoint(name=other.details.name, kind=other.details.kind), number

    def _in_file(self, said: Said) -> tuple[int, Said | None]:
        rows = [held for (_body, name), held in self.heard.items() if name == said.parent]
        own = [held for held in rows if held[1].details.organisation == said.details.organisation] or rows
        return own[0] if len(own) == 1 else (0, None)

    def _no_parent(self, name: str, *, many: bool) -> Any:
        words = _("“%(text)s”不止一个，请填代码。") if many else _("没有在用的联系点“%(text)s”，本表里也没有。")
        return words % {"text": name[:40]}

    def _changed(self, row: Row, point: ContactPoint, details: Details, parent_row: int) -> Step:
        changed = tuple(name for name, value in details.values().items() if getattr(point, name) != value)
        if "kind" in changed:
            try:
                check_children(point, details.kind)
            except InvalidInput as error:
                raise BadCell(KIND, error.message) from error
        verb = "update" if changed else "unchanged"
        return Step(
            row=row.number, verb=verb, details=details, point=point, parent_row=parent_row, changed=changed
        )  # fmt: skip


def _reference(by: User | None, within: frozenset[int] | None, district: Division | None) -> Reference:
    own = bodies().get(by.organisation_id) if by is not None else None
    near = divisions_near(district.pk if district is not None else own.division_id if own else None)
    known: Iterable[Any] = bodies().by_id.values()
    return Reference(
        bodies=[body for body in known if within is None or body.pk in within],
        districts=[one for one in electoral() if near is None or one.pk in near],
        own_body=own,
    )
