"""Whose reports a user sees, writes and takes in; and what is counted for each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import OrganisationKind
from deputies.organisations.queries import ids_below, predecessors
from supervision.dashboards.access import Scope
from supervision.reports.models import Level, MonthlyReport


def reports_for(user: User) -> Q:
    """Condition on MonthlyReport: the own body's, and those of all bodies and stations below it."""
    held = Q(organisation__in=_held_by(user) if can(user, P.REPORT_VIEW) else ())
    return held & Q(level=Level.STATION) if user.role == Role.LIAISON_OFFICER else held


def acts_for(user: User) -> list[int]:
    """The bodies to which reports are handed up for the user to take in: the own one, and those merged into it."""
    if user.role in STREET_ROLES:
        return streets_of(user)
    return [user.organisation_id] if user.organisation_id else []


def _held_by(user: User) -> Collection[int]:
    """The bodies whose reports the user reads: the own one and all below it; an officer of one station has that one."""
    body = user.organisation
    if body is None:
        return ()
    if user.role == Role.LIAISON_OFFICER and body.kind == OrganisationKind.STATION:
        return predecessors(body.pk)
    held = street_of(user) if user.role in STREET_ROLES else body.pk
    return ids_below(held) if held else ()


def writes(user: User, report: MonthlyReport, permission: P = P.REPORT_EDIT) -> bool:
    """Whether the user acts for the body whose report it is; liaison officers do for their stations only."""
    if not can(user, permission):
        return False
    if user.role == Role.LIAISON_OFFICER:
        return report.level == Level.STATION and report.organisation_id in _held_by(user)
    if user.role in STREET_ROLES:
        return report.level != Level.DISTRICT and report.organisation_id in _held_by(user)
    return user.role in DISTRICT_ROLES and report.organisation_id == user.organisation_id


def takes_in(user: User, report: MonthlyReport) -> bool:
    """Whether the user acts for the body to which the report is handed up."""
    return user.role != Role.LIAISON_OFFICER and can(user, P.REPORT_EDIT) and report.upper_id in acts_for(user)


def points_of(stations: Iterable[int]) -> Mapping[int, list[int]]:
    """Each station with the points that stand under it: what came in there counts for the station."""
    found = defaultdict[int, list[int]](list, {one: [one] for one in stations})
    below = ContactPoint.objects.filter(parent__in=list(found)).order_by("pk")
    for point, station in below.values_list("pk", "parent__pk"):
        found[station].append(point)
    return found


def scope_of(report: MonthlyReport, district: int) -> Scope:
    """What is counted for a report."""
    if report.station_id is not None:
        return Scope(district, {"point": points_of([report.station_id])[report.station_id]})
    if report.level == Level.STREET:
        return Scope(district, {"street": predecessors(report.organisation_id)})
    return Scope(district, {})
