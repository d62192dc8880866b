"""`manage.py sweep`: do at once what beat does every five minutes, or (`--dry-run`) say what it would do and why."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from supervision.cases.foresight import foresee
from supervision.cases.pulse import trust
from supervision.cases.services import sweep


class Command(BaseCommand):
    help = "What time and the roster bring about: lights and who hears of them, what lapses, expires or is handed over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and why; write nothing")
        parser.add_argument("--limit", type=int, default=20, help="lines told of each part of a dry run")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if not options["dry_run"]:
            trust(now=now)
            sweep(now=now, log=self.stdout.write)
            return
        for part in foresee(now=now, limit=max(0, options["limit"])):
            self.stdout.write(f"{part.part}: {'told by the run only' if part.count is None else part.count}")
            for line in part.lines:
                self.stdout.write(f"  {line}")
