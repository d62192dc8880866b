"""The committee and the deputy, or two of the committee, press at the same moment."""

import pytest

from deputies.roster.models import CongressLevel
from liaison.base.audit.services import verify
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.proposals import services as proposals
from opinions.proposals.models import Proposal, ProposalSource
from opinions.relays import services as relays
from opinions.relays.models import Baton
from opinions.relays.queries import RELATED
from opinions.relays.states import BatonStatus
from tests.factories.matters import NOW, content, handling_world, proposed, relayed, taken
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def screen(matter: Matter) -> Baton:
    """What one person has on the screen."""
    return Baton.objects.select_related(*RELATED).get(relay__matter=matter)


def test_taking_and_withdrawing_end_in_one_of_both() -> None:
    world = handling_world()
    matter = relayed(world)
    first, second = screen(matter), screen(matter)
    outcomes = at_once(
        lambda: relays.take(baton=first, by=world.city_deputy_user, now=NOW),
        lambda: relays.withdraw(baton=second, reason="另有安排", by=world.district_staff, now=NOW),
    )
    status = screen(matter).status
    assert outcomes in (["done", "StaleState"], ["StaleState", "done"])
    assert status == (BatonStatus.TAKEN if outcomes[0] == "done" else BatonStatus.WITHDRAWN)
    assert list(verify()) == []


def test_answering_and_reporting_back_lose_nothing() -> None:
    world = handling_world()
    matter = relayed(world)
    baton, held = screen(matter), Matter.objects.get(pk=matter.pk)
    outcomes = at_once(
        lambda: relays.answer(baton=baton, text="已列入。", reply_class="D", by=world.city_deputy_user, now=NOW),
        lambda: handling.report_back(matter=held, content=content("D"), by=world.district_staff, now=NOW),
    )
    assert outcomes[1] == "done"
    assert outcomes[0] in ("done", "RelayOver")
    assert (screen(matter).status == BatonStatus.ANSWERED) == (outcomes[0] == "done")
    assert list(verify()) == []


def test_relaying_twice_names_the_deputy_once() -> None:
    world = handling_world()
    pk = taken(world).pk
    screens = [Matter.objects.get(pk=pk) for _person in range(2)]
    outcomes = at_once(
        *[
            lambda held=held: relays.relay(
                matter=held, level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason="跨区",
                by=world.district_staff, now=NOW,
            )
            for held in screens
        ]
    )  # fmt: skip
    assert sorted(outcomes) == ["StaleState", "done"]
    assert Baton.objects.count() == 1


def test_linking_and_telling_the_result_leave_no_opinion_behind() -> None:
    """Either the opinion is linked in time and hears the result, or it is not linked."""
    world = handling_world()
    proposed(world)
    later = taken(world)
    screens = [Proposal.objects.get() for _person in range(2)]
    at_once(
        lambda: proposals.link_matter(proposal=screens[0], matter=later, reason="同因", by=world.staff, now=NOW),
        lambda: proposals.answer_proposal(proposal=screens[1], content=content("D"), by=world.staff, now=NOW),
    )
    linked = ProposalSource.objects.filter(matter=later).exists()
    answered = Proposal.objects.get().status == "answered"
    status = Matter.objects.get(pk=later.pk).status
    assert (linked, answered, status) in ((True, False, "proposed"), (False, True, "taken"))
    assert list(verify()) == []
