"""`manage.py sweep`: do at once what beat does every five minutes, or (`--dry-run`) say what it would do and why."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from supervision.cases.foresight import foresee
from supervision.cases.pulse import held, trust
from supervision.cases.services import sweep


class Command(BaseCommand):
    help = "What time and the roster bring about: lights and who hears of them, what lapses, expires or is handed over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and why; write nothing")
        parser.add_argument("--limit", type=int, default=20, help="lines told of each part of a dry run")

    def handle(self, *args: Any, **options: Any) -> None:
        now, pulse = timezone.now(), held()
        if pulse is not None:
            told = "nothing is swept by itself until it lasts" if options["dry_run"] else "it is believed from now on"
            self.stderr.write(f"held since the clock went on {pulse.step}: {told}")
        if not options["dry_run"]:
            trust(now=now)
            sweep(now=now, log=self.stdout.write)
            return
        for part in foresee(now=now, limit=max(0, options["limit"])):
            self.stdout.write(f"{part.part}: {part.count}")
            for line in part.lines:
                self.stdout.write(f"  {line}")
