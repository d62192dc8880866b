"""Import a roster of deputies."""

from datetime import datetime

from deputies.contact_points.importing import Plan, apply_plan, plan_import
from deputies.contact_points.roster_template import roster_template
from deputies.management.importing import PlannedImport
from deputies.organisations.models import Division
from liaison.base.documents.xlsx import Sheet
from liaison.base.imports import Table
from liaison.base.workdays.arithmetic import local_today


class Command(PlannedImport):
    """`import_roster FILE [--dry-run] [--district CODE]`: all rows, or none; `--template FILE` writes an empty one."""

    help = "Import a roster (XLSX or CSV): a bad row is reported with its number and reason, and nothing is imported."

    def template(self) -> Sheet:
        return roster_template()

    def plan(self, table: Table, *, district: Division | None, now: datetime) -> Plan:
        return plan_import(table, by=None, today=local_today(now), district=district)

    def apply(self, plan: Plan, *, now: datetime) -> None:
        apply_plan(plan, by=None, now=now, today=local_today(now))
