"""Exchange with an outside system by files: take in work orders, hand over results, compare."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from liaison.base.errors import DomainError
from liaison.base.imports import ImportReport, Table, read_table
from opinions.exchange.models import Partner
from opinions.exchange.queries import compare
from opinions.exchange.services.importing import import_orders
from opinions.exchange.services.statements import import_statement
from opinions.exchange.services.telling import NothingNew, hand_over

MOST_SHOWN = 50
TABLES = (".csv", ".xlsx", ".xls", ".ods")


class Command(BaseCommand):
    """`exchange import FILE|FOLDER --partner CODE`, `exchange export FOLDER --partner …`, `exchange compare FILE …`."""

    help = "Takes in work orders from tables, hands over results as a file, compares with a partner's list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, told in (
            ("import", "a table of work orders, or a folder of them"),
            ("export", "the folder to write the hand-over file into"),
            ("compare", "a table with the partner's numbers and statuses"),
        ):
            action = actions.add_parser(name)
            action.add_argument("path", type=Path, help=told)
            action.add_argument("--partner", required=True, help="code of the partner")
            if name == "import":
                action.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
            if name == "export":
                action.add_argument("--format", choices=["xlsx", "csv"], default="xlsx")

    def handle(self, *args: Any, **options: Any) -> None:
        partner = Partner.objects.select_related("organisation").filter(code=options["partner"]).first()
        if partner is None:
            raise CommandError(f"--partner {options['partner']}: no such partner")
        try:
            getattr(self, f"_{options['action']}")(partner, options)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except OSError as error:
            raise CommandError(f"{options['path']}: {error.strerror}") from error

    def _import(self, partner: Partner, options: dict[str, Any]) -> None:
        """Each table is taken in as a whole or not at all; a bad one does not stop those after it."""
        bad = 0
        for path in _tables(options["path"]):
            try:
                report = import_orders(
                    _table(path), partner=partner, by=None, now=timezone.now(), dry_run=options["dry_run"]
                )
            except DomainError as error:
                self.stderr.write(f"{path.name}: {error.message}")
                bad += 1
                continue
            self._tell(path.name, report)
            bad += not report.ok
        if bad:
            raise CommandError(f"{bad} files were refused: nothing of them was imported")

    def _export(self, partner: Partner, options: dict[str, Any]) -> None:
        folder: Path = options["path"]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handed = hand_over(partner=partner, as_xlsx=options["format"] == "xlsx", by=None, now=timezone.now())
        except NothingNew as error:
            self.stdout.write(str(error.message))
            return
        assert handed.stored is not None  # noqa: S101 - it has just been made
        place = folder / handed.stored.name
        with handed.stored.file.open("rb") as held:
            place.write_bytes(held.read())
        self.stdout.write(f"{place}: {handed.count} rows")

    def _compare(self, partner: Partner, options: dict[str, Any]) -> None:
        report = import_statement(_table(options["path"]), partner=partner, by=None, now=timezone.now())
        if not report.ok:
            self._tell(options["path"].name, report)
            raise CommandError("the list was refused")
        found = compare(partner)
        for name, count in found.counts.items() if found else ():
            self.stdout.write(f"{name} {count}")

    def _tell(self, name: str, report: ImportReport) -> None:
        for error in report.errors[:MOST_SHOWN]:
            self.stderr.write(f"{name} row {error.row} [{error.column}] {error.reason}")
        if len(report.errors) > MOST_SHOWN:
            self.stderr.write(f"… and {len(report.errors) - MOST_SHOWN} more")
        self.stdout.write(
            f"{name}: {report.created} new, {report.updated} changed, {report.unchanged} known, "
            f"{len(report.errors)} bad"
        )


def _tables(path: Path) -> list[Path]:
    """The table itself, or the tables of a folder by name. Raises CommandError for an empty folder."""
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.iterdir() if one.suffix.lower() in TABLES)
    if not found:
        raise CommandError(f"{path}: no table")
    return found


def _table(path: Path) -> Table:
    return read_table(path.read_bytes(), name=path.name)
