"""Load the invented demo district, or say how to enter it."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from deputies.organisations.models import Organisation
from liaison.demo.build import build_world, district, is_built, refuse_outside_development
from liaison.demo.chronicle import tell_stories
from liaison.demo.echo import tell_of_echoes
from liaison.demo.exchange import tell_of_exchange
from liaison.demo.gathering import tell_of_neighbours
from liaison.demo.guarding import tell_of_guarding
from liaison.demo.lights import tell_of_lights
from liaison.demo.load.seeding import seed
from liaison.demo.open311 import tell_of_programs
from liaison.demo.orders import tell_of_orders
from liaison.demo.programme import tell_of_programme
from liaison.demo.rehearsal import rehearse_draft
from liaison.demo.reports import tell_of_reports
from liaison.demo.show import listing
from opinions.matters.models import Matter


class Command(BaseCommand):
    """`demo`: load what is missing. `demo --show`: addresses and accounts."""

    help = "Load the invented demo district (only with DEMO=1 in development); --show lists addresses and accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="list addresses and accounts; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_development()
        if options["show"]:
            self.stdout.write(listing())
            return
        now = timezone.now()
        if not is_built():
            self.stdout.write("· 装入演示数据 / loading demo data")
            build_world(now=now)
        if not Matter.objects.exists():
            for what, tell in TOLD.items():
                self.stdout.write(f"· {what}: {tell(district(), now=now)}")
            rehearse_draft(district(), now=now)


EARLIER = 360
"""Matters ended over three years, ten a month: enough for the curves of a dashboard to mean something."""


def _tell_of_earlier_years(congress: Organisation, *, now: datetime) -> int:
    return len(seed(EARLIER, district=congress, now=now, seed=7, open_share=0))


TOLD = {
    "演示事项 / demo opinions": tell_stories,
    "热点 / hot issues": tell_of_neighbours,
    "外部系统的工单 / work orders of outside systems": tell_of_exchange,
    "督办函 / supervision letters": tell_of_orders,
    "监督活动 / supervision activities": tell_of_programme,
    "回访抽样 / call-backs drawn": tell_of_guarding,
    "回音壁 / echo wall": tell_of_echoes,
    "亮灯督办 / rungs fired": tell_of_lights,
    "往年办结的事项 / matters ended in earlier months": _tell_of_earlier_years,
    "月报 / monthly reports": tell_of_reports,
    "开放接口 / open interface": tell_of_programs,
}
