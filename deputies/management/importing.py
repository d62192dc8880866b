"""What the commands that import files share: all rows, or none; every bad row is told."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.organisations.models import Division
from liaison.base.documents.xlsx import Sheet, workbook
from liaison.base.errors import DomainError
from liaison.base.import_plans import ImportPlan
from liaison.base.imports import ImportReport, Table, read_table


def read_file(path: Path) -> Table:
    """The table in a file. Raises CommandError."""
    try:
        return read_table(path.read_bytes(), name=path.name)
    except DomainError as error:
        raise CommandError(f"{path.name}: {error.message}") from error
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from error


def tell(command: BaseCommand, report: ImportReport, *, dry_run: bool) -> None:
    """Say what was done. Raises CommandError with every bad row."""
    if not report.ok:
        lines = "\n".join(f"row {error}" for error in report.errors)
        raise CommandError(f"Nothing was imported; {len(report.errors)} bad rows:\n{lines}")
    command.stdout.write(f"created {report.created}, changed {report.updated}, unchanged {report.unchanged}")
    if dry_run:
        command.stdout.write("Dry run: nothing was written.")


class PlannedImport(BaseCommand):
    """`COMMAND FILE [--dry-run] [--district CODE]`; `--template` writes an empty FILE."""

    def template(self) -> Sheet:
        """The empty file."""
        raise NotImplementedError

    def plan(self, table: Table, *, district: Division | None, now: datetime) -> ImportPlan[Any]:
        """What the table would do."""
        raise NotImplementedError

    def apply(self, plan: ImportPlan[Any], *, now: datetime) -> None:
        """Write it."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check and say what would change; write nothing")
        parser.add_argument("--district", metavar="CODE", help="division code of the district that the rows belong to")
        parser.add_argument(
            "--template", action="store_true", help="write an empty template to FILE instead of reading it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if options["template"]:
            return self._write_template(path)
        now, district = timezone.now(), _district(options["district"])
        plan = self.plan(read_file(path), district=district, now=now)
        if plan.report.ok and not options["dry_run"]:
            try:
                self.apply(plan, now=now)
            except DomainError as error:
                raise CommandError(f"Nothing was imported: {error.message}") from error
        return tell(self, plan.report, dry_run=options["dry_run"])

    def _write_template(self, path: Path) -> None:
        try:
            path.write_bytes(workbook(self.template()))
        except OSError as error:
            raise CommandError(f"{path.name}: {error.strerror}") from error
        self.stdout.write(f"Wrote {path.name}.")


def _district(code: str | None) -> Division | None:
    if not code:
        return None
    found = Division.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no division with the code {code}.")
    return found
