"""Putting the demo district together, once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.stamps import bump
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.official_list import NotPublished
from liaison.base.workdays.services import load_packaged_year
from liaison.demo.accounts import build_staff
from liaison.demo.names import names, phones
from liaison.demo.people import Makers, build_deputies
from liaison.demo.places import Map, build_map
from liaison.demo.points import build_points
from liaison.demo.rules import build_rules
from liaison.demo.source import chance, data
from opinions.catalog.models import Category
from opinions.catalog.services import load_defaults, set_responsibilities
from opinions.routing.services import load_default_rules
from supervision.escalation.services import load_default_ladder

CONGRESS = "YT-RD"
HISTORY = timedelta(days=120)
"""Limits of the demo are in force from this long ago, so that its back-dated matters have clocks."""


def refuse_outside_development() -> None:
    """Known passwords may never reach a place that real people use."""
    if not (settings.DEMO and settings.DEVELOPMENT):
        raise CommandError(
            "演示数据只能在开发环境装入（DEMO=1 且 DEVELOPMENT=1）。 "
            "Demo data is for development only (DEMO=1, DEVELOPMENT=1)."
        )


def is_built() -> bool:
    """Whether the demo district is there."""
    return Organisation.objects.filter(code=CONGRESS).exists()


def district() -> Organisation:
    """The standing committee of the demo district."""
    return Organisation.objects.get(code=CONGRESS)


@transaction.atomic
def build_world(*, now: datetime) -> None:
    """Create map, accounts, deputies, contact points, calendar and reference data."""
    rng = chance("people")
    makers = Makers(names(rng), phones(), rng, now)
    world = build_map()
    bump(ORGANISATIONS)
    staff = build_staff(world, names=makers.names, phones=makers.phones, now=makers.then)
    deputies = build_deputies(world, staff, makers)
    build_points(world, deputies, now=now)
    _load_calendar(now)
    load_defaults(district=world.congress, by=None, now=now, valid_from=local_today(now - HISTORY))
    load_default_ladder(district=world.congress, by=None, now=now)
    _say_who_is_responsible(world, now)


def _load_calendar(now: datetime) -> None:
    """The years that are published; a later one stays provisional and pages say so."""
    for year in range(now.year - 1, now.year + 2):
        try:
            load_packaged_year(year, by=None, now=now)
        except NotPublished:
            continue


def _say_who_is_responsible(world: Map, now: datetime) -> None:
    codes = data("responsibility")["body"]
    categories = Category.objects.in_bulk(list(codes), field_name="code")
    pairs = [(categories[code], world.bodies[body]) for code, body in codes.items()]
    set_responsibilities(district=world.congress, bodies=pairs, by=None, now=now)
    load_default_rules(district=world.congress, by=None, now=now - HISTORY)
    build_rules(district=world.congress, street=world.streets[0].committee, now=now - HISTORY)
