"""Draw again what was drawn for call-backs, and say whether it holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supervision.revisits.models import Draw
from supervision.revisits.queries import verify


class Command(BaseCommand):
    """`verify_draw 12`: exit code 1 when rows or population were tampered with."""

    help = "Verify a draw of call-backs: population against its digest, rows against the seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("draw", type=int, nargs="*", help="numbers of draws; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Draw.objects.select_related("district").order_by("id")
        if options["draw"]:
            rows = rows.filter(pk__in=options["draw"])
        broken = [draw.pk for draw in rows.iterator() if not self._holds(draw)]
        if broken:
            raise CommandError(f"These draws do not hold: {', '.join(map(str, broken))}")

    def _holds(self, draw: Draw) -> bool:
        proof = verify(draw)
        told = "holds" if proof.holds else "BROKEN"
        moved = f"{proof.gone} no longer fit the definition, {proof.come} fit it only now"
        self.stdout.write(f"draw {draw.pk}, seed {draw.seed}, {draw.population} matters: {told}; {moved}")
        return proof.holds
