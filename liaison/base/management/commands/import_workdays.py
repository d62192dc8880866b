"""Import official lists of holidays and make-up days."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from liaison.base.nudge import Nudge
from liaison.base.workdays.official_list import BadCalendar, OfficialList, parse_json
from liaison.base.workdays.services import CalendarChange, plan_year, save_list

SWEEP = Nudge("cases.sweep")


class Command(BaseCommand):
    """`import_workdays FILE… [--dry-run]`: all files or none."""

    help = "Import official lists of holidays and make-up days (JSON, one file per year); all files or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check and say what would change; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        lists = self._read_all([Path(name) for name in options["files"]])
        now = timezone.now()
        with transaction.atomic():
            for official in lists:
                change = plan_year(official) if options["dry_run"] else save_list(by=None, official=official, now=now)
                self.stdout.write(_told(change, len(official.days)))
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
        else:
            transaction.on_commit(SWEEP, robust=True)
            self.stdout.write("The next sweep computes the open limits anew.")

    def _read_all(self, paths: list[Path]) -> list[OfficialList]:
        lists, faults = [], []
        for path in paths:
            try:
                lists.append(parse_json(path.read_bytes()))
            except BadCalendar as error:
                faults += [f"{path.name}: {line}" for line in error.lines()]
            except OSError as error:
                faults.append(f"{path.name}: {error.strerror}")
        if faults:
            raise CommandError("\n".join(["Nothing was imported.", *faults]))
        return lists


def _told(change: CalendarChange, days: int) -> str:
    moved = ", ".join(str(day) for day in change.worked_differently) or "none"
    known = "known before" if change.was_known else "new"
    return f"{change.year} ({known}): {days} days listed; days worked differently: {moved}"
