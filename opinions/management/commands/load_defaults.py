"""Give every district the reference data that it lacks."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from deputies.organisations.models import Organisation, OrganisationKind
from opinions.catalog.services import load_defaults
from opinions.routing.services import load_default_rules


class Command(BaseCommand):
    """`load_defaults`: may be run again at any time; what staff changed stays."""

    help = (
        "Add missing default categories, reasons, time limits, reply templates, items of the checklist for replies and,"
        " for a district without any, rules and rungs of supervision."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        districts = list(Organisation.objects.filter(kind=OrganisationKind.CONGRESS, active=True))
        if not districts:
            raise CommandError("There is no standing committee yet: import divisions and organisations first.")
        now = timezone.now()
        for district in districts:
            added = load_defaults(district=district, by=None, now=now)
            for path in settings.DEFAULTS:
                added |= import_string(path)(district=district, by=None, now=now)
            rules = load_default_rules(district=district, by=None, now=now)
            told = ", ".join(f"{count} {kind}" for kind, count in added.items() if count) or "nothing missing"
            version = f"rules version {rules.version} put in force" if rules else "rules kept"
            self.stdout.write(f"{district.name}: {told}; {version}")
