"""From an opinion, saved or not, to the facts that rules look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deputies.organisations.models import Division, Organisation
from deputies.organisations.queries import division_tree
from deputies.roster.models import Deputy, DeputyStatus
from opinions.catalog.models import Category, Urgency
from opinions.catalog.queries import category_tree
from opinions.routing.conditions import Facts

MOST_TEXT = 20_000


@dataclass(frozen=True, kw_only=True)
class Raised:
    """What is known of an opinion when it is to be routed; the matter need not exist yet.

    `text` is title and content; `deputy` the one it is addressed to; `electoral_district` that of its contact point.
    """

    division: Division
    street: Organisation
    district: Organisation
    channel: str
    text: str
    category: Category | None = None
    deputy: Deputy | None = None
    electoral_district: Division | None = None
    reach: str = ""
    urgency: str = Urgency.NORMAL


def facts_of(raised: Raised) -> Facts:
    """The facts of an opinion; asks the database nothing while the map is cached."""
    deputy = raised.deputy
    places = division_tree().ancestors(raised.division.pk, include_self=True)
    return Facts(
        categories=tuple(_lineage(raised.category)),
        divisions=tuple(place.code for place in places) or (raised.division.code,),
        channel=raised.channel,
        level=deputy.level if deputy else "",
        text=raised.text[:MOST_TEXT],
        reach=raised.reach,
        urgency=raised.urgency,
        deputy_addressed=deputy is not None,
        deputy_active=deputy is not None and deputy.status == DeputyStatus.ACTIVE,
    )


def _lineage(category: Category | None) -> Iterator[str]:
    tree = category_tree()
    one = tree.get(category.pk) if category else None
    while one is not None:
        yield one.code
        one = one.parent


def kept(facts: Facts) -> dict[str, Any]:
    """What a decision keeps of the facts: everything but the resident's words."""
    return {
        "categories": list(facts.categories),
        "divisions": list(facts.divisions),
        "channel": facts.channel,
        "level": facts.level,
        "reach": facts.reach,
        "urgency": facts.urgency,
        "deputy_addressed": facts.deputy_addressed,
        "deputy_active": facts.deputy_active,
    }
