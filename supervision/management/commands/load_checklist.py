"""Give the checklist for replies the items that it lacks."""

from typing import Any

from django.core.management.base import BaseCommand

from supervision.quality.services import load_checklist


class Command(BaseCommand):
    """`load_checklist`: may be run again at any time; what staff changed stays."""

    help = "Add missing default items of the checklist for replies."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_checklist()} items of the checklist added")
