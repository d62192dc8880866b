"""Situations beyond the bare statuses: who holds a matter, how far a reply is, which parts there are."""

from collections.abc import Callable

from opinions.handling import services as handling
from opinions.matters.models import Matter
from tests.factories.matters import NOW, WAYS, HandlingWorld, answered, assigned, content, open_matter, signed, taken
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


def _returned_twice(world: HandlingWorld) -> Matter:
    matter = open_matter(world)
    for _time in range(2):
        call("return", world, assigned(world, matter), world.handler)
        matter = Matter.objects.get(pk=matter.pk)
    return matter


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
    "returned twice": _returned_twice,
    "deputy's rework": _deputys_rework,
    "assigned by the district": _assigned_by_district,
}
