"""Importing a roster: read, plan, and only when every row is good, write. The plan alone is the dry run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint, Stationing
from deputies.contact_points.reach import divisions_near, electoral, reach
from deputies.contact_points.services import station
from deputies.organisations.models import Division, Organisation
from deputies.organisations.queries import bodies
from deputies.roster.models import Delegation, Deputy, Group, Term
from deputies.roster.services import Details, add_deputy, change_deputy, differences, renew
from deputies.roster.services.matching import Known
from deputies.roster.services.rows import (
    COLUMN_OF_FIELD,
    COLUMNS,
    NAME,
    PASSED_OVER,
    POINTS,
    REQUIRED,
    TERM,
    Reference,
    Said,
    read,
)
from deputies.roster.states import DeputyStatus
from liaison.base.import_plans import BadCell, ImportPlan
from liaison.base.imports import Row, Table, check_columns

LABELS = {"create": _("新增"), "update": _("修改"), "renew": _("连任"), "unchanged": _("不变")}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one good row will do."""

    row: int
    verb: str
    details: Details
    deputy: Deputy | None = None
    changed: tuple[str, ...] = ()
    stations: tuple[ContactPoint, ...] = ()

    @property
    def fields(self) -> list[str]:
        """What changes, by the names of the columns."""
        return [COLUMN_OF_FIELD[name] for name in self.changed if name in COLUMN_OF_FIELD]

    @property
    def label(self) -> Any:
        """The verb in words."""
        return LABELS[self.verb]


Plan = ImportPlan[Step]


def plan_import(table: Table, *, by: User | None, today: date, district: Division | None = None) -> Plan:
    """Read every row of `table` and say what it would do; nothing is written.

    `by` None is the command line, which reaches all of `district` (everything when that is None too).
    """
    if by is not None:
        check(by, Permission.ROSTER_EDIT)
    plan = Plan()
    check_columns(table, plan.report, required=REQUIRED, known=(*COLUMNS, *PASSED_OVER))
    if not plan.report.ok:
        return plan
    planner = _Planner(by=by, today=today, district=district)
    for row in table.rows:
        with plan.noting(row):
            plan.take(planner.step(row))
    return plan


@transaction.atomic
def apply_plan(plan: Plan, *, by: User | None, now: datetime, today: date) -> None:
    """Write what the plan says, all or nothing. Raises InvalidInput when it has bad rows."""
    plan.check()
    for step in plan.acting:
        deputy = step.deputy
        if deputy is None:
            deputy = add_deputy(details=step.details, by=by, now=now)
        else:
            if step.verb == "renew" and deputy.status == DeputyStatus.ENDED:
                renew(deputy=deputy, by=by, now=now)
            change_deputy(deputy=deputy, details=step.details, version=deputy.version, by=by, now=now)
        for point in step.stations:
            station(point=point, deputy=deputy, since=today, by=by, now=now)


class _Planner:
    """The state of planning one file: what is known, and what earlier rows have said."""

    def __init__(self, *, by: User | None, today: date, district: Division | None) -> None:
        self.today = today
        within = reach(by, district)
        self.reference = _reference(by, within, district)
        self.known = Known(_deputies(), within)
        self.points = {point.code: point for point in _points(within)}
        self.stationed = set(Stationing.objects.current().values_list("deputy", "contact_point"))
        self.seen: dict[tuple[Any, ...], int] = {}

    def step(self, row: Row) -> Step:
        """What the row would do. Raises BadCell."""
        said = read(row, self.reference)
        deputy = self.known.find(said.details)
        self._once(row, said.details, deputy)
        points = [self._point(code) for code in said.points]
        return self._new(row, said, points) if deputy is None else self._changed(row, said, deputy, points)

    def _new(self, row: Row, said: Said, points: list[ContactPoint]) -> Step:
        term = said.details.term
        if term is not None and term.ends_on is not None and term.ends_on <= self.today:
            raise BadCell(TERM, _("这一届已经届满，不能再登记新代表。"))
        return Step(row=row.number, verb="create", details=said.details, stations=tuple(points))

    def _changed(self, row: Row, said: Said, deputy: Deputy, points: list[ContactPoint]) -> Step:
        details = said.over(deputy)
        changed = differences(deputy, details)
        new = tuple(point for point in points if (deputy.pk, point.pk) not in self.stationed)
        if new and deputy.status == DeputyStatus.ENDED and "term" not in changed:
            raise BadCell(POINTS, _("这位代表已离任，不能再安排驻点。"))
        renewed = "term" in changed
        verb = "renew" if renewed else "update" if changed or new else "unchanged"
        return Step(
            row=row.number, verb=verb, details=details, deputy=deputy, changed=tuple(changed), stations=new
        )  # fmt: skip

    def _point(self, code: str) -> ContactPoint:
        point = self.points.get(code.upper())
        if point is None:
            raise BadCell(POINTS, _("没有代码为“%(code)s”的在用联系点，或它不在您的管理范围内。") % {"code": code[:40]})
        return point

    def _once(self, row: Row, details: Details, deputy: Deputy | None) -> None:
        """A person stands in a file once. Raises BadCell."""
        term = details.term and details.term.pk
        keys: list[tuple[Any, ...]] = [("deputy", deputy.pk)] if deputy is not None else []
        if details.certificate:
            keys.append(("certificate", term, details.certificate))
        if details.phone:
            keys.append(("phone", details.identity, details.level, details.phone))
        if not keys:
            keys.append(("name", details.identity, details.level, details.name, details.organisation.pk))
        for key in keys:
            if key in self.seen:
                raise BadCell(NAME, _("与第 %(row)s 行是同一位代表。") % {"row": self.seen[key]})
        self.seen.update(dict.fromkeys(keys, row.number))


def _reference(by: User | None, within: frozenset[int] | None, district: Division | None) -> Reference:
    place = district.pk if district is not None else by.organisation.division_id if by and by.organisation else None
    near = divisions_near(place)
    terms = [term for term in Term.objects.order_by("id") if near is None or term.division_id in near]
    rows = bodies().by_id.values()
    groups = Group.objects.filter(active=True).order_by("id")
    return Reference(
        terms=terms,
        delegations=list(Delegation.objects.filter(term__in=terms).order_by("id")),
        groups=[group for group in groups if near is None or _near_body(group.organisation_id, near)],
        districts=[one for one in electoral() if near is None or one.pk in near],
        bodies={body.code: body for body in rows if within is None or body.pk in within},
        own_body=_own_body(by),
    )


def _own_body(by: User | None) -> Organisation | None:
    """A street's staff need not name their own body in every row."""
    return bodies().get(by.organisation_id) if by is not None else None


def _near_body(organisation_id: int, near: set[int]) -> bool:
    body = bodies().get(organisation_id)
    return body is not None and body.division_id in near


def _deputies() -> Iterable[Deputy]:
    related = ("term", "delegation", "electoral_district", "organisation")
    return Deputy.objects.select_related(*related).prefetch_related("groups").order_by("id")


def _points(within: frozenset[int] | None) -> Iterable[ContactPoint]:
    points = ContactPoint.objects.in_use().select_related("organisation")
    return points if within is None else points.filter(organisation__in=within)
