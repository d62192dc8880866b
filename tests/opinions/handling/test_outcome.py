"""Where replies lead: rated, sent back, lapsed. 答复, 解决 and 满意 are three facts."""

import pytest

from liaison.base.audit.models import Event
from liaison.base.errors import StaleState
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind, TimeLimitPolicy
from opinions.catalog.queries import STAMP
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.queries import unrated_too_long
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, answered, content, later, open_matter, replied


def test_rated_closes_with_the_residents_word(world: HandlingWorld) -> None:
    matter = replied(world)
    handling.close_rated(matter=matter, satisfaction="mostly", now=NOW, actor="反映人", data={"solved": "partly"})
    assert (matter.status, matter.satisfaction, matter.closed_at) == (Status.CLOSED, "mostly", NOW)
    assert running_clocks(matter) == []
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.by, event.actor) == ("rate", None, "反映人")


def test_rework_of_a_departments_reply_goes_to_the_street(world: HandlingWorld) -> None:
    matter = handling.send_to_rework(matter=replied(world), now=NOW, actor="反映人", reason="还是不亮")
    assert (matter.status, matter.holder, matter.round) == (Status.REWORK, world.committee, 2)
    assert [(clock.kind, clock.organisation) for clock in running_clocks(matter)] == [("take", world.committee)]
    assert Notice.objects.filter(recipient=world.staff, subject__contains="不满意").exists()


def test_rework_of_a_gone_deputys_answer_goes_to_the_street(world: HandlingWorld) -> None:
    matter = answered(world)
    type(world.deputy).objects.filter(pk=world.deputy.pk).update(status="ended", ended_on=NOW.date())
    fresh = Matter.objects.get(pk=matter.pk)
    handling.send_to_rework(matter=fresh, now=NOW, actor="反映人")
    assert (fresh.holder, fresh.holder_deputy) == (world.committee, None)


def test_two_rounds_have_two_invites_and_one_first_reply(world: HandlingWorld) -> None:
    matter = handling.send_to_rework(matter=replied(world), now=NOW, actor="反映人")
    handling.assign(matter=matter, tier=3, lead=world.department, by=world.staff, now=later(1))
    handling.sign(matter=matter, person="李四", by=world.handler, now=later(1))
    handling.write_and_issue(matter=matter, content=content(), by=world.head, now=later(2))
    assert matter.first_replied_at == NOW
    assert list(RatingInvite.objects.filter(matter=matter).values_list("round", flat=True)) == [1, 2]


def test_lapse_only_after_the_limit_and_stays_unrated(world: HandlingWorld) -> None:
    matter = replied(world)
    due = matter.clocks.get(kind=ClockKind.RATE).due_on
    assert due.isoformat() == "2026-12-07"
    assert not unrated_too_long(due).exists()
    with pytest.raises(WrongState):
        handling.lapse(matter=matter, now=later(14))
    assert unrated_too_long(later(15).date()).get() == matter
    handling.lapse(matter=matter, now=later(15))
    assert (matter.status, matter.satisfaction) == (Status.CLOSED, "")


def test_lapse_after_a_rating_of_the_same_moment_is_stale(world: HandlingWorld) -> None:
    matter = replied(world)
    late = Matter.objects.get(pk=matter.pk)
    handling.close_rated(matter=matter, satisfaction="satisfied", now=later(15), actor="反映人")
    with pytest.raises((StaleState, WrongState)):
        handling.lapse(matter=late, now=later(15))
    assert Matter.objects.get(pk=matter.pk).satisfaction == "satisfied"


def test_invite_expires_with_the_clock_or_by_the_default(world: HandlingWorld) -> None:
    first = RatingInvite.objects.get(matter=replied(world))
    assert first.expires_on.isoformat() == "2026-12-07"
    TimeLimitPolicy.objects.filter(clock=ClockKind.RATE).update(valid_to="2026-11-01")
    bump(STAMP)
    second = RatingInvite.objects.get(matter=replied(world, open_matter(world)))
    assert second.expires_on == first.expires_on, "ten working days where nothing is ruled"
    assert not running_clocks(second.matter)
