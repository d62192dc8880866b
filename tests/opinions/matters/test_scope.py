"""Who sees which matter: the same everywhere, since lists, pages, files and exports start from it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from deputies.accounts.access import Permission, can
from opinions.matters.models import Matter
from tests.factories.matters import HandlingWorld, assigned, open_matter, relayed

SEES = {
    "held by the street": {"helper", "staff", "secretary", "district_staff", "leader"},
    "held by a deputy": {"deputy_user", "helper", "staff", "secretary", "district_staff", "leader"},
    "given to the department": {"helper", "staff", "secretary", "district_staff", "leader", "handler", "head"},
    "relayed": {"helper", "staff", "secretary", "district_staff", "leader"},
    "elsewhere": {"other_staff", "district_staff", "leader"},
    "the helped deputy's, elsewhere": {"other_staff", "district_staff", "leader", "deputy_user", "helper"},
}


def matter_of(world: HandlingWorld, case: str) -> Matter:
    ways: dict[str, Any] = {
        "held by the street": lambda: open_matter(world),
        "held by a deputy": lambda: open_matter(world, deputy=world.deputy),
        "given to the department": lambda: assigned(world),
        "relayed": lambda: relayed(world),
        "elsewhere": lambda: open_matter(world, street=world.other_committee, holder=world.other_committee),
        "the helped deputy's, elsewhere": lambda: open_matter(world, deputy=world.deputy, street=world.other_committee),
    }
    made: Matter = ways[case]()
    return made


@pytest.mark.parametrize("case", SEES)
def test_scope_is_exactly_these_people(world: HandlingWorld, case: str) -> None:
    matter = matter_of(world, case)
    seeing = {
        name for name, user in world.users.items() if Matter.objects.visible_to(user).filter(pk=matter.pk).exists()
    }
    assert seeing == SEES[case]
    assert {name for name, user in world.users.items() if matter.concerns(user)} == seeing


def test_scope_of_a_disabled_account_is_empty(world: HandlingWorld) -> None:
    matter = open_matter(world)
    world.staff.is_active = False
    assert not matter.concerns(world.staff)


def test_scope_of_a_visitor_is_empty(world: HandlingWorld) -> None:
    open_matter(world)
    assert not Matter.objects.visible_to(AnonymousUser()).exists()  # type: ignore[arg-type]


def test_scope_never_counts_a_matter_twice(world: HandlingWorld) -> None:
    assigned(world, co=(world.other_department,))
    relayed(world)
    for user in world.users.values():
        rows = list(Matter.objects.visible_to(user).values_list("pk", flat=True))
        assert len(rows) == len(set(rows))


def test_can_asks_the_matter(world: HandlingWorld) -> None:
    matter = open_matter(world)
    assert can(world.staff, Permission.MATTER_VIEW, matter)
    assert not can(world.other_staff, Permission.MATTER_VIEW, matter)
    assert not can(world.admin, Permission.MATTER_VIEW, matter)
