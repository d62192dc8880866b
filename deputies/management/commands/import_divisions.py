"""Import official lists of divisions."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.management.importing import read_file, tell
from deputies.organisations.codes import official_code
from deputies.organisations.models import OFFICIAL_LEVELS, DivisionLevel
from deputies.organisations.services import import_divisions, read_divisions
from liaison.base.errors import InvalidInput


class Command(BaseCommand):
    """`import_divisions FILE… [--level auto] [--parent-name CODE=NAME] [--dry-run]`: all rows of all files, or none."""

    help = "Import lists of administrative divisions (CSV or XLSX with the columns code and name); all rows or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        levels = ["auto", *(level.value for level in OFFICIAL_LEVELS)]
        parser.add_argument(
            "--level", choices=levels, default="auto", help="refuse rows of any other level (auto: take all)"
        )
        parser.add_argument(
            "--parent-name",
            action="append",
            default=[],
            metavar="CODE=NAME",
            help="name a parent that the files leave out",
        )
        parser.add_argument("--dry-run", action="store_true", help="check and say what would change; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        tables = [read_file(Path(name)) for name in options["files"]]
        names = dict(_parent_name(text) for text in options["parent_name"])
        level = None if options["level"] == "auto" else DivisionLevel(options["level"])
        try:
            read = read_divisions(tables, level=level, parent_names=names)
        except InvalidInput as error:
            raise CommandError(str(error.message)) from error
        report = import_divisions(read, by=None, now=timezone.now(), dry_run=options["dry_run"])
        tell(self, report, dry_run=options["dry_run"])


def _parent_name(text: str) -> tuple[str, str]:
    code, _equals, name = text.partition("=")
    try:
        return official_code(code), name.strip() or _nameless(text)
    except InvalidInput as error:
        raise CommandError(f"--parent-name {text}: {error.message}") from error


def _nameless(text: str) -> str:
    raise CommandError(f"--parent-name {text}: write CODE=NAME")
