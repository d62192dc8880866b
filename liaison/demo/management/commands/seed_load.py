"""Add invented matters by the thousand, to measure with and to see a full system."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import street_committees_of
from liaison.demo.build import build_world, district, is_built
from liaison.demo.load.seeding import OPEN_SHARE, seed


class Command(BaseCommand):
    """`seed_load 1000000 [--district CODE] [--seed S] [--open SHARE]`."""

    help = "Add invented matters with all that stands around them (opinions, limits, assignments, replies, history)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, help="how many matters")
        parser.add_argument("--district", default="", help="code of the standing committee; the only one by default")
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same matters")
        parser.add_argument("--open", type=float, default=OPEN_SHARE, dest="share", help="share that is open, 0 to 1")
        parser.add_argument("--yes", action="store_true", help="also outside development, where real people work")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEVELOPMENT or options["yes"]):
            raise CommandError(
                "这会写入大量虚构事项，只能在开发环境使用（DEVELOPMENT=1）；确需如此请加 --yes。 "
                "This writes invented matters; use it in development (DEVELOPMENT=1), or say --yes."
            )
        if options["count"] < 1 or not 0 <= options["share"] <= 1:
            raise CommandError("数量至少为 1，--open 在 0 与 1 之间。 Count from 1; --open between 0 and 1.")
        began = time.monotonic()
        made = seed(
            options["count"], district=_chosen(options["district"]), now=timezone.now(), seed=options["seed"],
            open_share=options["share"], progress=self._say,
        )  # fmt: skip
        spent = time.monotonic() - began
        self.stdout.write(f"\n· 已装入 {len(made)} 件虚构事项，{spent:.0f} 秒 / {len(made)} invented matters loaded")

    def _say(self, done: int, total: int) -> None:
        """One line that counts; each step on its own line where nobody watches."""
        self.stdout.write(f"\r· {done} / {total}", ending="" if self.stdout.isatty() else "\n")
        self.stdout.flush()


def _chosen(code: str) -> Organisation:
    """The district of the load; in an empty development system the demo district is made first."""
    if not code and settings.DEMO and settings.DEVELOPMENT and not Organisation.objects.exists():
        build_world(now=timezone.now())
    found = Organisation.objects.filter(kind=OrganisationKind.CONGRESS, active=True)
    chosen = found.filter(code=code).first() if code else (district() if is_built() else found.first())
    if chosen is None:
        raise CommandError(f"没有这个区人大：{code or '—'} / no such district")
    if not street_committees_of(chosen):
        raise CommandError(f"{chosen} 没有街道工委 / no street committee")
    return chosen
