"""`manage.py rollups`: follow the ledger; `--check` compares with a live GROUP BY, `--rebuild` counts anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supervision.dashboards import services

SHOWN = 20
"""Differences that are told one by one."""


class Command(BaseCommand):
    help = "Bring the sums of the dashboards up to now, compare them with a live GROUP BY, or count them anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare, and end with an error where they differ")
        parser.add_argument("--rebuild", action="store_true", help="count everything anew")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        counted = services.rebuild(now=now) if options["rebuild"] else services.catch_up(now=now)
        self.stdout.write(f"{counted} matters counted {'anew' if options['rebuild'] else 'otherwise'}")
        if options["check"]:
            self._check()

    def _check(self) -> None:
        apart = services.check()
        for line in apart[:SHOWN]:
            self.stderr.write(line)
        if apart:
            raise CommandError(f"{len(apart)} differences; `rollups --rebuild` counts anew")
        self.stdout.write("equal to the live GROUP BY")
