"""Similar opinions from the command line: build the index, group hot issues, measure by a labelled file."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from liaison.base.errors import DomainError
from liaison.base.imports import read_table
from opinions.similar import services
from opinions.similar.evaluating import measured
from opinions.similar.models import Vocabulary
from opinions.similar.queries import waiting
from opinions.similar.services.indexing import BATCH, tie_waiting


class Command(BaseCommand):
    """`similar index`, `similar group`, `similar evaluate FILE`."""

    help = "index: make similar opinions findable; group: hot issues of the last weeks; evaluate FILE: figures"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        index = actions.add_parser("index", help="index opinions that are not yet; may be stopped and started again")
        index.add_argument(
            "--learn", action="store_true", help="learn anew how common words are, also where it is known"
        )
        index.add_argument("--refresh", action="store_true", help="index anew what was corrected, however old it is")
        index.add_argument("--no-ties", action="store_true", help="do not look for ties (hot issues will lack them)")
        group = actions.add_parser("group", help="group the opinions of the last days into hot issues")
        group.add_argument("--days", type=int, default=30)
        evaluate = actions.add_parser("evaluate", help="measure by a CSV or XLSX file with columns group, title, text")
        evaluate.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["action"] == "index":
            self._index(now, learn=options["learn"], refresh=options["refresh"], ties=not options["no_ties"])
        elif options["action"] == "group":
            self.stdout.write(f"hot issues {services.group_recent(now=now, days=options['days'])}")
        else:
            self._evaluate(options["file"])

    def _index(self, now: datetime, *, learn: bool, refresh: bool, ties: bool) -> None:
        if learn or not Vocabulary.objects.exists():
            self.stdout.write(f"learned from {services.learn(now=now)}")
        after = done = 0
        while found := list(waiting(BATCH, after=after).values_list("pk", flat=True)):
            done += services.index_matters(matter_ids=found, now=now)
            after = found[-1]
            self.stdout.write(f"indexed {done}")
        if refresh:
            self.stdout.write(f"refreshed {services.refresh(now=now, days=36_500)}")
        tied = 0
        while ties and (more := tie_waiting(now=now)):
            tied += more
            self.stdout.write(f"tied {tied}")
        self.stdout.write(f"done: {done} indexed, {tied} tied")

    def _evaluate(self, path: Path) -> None:
        try:
            figures = measured(read_table(path.read_bytes(), name=path.name))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"messages {figures.messages}, groups of several {figures.groups}")
        self.stdout.write("top-1 n/a" if figures.top1 is None else f"top-1 {figures.top1:.3f}")
        self.stdout.write(f"pairwise precision {figures.precision:.3f}, recall {figures.recall:.3f}")
        self.stdout.write(f"pairwise F1 {figures.f1:.3f}")
        self.stdout.write(f"ms per search {figures.milliseconds:.1f}")
