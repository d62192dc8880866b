"""`manage.py sweep`: do at once what beat does every five minutes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from supervision.cases.services import sweep


class Command(BaseCommand):
    help = "What time and the roster bring about: unrated, not supplied in time, held by a deputy out of office."

    def handle(self, *args: Any, **options: Any) -> None:
        done = sweep(now=timezone.now())
        self.stdout.write(f"lapsed {done.lapsed}, supply expired {done.expired}, handed over {done.handed_over}")
