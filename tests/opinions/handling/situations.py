"""Situations beyond the bare statuses: who holds a matter, how far a reply is, which parts there are."""

from collections.abc import Callable

import pytest

from opinions.catalog.models import ReasonKind
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import (
    NOW,
    WAYS,
    HandlingWorld,
    answered,
    assigned,
    content,
    later,
    open_matter,
    reason,
    signed,
    taken,
)
from tests.opinions.handling.calls import call


def _drafted(world: HandlingWorld) -> Matter:
    matter = signed(world)
    handling.save_draft(matter=matter, content=content(), by=world.handler, now=NOW)
    return matter


def _pending(world: HandlingWorld) -> Matter:
    matter = signed(world)
    handling.submit_for_approval(matter=matter, content=content(), by=world.handler, now=NOW)
    return matter


def _with_co_handler(world: HandlingWorld) -> Matter:
    matter = signed(world, co=(world.other_department,))
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=NOW)
    return matter


def _separate(world: HandlingWorld) -> Matter:
    matter = open_matter(world)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, tier=3, separate=bodies, by=world.staff, now=NOW)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    return matter


def _given_again(world: HandlingWorld) -> Matter:
    """Returned once, and given to the same body again."""
    matter = open_matter(world)
    call("return", world, assigned(world, matter), world.handler)
    return assigned(world, Matter.objects.get(pk=matter.pk))


def _objects_again(world: HandlingWorld) -> Matter:
    matter = _given_again(world)
    call("object", world, matter, world.handler)
    return Matter.objects.get(pk=matter.pk)


def _returned_twice(world: HandlingWorld) -> Matter:
    matter = _objects_again(world)
    call("consent_return", world, matter, world.district_staff)
    return Matter.objects.get(pk=matter.pk)


def _objects_late(world: HandlingWorld) -> Matter:
    matter = signed(world)
    handling.object_to(matter=matter, reason=reason(ReasonKind.RETURN), text="不属本局", by=world.handler, now=later(3))
    return matter


def _asks_for_time(world: HandlingWorld) -> Matter:
    matter = signed(world)
    call("ask_extension", world, matter, world.handler)
    return Matter.objects.get(pk=matter.pk)


def _deputys_rework(world: HandlingWorld) -> Matter:
    return handling.send_to_rework(matter=answered(world), now=NOW, actor="反映人")


def _assigned_by_district(world: HandlingWorld) -> Matter:
    matter = open_matter(world)
    handling.assign(matter=matter, tier=3, lead=world.department, by=world.district_staff, now=NOW)
    return matter


SITUATIONS: dict[str, Callable[[HandlingWorld], Matter]] = {
    **{status.value: way for status, way in WAYS.items()},
    "submitted to a deputy": lambda world: open_matter(world, deputy=world.deputy),
    "taken by a deputy": lambda world: taken(world, deputy=world.deputy),
    "submitted to a consultant": lambda world: open_matter(world, deputy=world.consultant),
    "taken by a consultant": lambda world: handling.take(
        matter=open_matter(world, deputy=world.consultant), by=world.consultant_user, now=NOW
    ),
    "raised from a deputy": lambda world: signed(world, open_matter(world, deputy=world.deputy)),
    "not signed": assigned,
    "draft": _drafted,
    "pending": _pending,
    "co-handler": _with_co_handler,
    "separate": _separate,
    "given again": _given_again,
    "objects again": _objects_again,
    "objects late": _objects_late,
    "asks for time": _asks_for_time,
    "returned twice": _returned_twice,
    "deputy's rework": _deputys_rework,
    "assigned by the district": _assigned_by_district,
}
EVERYWHERE = [pytest.param(name, marks=() if name in Status.values else pytest.mark.once) for name in SITUATIONS]
"""The situations by name. Who may do what follows from rows once they are read; that every database reads them alike is
shown by the bare statuses, so the others run in one round."""
