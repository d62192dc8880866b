"""Give every district that has no ladder yet the default one."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from deputies.organisations.models import Organisation, OrganisationKind
from supervision.escalation.services import load_default_ladder


class Command(BaseCommand):
    """`load_ladder`: may be run again at any time; a district that has rungs keeps them as they are."""

    help = "Add the default rungs of supervision to districts without any."

    def handle(self, *args: Any, **options: Any) -> None:
        for district in Organisation.objects.filter(kind=OrganisationKind.CONGRESS, active=True):
            added = load_default_ladder(district=district, by=None, now=timezone.now())
            self.stdout.write(f"{district.name}: {f'{added} rungs' if added else 'ladder kept'}")
