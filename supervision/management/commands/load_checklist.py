"""Give the checklist for replies the items that it lacks."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from supervision.quality.models import ChecklistItem
from supervision.quality.services import load_checklist


class Command(BaseCommand):
    """`load_checklist`: may be run again at any time; what staff changed stays."""

    help = "Add missing default items of the checklist for replies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only where there is no item yet (at each start)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and ChecklistItem.objects.exists():
            return
        self.stdout.write(f"{load_checklist()} items of the checklist added")
