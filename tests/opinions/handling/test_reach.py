"""Over the table of transitions: every status is reached and left, every verb has its place."""

import pytest

from opinions.handling.standing import RULES
from opinions.matters.models import Matter
from opinions.matters.states import FINAL, OPINION, RESIDENT, SYSTEM, Status
from tests.factories.matters import WAYS, HandlingWorld, bring_to

STATUSES = [status for status in Status if status != Status.DRAFT]


@pytest.mark.parametrize("status", STATUSES)
def test_status_is_reached_by_services(world: HandlingWorld, status: Status) -> None:
    matter = bring_to(world, status)
    assert Matter.objects.get(pk=matter.pk).status == status


def test_ways_cover_every_status() -> None:
    assert set(WAYS) == set(STATUSES)


def test_table_leads_to_every_status() -> None:
    computed = {"supply": {Status.TAKEN, Status.HANDLING}, "rate": {Status.CLOSED, Status.REWORK}}
    reached = {row.target for row in OPINION.rows if row.target} | {one for way in computed.values() for one in way}
    assert reached == set(STATUSES)


def test_table_leads_on_from_every_open_status() -> None:
    for status in STATUSES:
        leaving = [row for row in OPINION.verbs_from(status) if row.target not in (None, status)]
        assert bool(leaving) == (status not in FINAL or status == Status.CLOSED), status


def test_table_every_verb_is_of_people_residents_or_system() -> None:
    inner = {"part_reply"}
    for row in OPINION.rows:
        outside = row.permission in (RESIDENT, SYSTEM)
        assert (row.verb in RULES) != (outside or row.verb in inner), row.verb
