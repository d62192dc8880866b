"""包案: one leader at a time, who alone writes and ends; reminded once for each target."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Notice
from liaison.base.workflow import WrongState
from opinions.matters.states import Status
from supervision.orders import services as orders
from supervision.orders.models import NoteKind, Sponsorship
from supervision.orders.services import AlreadySponsored, Ended, NotEnded
from supervision.orders.states import SponsorStatus
from tests.factories.matters import NOW, TODAY, HandlingWorld, bring_to, later, open_matter, signed
from tests.factories.orders import SOON, chair, sponsored


def test_leader_takes_a_case_and_sees_it_through(world: HandlingWorld) -> None:
    matter = signed(world)
    case = sponsored(world, matter)
    orders.note_case(case=case, kind=NoteKind.VISIT, day=TODAY, text="到现场", by=world.leader, now=NOW)
    with pytest.raises(NotEnded):
        orders.note_case(case=case, kind=NoteKind.REVISIT, day=TODAY, text="回访", by=world.leader, now=NOW)
    orders.end_case(case=case, outcome="solved", text="已经修好", by=world.leader, now=later(3))
    day = TODAY + timedelta(days=10)
    orders.note_case(case=case, kind=NoteKind.REVISIT, day=day, text="没有反复", by=world.leader, now=later(10))
    with pytest.raises(InvalidInput):
        orders.note_case(case=case, kind=NoteKind.VISIT, day=day, text="再走访", by=world.leader, now=later(10))
    assert [one.kind for one in case.notes.all()] == ["visit", "revisit"]
    told = Event.objects.filter(chain=matter.chain, verb__in=["sponsor", "note_sponsor", "end_sponsor"])
    assert told.count() == 4
    assert list(verify()) == []


def test_one_leader_at_a_time(world: HandlingWorld) -> None:
    matter = signed(world)
    case = sponsored(world, matter)
    with pytest.raises(AlreadySponsored):
        sponsored(world, matter, by=chair())
    with pytest.raises(IntegrityError), transaction.atomic():
        Sponsorship.objects.create(
            matter=matter, sponsor=chair(), organisation=world.committee, why="x", target_on=SOON, started_at=NOW
        )
    orders.end_case(case=case, outcome="handed_on", text="移交街道", by=world.leader, now=NOW)
    assert sponsored(world, matter, by=chair()).sponsor == chair()


@pytest.mark.parametrize("who", ["staff", "secretary", "district_staff", "handler", "head", "deputy_user", "helper"])
def test_nobody_else_sponsors_or_ends(world: HandlingWorld, who: str) -> None:
    user = world.users[who]
    with pytest.raises(NotAllowed):
        sponsored(world, by=user)
    case = sponsored(world)
    with pytest.raises(NotAllowed):
        orders.end_case(case=case, outcome="solved", text="好了", by=user, now=NOW)
    with pytest.raises(NotAllowed):
        orders.note_case(case=case, kind="visit", day=TODAY, text="到现场", by=user, now=NOW)


def test_another_leader_does_not_end_it_while_the_sponsor_is_there(world: HandlingWorld) -> None:
    case = sponsored(world, by=chair())
    with pytest.raises(NotAllowed):
        orders.end_case(case=case, outcome="solved", text="好了", by=world.leader, now=NOW)


def test_chair_does_not_sponsor_for_another_street_and_nobody_what_has_ended(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        sponsored(world, open_matter(world, street=world.other_committee), by=chair())
    with pytest.raises(Ended):
        sponsored(world, bring_to(world, Status.CLOSED))


def test_ended_case_is_not_ended_again(world: HandlingWorld) -> None:
    case = sponsored(world)
    orders.end_case(case=case, outcome="given_up", text="不属本区", by=world.leader, now=NOW)
    with pytest.raises(WrongState):
        orders.end_case(case=case, outcome="solved", text="好了", by=world.leader, now=NOW)
    with pytest.raises(WrongState):
        orders.move_target(case=case, target_on=SOON + timedelta(days=1), reason="延期", by=world.leader, now=NOW)
    assert case.status == SponsorStatus.GIVEN_UP


def test_target_that_is_the_old_one_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        orders.move_target(case=sponsored(world), target_on=SOON, reason="延期", by=world.leader, now=NOW)


def test_leader_is_reminded_once_for_each_target(world: HandlingWorld) -> None:
    case = sponsored(world)
    assert orders.remind_sponsors(now=NOW) == 0
    near = later((SOON - TODAY).days - 2)
    assert [orders.remind_sponsors(now=near) for _run in range(3)] == [1, 0, 0]
    orders.move_target(case=case, target_on=SOON + timedelta(days=30), reason="等材料", by=world.leader, now=near)
    assert orders.remind_sponsors(now=near) == 0
    late = later((SOON - TODAY).days + 31)
    assert [orders.remind_sponsors(now=late) for _run in range(2)] == [1, 0]
    assert Notice.objects.filter(key__startswith="sponsor:", channel="in_app").count() == 2


def test_reminding_costs_the_same_for_one_and_for_many(world: HandlingWorld) -> None:
    late = later((SOON - TODAY).days + 1)
    assert orders.remind_sponsors(now=late) == 0  # reads the calendar
    counts = []
    for number in (1, 8):
        for _n in range(number):
            sponsored(world)
        with CaptureQueriesContext(connection) as caught:
            assert orders.remind_sponsors(now=late) == number
        counts.append(len(caught))
    assert counts[0] == counts[1]
