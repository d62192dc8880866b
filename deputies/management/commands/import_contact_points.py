"""Import contact points."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.contact_points.register_import import Plan, apply_points, plan_points
from deputies.contact_points.register_template import register_template
from deputies.organisations.models import Division
from liaison.base.documents.xlsx import workbook
from liaison.base.errors import DomainError
from liaison.base.imports import Table, read_table


class Command(BaseCommand):
    """`import_contact_points FILE [--dry-run] [--district CODE]`: all rows, or none; `--template` makes one."""

    help = "Import contact points (XLSX, CSV): a bad row is reported with number and reason, and nothing is imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check and say what would change; write nothing")
        parser.add_argument(
            "--district", metavar="CODE", help="division code of the district that the points belong to"
        )
        parser.add_argument(
            "--template", action="store_true", help="write an empty template to FILE instead of reading it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if options["template"]:
            return self._write_template(path)
        now = timezone.now()
        district = _district(options["district"])
        plan = plan_points(_read(path), by=None, district=district)
        if not plan.report.ok:
            raise CommandError(_refusal(plan))
        if not options["dry_run"]:
            try:
                apply_points(plan, by=None, now=now)
            except DomainError as error:
                raise CommandError(f"Nothing was imported: {error.message}") from error
        report = plan.report
        self.stdout.write(f"created {report.created}, changed {report.updated}, unchanged {report.unchanged}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
        return None

    def _write_template(self, path: Path) -> None:
        try:
            path.write_bytes(workbook(register_template()))
        except OSError as error:
            raise CommandError(f"{path.name}: {error.strerror}") from error
        self.stdout.write(f"Wrote {path.name}.")


def _read(path: Path) -> Table:
    try:
        return read_table(path.read_bytes(), name=path.name)
    except DomainError as error:
        raise CommandError(f"{path.name}: {error.message}") from error
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from error


def _district(code: str | None) -> Division | None:
    if not code:
        return None
    found = Division.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no division with the code {code}.")
    return found


def _refusal(plan: Plan) -> str:
    errors = plan.report.errors
    return f"Nothing was imported; {len(errors)} bad rows:\n" + "\n".join(f"row {error}" for error in errors)
