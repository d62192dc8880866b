"""What statistics are made of is there for every matter, whichever way it went (seen elsewhere: never set on close)."""

import pytest

from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.matters.states import FINAL, Status
from tests.factories.matters import WAYS, HandlingWorld, answered, bring_to

REPLIED = (Status.REPLIED, Status.REWORK, Status.CLOSED)


@pytest.mark.parametrize("status", WAYS)
def test_times_of_taking_replying_and_closing_are_set_with_the_status(world: HandlingWorld, status: Status) -> None:
    matter = bring_to(world, status)
    matter.refresh_from_db()
    assert (matter.closed_at is not None) == (status in FINAL)
    assert (matter.first_replied_at is not None) == (status in REPLIED)
    take = matter.clocks.filter(kind=ClockKind.TAKE).earliest("id")
    assert (take.stopped_at is not None) == bool(take.outcome) == (status != Status.SUBMITTED)


def test_answer_in_person_takes_and_replies_at_once(world: HandlingWorld) -> None:
    matter = answered(world)
    matter.refresh_from_db()
    assert matter.first_replied_at is not None
    assert matter.clocks.get(kind=ClockKind.TAKE).stopped_at is not None


@pytest.mark.parametrize("status", FINAL)
def test_nothing_runs_on_for_what_has_ended(world: HandlingWorld, status: Status) -> None:
    matter = bring_to(world, status)
    assert not Clock.objects.filter(matter=matter, stopped_at__isnull=True).exists()


@pytest.mark.parametrize("status", [one for one in WAYS if one not in FINAL])
def test_only_waiting_for_the_resident_pauses(world: HandlingWorld, status: Status) -> None:
    """A clock pauses only on named events (domain.md): no other status leaves one that stands still."""
    matter = bring_to(world, status)
    paused = Clock.objects.filter(matter=matter, stopped_at__isnull=True, paused_on__isnull=False)
    assert not paused.exists() or status == Status.WAITING
