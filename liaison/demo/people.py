"""Deputies of five levels and consultant deputies of the demo district, entered through the roster's own services."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from deputies.accounts.models import Role, User
from deputies.organisations.models import Division
from deputies.roster.models import CongressLevel, Delegation, Deputy, Identity, PublicField, Term
from deputies.roster.services import Details, create_deputy, end_office, pair, set_photo, suspend
from deputies.roster.states import DeputyStatus
from liaison.base.codes import new_plaque_code
from liaison.base.workdays.arithmetic import local_today
from liaison.demo.accounts import SHOWN, build_accounts
from liaison.demo.congresses import build_delegations, build_groups, build_terms
from liaison.demo.pictures import portrait
from liaison.demo.places import Map, Place
from liaison.demo.source import chance, data
from liaison.demo.store import keep_image

ABOVE = ((CongressLevel.NATIONAL, 1), (CongressLevel.PROVINCIAL, 3), (CongressLevel.MUNICIPAL, 7))
TOWN_DEPUTIES = 6
CONSULTANTS = 8
LEFT = slice(7, 30, 9)
SUSPENDED = (12, -1)
HELPED_EVERY = 9
LONG_AGO = timedelta(days=400)
"""The roster was filled this long ago."""


@dataclass
class Makers:
    """What makes one person after another."""

    names: Iterator[str]
    phones: Iterator[str]
    rng: random.Random
    now: datetime

    @property
    def then(self) -> datetime:
        return self.now - LONG_AGO


@dataclass
class Seat:
    """An office to be filled."""

    place: Place
    level: str
    term: Term | None
    number: int
    electoral: Division | None = None
    delegation: Delegation | None = None


def build_deputies(world: Map, staff: dict[str, User], makers: Makers) -> list[Deputy]:
    """Create terms, groups, deputies, their accounts and portraits."""
    terms = build_terms(world)
    groups = build_groups(world)
    deputies = []
    for seat in [*_county_seats(world, terms), *_other_seats(world, terms)]:
        joined = [makers.rng.choice(groups.professional), groups.street[seat.place.committee.pk]] if seat.term else []
        deputies.append(_create(seat, joined, makers))
    _draw_portraits(deputies, makers)
    _give_accounts(deputies, staff, makers)
    _change_status(deputies, makers.now)
    return deputies


def _county_seats(world: Map, terms: dict[str, Term]) -> Iterator[Seat]:
    """One for each electoral district, and a second one for every third."""
    term = terms[CongressLevel.COUNTY]
    delegations = build_delegations(world, term)
    number = 0
    for place in world.streets:
        for district in place.electoral:
            for _seat in range(2 if number % 3 == 0 else 1):
                number += 1
                yield Seat(place, CongressLevel.COUNTY, term, number, district, delegations[place.division.pk])


def _other_seats(world: Map, terms: dict[str, Term]) -> Iterator[Seat]:
    """Higher levels (linked with a street each), the town's, and consultant deputies."""
    streets, town = world.streets[:-1], world.streets[-1]
    linked = 0
    for level, count in ABOVE:
        for number in range(1, count + 1):
            yield Seat(streets[linked % len(streets)], level, terms[level], number)
            linked += 1
    for number in range(1, TOWN_DEPUTIES + 1):
        electoral = town.electoral[number % len(town.electoral)]
        yield Seat(town, CongressLevel.TOWNSHIP, terms[CongressLevel.TOWNSHIP], number, electoral)
    for number in range(CONSULTANTS):
        yield Seat(streets[number], "", None, 0)


def _create(seat: Seat, groups: list, makers: Makers) -> Deputy:
    people, rng = data("people"), makers.rng
    details = Details(
        name=next(makers.names), organisation=seat.place.committee, level=seat.level, term=seat.term,
        identity=Identity.DEPUTY if seat.term else Identity.CONSULTANT, delegation=seat.delegation,
        electoral_district=seat.electoral, groups=groups,
        certificate=f"{seat.level[:2].upper()}{seat.number:04}" if seat.term else "",
        title=rng.choice(people["titles"]), biography=rng.choice(people["biographies"]), phone=next(makers.phones),
        public_fields=list(PublicField) if rng.random() < 0.85 else [PublicField.TITLE],
    )  # fmt: skip
    deputy = create_deputy(details=details, by=None, now=makers.then)
    deputy.code = new_plaque_code(rng)  # the same on every machine, so that a printed demo code stays good
    deputy.save(update_fields=["code"])
    return deputy


def _draw_portraits(deputies: list[Deputy], makers: Makers) -> None:
    rng = chance("portraits")
    for deputy in deputies:
        if deputy.shows(PublicField.PHOTO):
            photo = keep_image(portrait(deputy.name, rng), name=f"{deputy.name}.jpg", by=None, now=makers.then)
            set_photo(deputy=deputy, photo=photo, by=None, now=makers.then)


def _give_accounts(deputies: list[Deputy], staff: dict[str, User], makers: Makers) -> None:
    """An account for each deputy but every ninth, who is helped by the street's liaison officer (Z7)."""
    officers = {user.organisation_id: user for user in staff.values() if user.role == Role.LIAISON_OFFICER}
    own = {number: deputy for number, deputy in enumerate(deputies) if not number or number % HELPED_EVERY}
    wanted = [
        (
            f"deputy{number + 1:02}" if number else SHOWN[Role.DEPUTY],
            Role.DEPUTY,
            deputy.organisation,
            deputy.name,
            deputy.phone,
        )
        for number, deputy in own.items()
    ]
    users = dict(zip(own, build_accounts(wanted, now=makers.then), strict=True))
    for number, deputy in enumerate(deputies):
        helper = None if number in users else officers[deputy.organisation_id]
        pair(deputy=deputy, helper=helper, account=users.get(number), by=None, now=makers.then)


def _change_status(deputies: list[Deputy], now: datetime) -> None:
    """Some have left and two are suspended: their codes lead on to the contact point."""
    for deputy in deputies[LEFT]:
        end_office(
            deputy=deputy,
            reason="工作调动，辞去代表职务",
            by=None,
            now=now - timedelta(days=40),
            on=local_today(now) - timedelta(days=40),
        )
    for number in SUSPENDED:
        if deputies[number].status == DeputyStatus.ACTIVE:
            suspend(deputy=deputies[number], reason="依法暂时停止执行代表职务", by=None, now=now - timedelta(days=20))
