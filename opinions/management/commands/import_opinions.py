"""Import opinions from a CSV or XLSX table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.organisations.models import Organisation
from liaison.base.errors import DomainError
from liaison.base.imports import read_table
from opinions.intake.columns import Field, Target, guess_mapping
from opinions.intake.places import Setting, division_by_code, setting_of
from opinions.intake.services.importing import OpinionReport, import_table

MOST_SHOWN = 50


class Command(BaseCommand):
    """`import_opinions FILE --street 990101001 --map text=content --dry-run`."""

    help = "Imports opinions from a CSV or XLSX table: dry run first, every bad row with its number and reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", action="append", default=[], metavar="COLUMN=FIELD", dest="pairs",
            help=f"what a column means; fields: {', '.join(Field.values)}",
        )  # fmt: skip
        parser.add_argument("--street", help="division code of the street for rows that name no place of ours")
        parser.add_argument("--district", help="code of the district's standing committee: it sorts such rows itself")
        parser.add_argument("--source", default="", help="name of the system that gave the numbers")
        parser.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
        parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out instead of refusing the file")
        parser.add_argument("--notices", choices=["digest", "none"], default="digest")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        try:
            table = read_table(content, name=options["file"].name)
            mapping = self._mapping(table.columns, options["pairs"])
            target = Target(_default(options), options["source"] or options["file"].stem[:40])
            report = import_table(
                table, mapping=mapping, target=target, by=None, now=timezone.now(), dry_run=options["dry_run"],
                skip_bad=options["skip_bad"], digest=options["notices"] == "digest",
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self._tell(report, dry_run=options["dry_run"])
        if report.errors and not options["skip_bad"]:
            raise CommandError(f"{len(report.errors)} bad rows: nothing was imported")

    def _mapping(self, columns: Any, pairs: list[str]) -> dict[str, str]:
        mapping = guess_mapping(columns)
        for pair in pairs:
            column, _equals, field = pair.rpartition("=")
            if column not in columns or field not in (*Field.values, ""):
                raise CommandError(
                    f"--map {pair}: columns are {', '.join(columns)}; fields are {', '.join(Field.values)}"
                )
            mapping = {one: filled for one, filled in mapping.items() if filled != field and one != column}
            mapping |= {column: field} if field else {}
        if Field.CONTENT not in mapping.values():
            raise CommandError("no column is the content: add --map COLUMN=content")
        self.stdout.write("columns: " + ", ".join(f"{column} → {field}" for column, field in mapping.items()))
        return mapping

    def _tell(self, report: OpinionReport, *, dry_run: bool) -> None:
        for error in report.errors[:MOST_SHOWN]:
            self.stderr.write(f"row {error.row} [{error.column}] {error.reason}")
        if len(report.errors) > MOST_SHOWN:
            self.stderr.write(f"… and {len(report.errors) - MOST_SHOWN} more")
        for name, count in report.unknown_categories.most_common(MOST_SHOWN):
            self.stdout.write(f"category not known here, kept as a tag: {name} ({count})")
        for name, count in report.held.most_common(MOST_SHOWN):
            self.stdout.write(f"to {name}: {count}")
        words = "would be imported" if dry_run or (report.errors and not report.skipped) else "imported"
        self.stdout.write(f"{report.created} {words}, {report.unchanged} known before, {report.skipped} left out")


def _default(options: dict[str, Any]) -> Setting | None:
    """The place of rows that name none: a street, or the district as a whole. Raises CommandError."""
    if options["street"]:
        division = division_by_code(options["street"])
        if division is None:
            raise CommandError(f"--street {options['street']}: no such division")
        return setting_of(division)
    if options["district"]:
        body = Organisation.objects.select_related("division").filter(code=options["district"]).first()
        if body is None:
            raise CommandError(f"--district {options['district']}: no such organisation")
        return Setting(body.division, body, body)
    return None
