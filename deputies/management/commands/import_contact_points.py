"""Import contact points."""

from datetime import datetime

from deputies.contact_points.register_import import Plan, apply_points, plan_points
from deputies.contact_points.register_template import register_template
from deputies.management.importing import PlannedImport
from deputies.organisations.models import Division
from liaison.base.documents.xlsx import Sheet
from liaison.base.imports import Table


class Command(PlannedImport):
    """`import_contact_points FILE [--dry-run] [--district CODE]`: all rows, or none; `--template` makes one."""

    help = "Import contact points (XLSX, CSV): a bad row is reported with number and reason, and nothing is imported."

    def template(self) -> Sheet:
        return register_template()

    def plan(self, table: Table, *, district: Division | None, now: datetime) -> Plan:
        return plan_points(table, by=None, district=district)

    def apply(self, plan: Plan, *, now: datetime) -> None:
        apply_points(plan, by=None, now=now)
