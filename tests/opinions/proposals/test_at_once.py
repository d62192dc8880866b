"""Two people at one draft at the same moment."""

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.matters.models import Matter
from opinions.proposals import services
from opinions.proposals.models import Proposal, ProposalSource
from tests.factories.matters import NOW, content, handling_world, taken
from tests.opinions.handling.test_at_once import at_once
from tests.opinions.proposals.test_linking import WORDS, draft

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_draft_arises_from_the_same_opinions() -> None:
    world = handling_world()
    keys = [taken(world).pk, taken(world).pk]
    held = [list(Matter.objects.filter(pk__in=keys).order_by(order)) for order in ("pk", "-pk")]
    outcomes = at_once(
        *[lambda rows=rows: services.draft_proposal(matters=rows, by=world.staff, now=NOW, **WORDS) for rows in held]
    )
    assert sorted(outcomes) == ["StaleState", "done"]
    assert Proposal.objects.count() == 1
    assert list(verify()) == []


def test_opinion_that_is_in_a_draft_goes_into_two_others_at_once() -> None:
    world = handling_world()
    matter, other, third = taken(world), draft(world, taken(world)), draft(world, taken(world))
    draft(world, matter)
    pairs = [(row, Matter.objects.get(pk=matter.pk)) for row in (other, third)]
    outcomes = at_once(
        *[
            lambda row=row, held=held: services.link_matter(
                proposal=row, matter=held, reason="同类", by=world.staff, now=NOW
            )
            for row, held in pairs
        ]
    )
    assert outcomes == ["done", "done"]
    assert ProposalSource.objects.filter(matter=matter, unlinked_at=None).count() == 3
    assert Event.objects.filter(chain=matter.chain, verb="link_matter").count() == 2
    assert list(verify()) == []


def test_opinion_is_linked_and_taken_out_once() -> None:
    world = handling_world()
    matter, proposal = taken(world), draft(world, taken(world))
    draft(world, matter)

    def press(service: str) -> list[str]:
        held = [(Proposal.objects.get(pk=proposal.pk), Matter.objects.get(pk=matter.pk)) for _screen in range(2)]
        words = {"reason": "说明", "by": world.staff, "now": NOW}
        acts = [lambda one=one: getattr(services, service)(proposal=one[0], matter=one[1], **words) for one in held]
        return sorted(at_once(*acts))

    assert press("link_matter") in (["AlreadyLinked", "done"], ["StaleState", "done"])
    assert press("unlink_matter") in (["StaleState", "done"], ["WrongState", "done"])
    assert ProposalSource.objects.filter(proposal=proposal, matter=matter).count() == 1
    assert Event.objects.filter(chain=matter.chain, verb="unlink_matter").count() == 1
    assert list(verify()) == []


def test_result_is_told_once() -> None:
    world = handling_world()
    proposal = draft(world)
    held = [Proposal.objects.get(pk=proposal.pk) for _screen in range(2)]
    outcomes = at_once(
        *[
            lambda one=one: services.answer_proposal(
                proposal=one, content=content("A"), by=world.district_staff, now=NOW
            )
            for one in held
        ]
    )
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "StaleState", "WrongState"}
    assert Event.objects.filter(verb="report_back").count() == 2
    assert list(verify()) == []
