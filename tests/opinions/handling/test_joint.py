"""增加协办单位, and what residents are told where a court or the like takes part."""

from datetime import date, datetime, time

import pytest

from deputies.organisations.models import JUDICIAL_KINDS, Organisation, OrganisationKind
from deputies.organisations.queries import STAMP
from liaison.base.errors import InvalidInput
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.models import Part
from opinions.handling.standing import NotYourTurn
from opinions.matters.models import Matter
from tests.factories.matters import NOW, HandlingWorld, later, open_matter, signed


def due_on(matter: Matter, kind: ClockKind) -> date:
    (clock,) = running_clocks(matter, kind)
    return clock.due_on


def test_co_handler_is_added_while_the_lead_is_at_work(world: HandlingWorld) -> None:
    matter = signed(world)
    due, day = due_on(matter, ClockKind.REPLY), later(1)
    (row,) = handling.add_co(matter=matter, bodies=[world.other_department], task="提供管线图", by=world.staff, now=day)
    (clock,) = running_clocks(matter, ClockKind.CO_OPINION)
    assert (row.part, row.note, due_on(matter, ClockKind.REPLY)) == (Part.CO, "提供管线图", due)
    assert clock.started_on <= clock.due_on < due
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=day)
    handling.give_co_opinion(matter=matter, text="图已送到。", by=world.other_handler, now=day)
    for body in (world.department, world.committee):
        with pytest.raises(InvalidInput, match="还没有承办"):
            handling.add_co(matter=matter, bodies=[body], task="再来", by=world.staff, now=day)


def test_co_handler_added_on_the_lead_s_last_day_has_that_day(world: HandlingWorld) -> None:
    matter = signed(world)
    due = due_on(matter, ClockKind.REPLY)
    day = datetime.combine(due, time(9), tzinfo=SHANGHAI)
    handling.add_co(matter=matter, bodies=[world.other_department], task="提供管线图", by=world.staff, now=day)
    assert due_on(matter, ClockKind.CO_OPINION) == due


def test_bodies_that_each_answer_have_no_co_handlers(world: HandlingWorld) -> None:
    matter = open_matter(world)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, separate=bodies, by=world.staff, now=NOW)
    with pytest.raises(NotYourTurn):
        handling.add_co(matter=matter, bodies=[world.office], task="一起办", by=world.staff, now=NOW)


@pytest.mark.parametrize("kind", JUDICIAL_KINDS)
@pytest.mark.parametrize("later_on", [False, True])
def test_resident_is_told_that_lawsuits_are_not_handled_here(
    world: HandlingWorld, kind: OrganisationKind, *, later_on: bool
) -> None:
    body = Organisation.objects.create(
        code="JUD", name=f"云汀区{kind.label}", kind=kind, division=world.places.district, parent=world.congress
    )
    bump(STAMP)
    matter = signed(world) if later_on else open_matter(world)
    if later_on:
        handling.add_co(matter=matter, bodies=[body], task="说明程序", by=world.staff, now=later(1))
    else:
        handling.assign(
            matter=matter, tier=Tier.DEPARTMENT, lead=world.department, co=[body], by=world.staff, now=NOW
        )  # fmt: skip
    assert Notice.objects.filter(subject__contains="依法独立办案").count() == 1
