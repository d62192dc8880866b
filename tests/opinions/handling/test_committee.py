"""并案、重启、撤回."""

import pytest

from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Notice
from opinions.catalog.models import Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.models import AssignmentStatus
from opinions.matters.states import Status
from tests.factories.matters import (
    NOW,
    HandlingWorld,
    add_reporter,
    answered,
    bring_to,
    open_matter,
    signed,
)


def test_reopen_is_a_new_round_with_the_last_lead(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    handling.reopen(matter=matter, reason="承诺没有兑现", by=world.secretary, now=NOW)
    assert (matter.status, matter.round, matter.closed_at, matter.holder) == (
        Status.HANDLING,
        2,
        None,
        world.department,
    )
    assert matter.assignments.filter(status=AssignmentStatus.PENDING, round=2).get().organisation == world.department
    assert {clock.kind for clock in running_clocks(matter)} == {"sign", "return", "reply"}


def test_reopen_of_a_deputys_answer_needs_a_body(world: HandlingWorld) -> None:
    matter = handling.close_rated(matter=answered(world), satisfaction="satisfied", now=NOW, actor="反映人")
    with pytest.raises(InvalidInput) as caught:
        handling.reopen(matter=matter, reason="又坏了", by=world.secretary, now=NOW)
    assert caught.value.field == "lead"
    handling.reopen(matter=matter, reason="又坏了", lead=world.office, by=world.secretary, now=NOW)
    assert (matter.holder, matter.tier) == (world.office, Tier.DEPARTMENT)


def test_reopen_by_ordinary_staff_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        handling.reopen(matter=bring_to(world, Status.CLOSED), reason="想再办", by=world.staff, now=NOW)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.TAKEN, Status.WAITING])
def test_withdraw_ends_everything_and_tells_the_holder(world: HandlingWorld, status: Status) -> None:
    matter = bring_to(world, status)
    handling.withdraw(matter=matter, reporter=matter.reporters.get(), reason="已经好了", now=NOW)
    assert (matter.status, matter.closed_at, running_clocks(matter)) == (Status.WITHDRAWN, NOW, [])
    assert Notice.objects.filter(recipient=world.staff, subject__contains="撤回").exists()


def test_withdraw_while_a_handler_waits_releases_the_handler(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.ask(matter=matter, question="几号楼？", by=world.handler, now=NOW)
    handling.withdraw(matter=matter, reporter=matter.reporters.get(), now=NOW)
    assert matter.assignments.get().status == AssignmentStatus.REVOKED


def test_withdraw_by_somebody_else_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        handling.withdraw(matter=open_matter(world), reporter=add_reporter(open_matter(world)), now=NOW)
