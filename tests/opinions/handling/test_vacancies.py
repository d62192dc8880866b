"""代表离岗: what a deputy held goes to the street."""

import pytest

from deputies.roster import services as roster
from deputies.roster.models import Deputy
from liaison.base.audit.models import Audience, Event
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, TODAY, HandlingWorld, answered, later, open_matter, proposed, taken


def leave(deputy: Deputy) -> None:
    deputy.refresh_from_db()
    roster.end_office(deputy=deputy, reason="调离", by=None, now=NOW, on=TODAY)


def _rework(world: HandlingWorld) -> Matter:
    return handling.send_to_rework(matter=answered(world), now=NOW, actor="反映人", reason="还是不亮")


def _proposed(world: HandlingWorld) -> Matter:
    matter = proposed(world)
    Matter.objects.filter(pk=matter.pk).update(holder=None, holder_deputy=world.deputy)
    return matter


WAYS = {
    Status.SUBMITTED: (lambda world: open_matter(world, deputy=world.deputy), Status.SUBMITTED),
    Status.TAKEN: (lambda world: taken(world, deputy=world.deputy), Status.SUBMITTED),
    Status.REWORK: (_rework, Status.REWORK),
    Status.PROPOSED: (_proposed, Status.PROPOSED),
}


@pytest.mark.parametrize("status", WAYS)
def test_hand_over_gives_the_street_what_the_deputy_held(world: HandlingWorld, status: Status) -> None:
    make, after = WAYS[status]
    matter = make(world)
    leave(world.deputy)
    assert handling.hand_over_vacant(now=later()) == 1
    matter.refresh_from_db()
    assert (matter.status, matter.holder, matter.holder_deputy) == (after, world.committee, None)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.audience, event.actor) == ("vacate", Audience.PUBLIC, "")
    assert event.data == {"body": world.committee.name, "from": world.deputy.name}
    limits = {(clock.kind, clock.organisation) for clock in running_clocks(matter)}
    assert limits == (set() if after == Status.PROPOSED else {(ClockKind.TAKE, world.committee)})


def test_hand_over_tells_the_street_and_the_resident_once(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    leave(world.deputy)
    assert handling.hand_over_vacant(now=later()) == 1
    assert handling.hand_over_vacant(now=later()) == 0
    told = Notice.objects.filter(key__contains=f"vacate:{matter.version + 1}")
    assert told.filter(recipient=world.staff, channel=Channel.IN_APP).count() == 1
    assert not told.filter(recipient=world.deputy_user).exists()
    words = told.get(channel=Channel.SMS).subject
    assert world.deputy.name in words
    assert world.committee.name in words


def test_hand_over_leaves_others_matters_alone(world: HandlingWorld) -> None:
    kept = open_matter(world, deputy=world.consultant)
    closed = answered(world)
    leave(world.deputy)
    assert handling.hand_over_vacant(now=later()) == 0
    kept.refresh_from_db()
    assert kept.holder_deputy == world.consultant
    with pytest.raises(WrongState):
        handling.hand_over(matter=kept, now=later())
    assert Matter.objects.get(pk=closed.pk).status == Status.REPLIED


def test_supply_after_the_deputy_left_goes_to_the_street(world: HandlingWorld) -> None:
    matter = taken(world, deputy=world.deputy)
    handling.ask(matter=matter, question="哪一盏？", by=world.deputy_user, now=NOW)
    leave(world.deputy)
    assert handling.hand_over_vacant(now=later()) == 0
    held = Matter.objects.get(pk=matter.pk)
    handling.supply(matter=held, reporter=held.reporters.get(), text="东边三盏", now=later(2))
    assert (held.status, held.holder, held.holder_deputy) == (Status.SUBMITTED, world.committee, None)
    assert [clock.kind for clock in running_clocks(held)] == [ClockKind.TAKE]
    verbs = list(Event.objects.filter(chain=held.chain).order_by("seq").values_list("verb", flat=True))
    assert verbs[-2:] == ["supply", "vacate"]
