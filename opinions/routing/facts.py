"""From an opinion, saved or not, to the facts that rules look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.organisations.queries import division_tree
from deputies.roster.models import Deputy, DeputyStatus
from liaison.base.workdays.arithmetic import ONE_DAY, SHANGHAI
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import Category, Urgency
from opinions.catalog.queries import category_tree
from opinions.routing.conditions import Facts, Moment, SimilarAsk, Within
from opinions.similar.queries import count_like

MOST_TEXT = 20_000
PLACES = {
    Within.ESTATE: DivisionLevel.ESTATE, Within.COMMUNITY: DivisionLevel.COMMUNITY, Within.STREET: DivisionLevel.STREET,
}  # fmt: skip
"""The division in which similar opinions are looked for."""


@dataclass(frozen=True, kw_only=True)
class Raised:
    """What is known of an opinion when it is to be routed; the matter need not exist yet.

    `text` is title and content; `deputy` the one it is addressed to; `electoral_district` that of its contact point;
    `at` when it was raised; `matter_id` its own, so that it is not counted as similar to itself.
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
    wish: str = ""
    urgency: str = Urgency.NORMAL
    place: str = ""
    position: tuple[Decimal, Decimal] | None = None
    at: datetime | None = None
    matter_id: int | None = None
    similar: Callable[[SimilarAsk], int] | None = None
    """Counts similar opinions where the past is looked at; without it the database is asked."""


def facts_of(raised: Raised) -> Facts:
    """The facts of an opinion; asks the database nothing while the map and the calendar are cached."""
    deputy = raised.deputy
    places = division_tree().ancestors(raised.division.pk, include_self=True)
    return Facts(
        categories=tuple(_lineage(raised.category)),
        divisions=tuple(place.code for place in places) or (raised.division.code,),
        channel=raised.channel,
        level=deputy.level if deputy else "",
        text=raised.text[:MOST_TEXT],
        reach=raised.reach,
        wish=raised.wish,
        urgency=raised.urgency,
        deputy_addressed=deputy is not None,
        deputy_active=deputy is not None and deputy.status == DeputyStatus.ACTIVE,
        moment=moment_of(raised.at) if raised.at else None,
        similar=raised.similar or similar_to(raised),
    )


def _lineage(category: Category | None) -> Iterator[str]:
    tree = category_tree()
    one = tree.get(category.pk) if category else None
    while one is not None:
        yield one.code
        one = one.parent


def moment_of(at: datetime) -> Moment:
    """An instant on the working calendar of Asia/Shanghai."""
    local, calendar = at.astimezone(SHANGHAI), current_calendar()
    day = local.date()
    return Moment(local, calendar.is_workday(day), calendar.is_workday(day - ONE_DAY))


def similar_to(raised: Raised) -> Callable[[SimilarAsk], int]:
    """Counts similar opinions when asked, each question once; counted back from when this one was raised."""

    @cache
    def count(ask: SimilarAsk) -> int:
        if raised.at is None:
            return 0
        latitude, longitude = raised.position or (None, None)
        return count_like(
            text=raised.text[:MOST_TEXT],
            division_id=raised.division.pk,
            divisions=taken_in(raised.division.pk, ask),
            place=raised.place,
            latitude=None if latitude is None else float(latitude),
            longitude=None if longitude is None else float(longitude),
            since=raised.at - timedelta(days=ask.days),
            metres=ask.metres,
            exclude_matter_id=raised.matter_id,
        )

    return count


def taken_in(division_id: int, ask: SimilarAsk) -> frozenset[int] | None:
    """The divisions that the question takes in, around the one given: all of its estate, community or street, of its
    own where it lies in none such. None where only metres are asked for."""
    level, tree = PLACES.get(Within(ask.within)), division_tree()
    if level is None:
        return None
    named = tree.at_level(division_id, level)
    found = tree.descendants(named.pk if named else division_id, include_self=True)
    return frozenset(one.pk for one in found)


def kept(facts: Facts) -> dict[str, Any]:
    """What a decision keeps of the facts: everything but the resident's words. Counts stand with who asked."""
    return {
        "categories": list(facts.categories),
        "divisions": list(facts.divisions),
        "channel": facts.channel,
        "level": facts.level,
        "reach": facts.reach,
        "wish": facts.wish,
        "urgency": facts.urgency,
        "deputy_addressed": facts.deputy_addressed,
        "deputy_active": facts.deputy_active,
        "raised_at": facts.moment.at.isoformat(timespec="minutes") if facts.moment else "",
        "workday": facts.moment.workday if facts.moment else None,
    }
