"""`manage.py report`: draft the monthly reports that are missing, as beat does on the first of the month."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.organisations.models import Organisation
from liaison.base.errors import DomainError
from liaison.base.workdays.arithmetic import month_of
from supervision.reports import services


class Command(BaseCommand):
    help = "Draft the monthly reports of stations, streets and districts that are missing; again does nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", help="2026-10; without it the month before the present one")
        parser.add_argument("--organisation", help="code of a body: its own report and those handed up to it")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        month = month_of(options["month"]) if options["month"] else services.last_month(now)
        if month is None:
            raise CommandError("--month is written as 2026-10")
        body = Organisation.objects.filter(code=options["organisation"]).first() if options["organisation"] else None
        if options["organisation"] and body is None:
            raise CommandError("there is no body with this code")
        try:
            drafted = services.draft_month(month=month, now=now, organisation=body)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{month:%Y-%m}: {drafted} reports drafted")
