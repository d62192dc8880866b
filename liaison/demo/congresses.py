"""Terms, delegations, groups and chat groups of the demo district."""

from dataclasses import dataclass
from datetime import date

from deputies.roster.models import ChatGroup, CongressLevel, Delegation, Group, GroupKind, Term
from liaison.demo.places import Map
from liaison.demo.source import chance, data


@dataclass
class Groups:
    """Professional groups, and the group of each street by its committee's id."""

    professional: list[Group]
    street: dict[int, Group]


def build_terms(world: Map) -> dict[str, Term]:
    """The running term of each level."""
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


def build_delegations(world: Map, term: Term) -> dict[int, Delegation]:
    """A delegation for each street, by the street's id."""
    return {
        place.division.pk: Delegation.objects.create(term=term, name=f"{place.division.name}代表团")
        for place in world.streets
    }


def build_groups(world: Map) -> Groups:
    """Professional and street groups (H10), and the register of grid chat groups (S17)."""
    rng = chance("groups")
    ChatGroup.objects.bulk_create(
        ChatGroup(
            name=f"{division.name}网格服务群", division=division, organisation=place.committee,
            keeper=f"网格员{rng.randint(1, 9)}号", members=rng.randint(120, 480),
        )
        for place in world.streets
        for division in place.communities
    )  # fmt: skip
    professional = [
        Group.objects.create(name=name, kind=GroupKind.PROFESSIONAL, organisation=world.congress)
        for name in data("world")["groups"]["professional"]
    ]
    street = {
        place.committee.pk: Group.objects.create(
            name=f"{place.division.name}代表小组", kind=GroupKind.STREET, organisation=place.committee
        )
        for place in world.streets
    }
    return Groups(professional, street)
