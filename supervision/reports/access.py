"""Whose reports a user sees, writes and takes in; and what is counted for each."""

from django.db.models import Q

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.organisations.queries import ids_below, predecessors
from supervision.dashboards.access import Scope
from supervision.reports.models import Level, MonthlyReport


def reports_for(user: User) -> Q:
    """Condition on MonthlyReport: the own body's, and those of all bodies and stations below it."""
    held = street_of(user) if user.role in STREET_ROLES else user.organisation_id
    if held is None or not can(user, P.REPORT_VIEW):
        return Q(pk__in=[])
    if user.role == Role.LIAISON_OFFICER:
        return Q(level=Level.STATION, organisation__in={*streets_of(user), user.organisation_id})
    return Q(organisation__in={*ids_below(held), *streets_of(user)})


def writes(user: User, report: MonthlyReport, permission: P = P.REPORT_EDIT) -> bool:
    """Whether the user acts for the body whose report it is; liaison officers do for their stations only."""
    if not can(user, permission):
        return False
    if user.role == Role.LIAISON_OFFICER:
        held = {*streets_of(user), user.organisation_id}
        return report.level == Level.STATION and report.organisation_id in held
    if user.role in STREET_ROLES:
        return report.level != Level.DISTRICT and _below_street(user, report.organisation_id)
    return report.level == Level.DISTRICT and report.organisation_id == user.organisation_id


def takes_in(user: User, report: MonthlyReport) -> bool:
    """Whether the user acts for the body to which the report is handed up."""
    if report.upper_id is None or user.role == Role.LIAISON_OFFICER or not can(user, P.REPORT_EDIT):
        return False
    if user.role in DISTRICT_ROLES:
        return report.upper_id == user.organisation_id
    return user.role in STREET_ROLES and report.upper_id in streets_of(user)


def _below_street(user: User, organisation_id: int) -> bool:
    held = street_of(user)
    return held is not None and organisation_id in {*ids_below(held), *streets_of(user)}


def scope_of(report: MonthlyReport, district: int) -> Scope:
    """What is counted for a report."""
    if report.station_id is not None:
        return Scope(district, {"point": [report.station_id]})
    if report.level == Level.STREET:
        return Scope(district, {"street": predecessors(report.organisation_id)})
    return Scope(district, {})
