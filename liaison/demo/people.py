"""Deputies of five levels, consultant deputies, delegations and groups of the demo district."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from pypinyin import lazy_pinyin

from deputies.accounts.models import Role, User
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import ChatGroup, CongressLevel, Delegation, Deputy, DeputyStatus, Group, GroupKind, Identity, PublicField, Term
from liaison.base.codes import new_plaque_code
from liaison.base.privacy import blind_index
from liaison.demo.accounts import PASSWORD, SHOWN, new_user
from liaison.demo.pictures import portrait
from liaison.demo.places import Map, Place
from liaison.demo.source import chance, data
from liaison.demo.store import keep_image

ABOVE = ((CongressLevel.NATIONAL, 1), (CongressLevel.PROVINCIAL, 3), (CongressLevel.MUNICIPAL, 7))
TOWN_DEPUTIES = 6
CONSULTANTS = 8
EVERYTHING = [field.value for field in PublicField]


@dataclass
class Makers:
    """What makes one person after another."""

    names: Iterator[str]
    phones: Iterator[str]
    rng: random.Random
    now: datetime


def build_deputies(world: Map, staff: dict[str, User], makers: Makers) -> list[Deputy]:
    """Create terms, groups, deputies, their accounts and portraits."""
    terms = _build_terms(world)
    delegations = _build_delegations(world, terms)
    deputies = [*_county_deputies(world, terms, delegations, makers), *_other_deputies(world, terms, makers)]
    _change_status(deputies, makers.now.date())
    _draw_portraits(deputies, makers)
    _give_accounts(deputies, staff, makers)
    Deputy.objects.bulk_create(deputies)
    _build_groups(world, deputies, makers.rng)
    return deputies


def _build_terms(world: Map) -> dict[str, Term]:
    town = world.streets[-1].division
    rows = (
        (CongressLevel.NATIONAL, 14, world.province, date(2023, 3, 5)),
        (CongressLevel.PROVINCIAL, 13, world.province, date(2023, 1, 12)),
        (CongressLevel.MUNICIPAL, 15, world.city, date(2022, 2, 20)),
        (CongressLevel.COUNTY, 6, world.county, date(2022, 1, 8)),
        (CongressLevel.TOWNSHIP, 4, town, date(2021, 12, 18)),
    )
    return {
        level: Term.objects.create(level=level, number=number, division=division, starts_on=starts)
        for level, number, division, starts in rows
    }


def _build_delegations(world: Map, terms: dict[str, Term]) -> dict[int, Delegation]:
    return {
        place.division.pk: Delegation.objects.create(term=terms[CongressLevel.COUNTY], name=f"{place.division.name}代表团")
        for place in world.streets
    }


def _county_deputies(world: Map, terms: dict[str, Term], delegations: dict[int, Delegation], makers: Makers) -> Iterator[Deputy]:
    """One for each electoral district, and a second one for every third."""
    number = 0
    for place in world.streets:
        for district in place.electoral:
            for _seat in range(2 if number % 3 == 0 else 1):
                number += 1
                deputy = _new_deputy(makers, place.committee, CongressLevel.COUNTY, terms[CongressLevel.COUNTY], number)
                deputy.electoral_district = district
                deputy.delegation = delegations[place.division.pk]
                yield deputy


def _other_deputies(world: Map, terms: dict[str, Term], makers: Makers) -> Iterator[Deputy]:
    """Higher levels (linked with a street each), the town's, and consultant deputies."""
    place_number = 0
    for level, count in ABOVE:
        for number in range(1, count + 1):
            yield _new_deputy(makers, world.streets[place_number].committee, level, terms[level], number)
            place_number = (place_number + 1) % (len(world.streets) - 1)
    town = world.streets[-1]
    for number in range(1, TOWN_DEPUTIES + 1):
        deputy = _new_deputy(makers, town.committee, CongressLevel.TOWNSHIP, terms[CongressLevel.TOWNSHIP], number)
        deputy.electoral_district = town.electoral[number % len(town.electoral)]
        yield deputy
    for number in range(CONSULTANTS):
        deputy = _new_deputy(makers, world.streets[number].committee, "", None, 0)
        deputy.identity = Identity.CONSULTANT
        yield deputy


def _new_deputy(makers: Makers, organisation: Organisation, level: str, term: Term | None, number: int) -> Deputy:
    name, phone, rng = next(makers.names), next(makers.phones), makers.rng
    people = data("people")
    return Deputy(
        code=new_plaque_code(rng), name=name, pinyin=" ".join(lazy_pinyin(name)), level=level, term=term,
        organisation=organisation, certificate=f"{level[:2].upper()}{number:04}" if term else "",
        title=rng.choice(people["titles"]), biography=rng.choice(people["biographies"]), phone=phone,
        phone_index=blind_index(phone), public_fields=EVERYTHING if rng.random() < 0.85 else [PublicField.TITLE.value],
    )  # fmt: skip


def _change_status(deputies: list[Deputy], today: date) -> None:
    """Some have left and one is suspended: their codes lead on to the contact point."""
    for deputy in deputies[7:30:9]:
        deputy.status, deputy.ended_on = DeputyStatus.ENDED, today - timedelta(days=40)
    for deputy in (deputies[12], deputies[-1]):
        deputy.status = DeputyStatus.SUSPENDED


def _draw_portraits(deputies: list[Deputy], makers: Makers) -> None:
    rng = chance("portraits")
    for deputy in deputies:
        if deputy.shows(PublicField.PHOTO):
            deputy.photo = keep_image(portrait(deputy.name, rng), name=f"{deputy.name}.jpg", by=None, now=makers.now)


def _give_accounts(deputies: list[Deputy], staff: dict[str, User], makers: Makers) -> None:
    """An account for each deputy in office but every ninth, who is helped by a liaison officer (Z7)."""
    secret = make_password(PASSWORD)
    officers = {user.organisation_id: user for user in staff.values() if user.role == Role.LIAISON_OFFICER}
    users = []
    for number, deputy in enumerate(deputies):
        if number and number % 9 == 0:
            deputy.helper = officers[deputy.organisation_id]
        elif deputy.status == DeputyStatus.ACTIVE:
            username = SHOWN[Role.DEPUTY] if number == 0 else f"deputy{number + 1:02}"
            deputy.user = new_user(
                username, Role.DEPUTY, deputy.organisation, name=deputy.name, phone=deputy.phone, secret=secret, now=makers.now
            )
            users.append(deputy.user)
    User.objects.bulk_create(users)


def _build_groups(world: Map, deputies: list[Deputy], rng: random.Random) -> None:
    professional = [
        Group.objects.create(name=name, kind=GroupKind.PROFESSIONAL, organisation=world.congress)
        for name in data("world")["groups"]["professional"]
    ]
    street = {place.committee.pk: _street_group(place) for place in world.streets}
    links = []
    for deputy in deputies:
        if deputy.status == DeputyStatus.ACTIVE and deputy.identity == Identity.DEPUTY:
            links += [(deputy, rng.choice(professional)), (deputy, street[deputy.organisation_id])]
    through = Deputy.groups.through
    through.objects.bulk_create(through(deputy=deputy, group=group) for deputy, group in links)
    ChatGroup.objects.bulk_create(_chat_group(place, division, rng) for place in world.streets for division in place.communities)


def _street_group(place: Place) -> Group:
    return Group.objects.create(name=f"{place.division.name}代表小组", kind=GroupKind.STREET, organisation=place.committee)


def _chat_group(place: Place, division: Division, rng: random.Random) -> ChatGroup:
    """The register of grid chat groups (S17)."""
    return ChatGroup(
        name=f"{division.name}网格服务群", division=division, organisation=place.committee,
        keeper=f"网格员{rng.randint(1, 9)}号", members=rng.randint(120, 480),
    )  # fmt: skip
