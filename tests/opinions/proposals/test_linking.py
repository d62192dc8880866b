"""Several opinions in one draft, in and out of it, and the result that goes to all of them at once."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.services import NotComplete
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.proposals import services
from opinions.proposals.models import Proposal, ProposalSource
from opinions.proposals.queries import count_linked, first_words, people_concerned, visible_proposals
from opinions.proposals.services.drafting import AlreadyLinked
from opinions.proposals.services.results import NotForAll
from opinions.proposals.states import PROPOSAL, ProposalStatus
from tests.factories.matters import (
    NOW,
    PHONE,
    HandlingWorld,
    add_reporter,
    content,
    open_matter,
    proposed,
    relayed,
    signed,
    taken,
    taken_out,
)

WORDS: dict[str, Any] = {"title": "关于更新路灯的建议", "situation": "多处不亮", "reason": "全区共性问题"}


def draft(world: HandlingWorld, *matters: Matter, by: User | None = None) -> Proposal:
    held = list(matters) or [taken(world), signed(world)]
    return services.draft_proposal(matters=held, by=by or world.staff, now=NOW, lead=world.deputy, **WORDS)


def test_draft_of_several_raises_each_of_them(world: HandlingWorld) -> None:
    first, second = taken(world), signed(world)
    proposal = draft(world, first, second)
    assert {row.status for row in (first, second)} == {Status.PROPOSED}
    assert set(proposal.sources.all()) == {first, second}
    assert proposal.organisation == world.committee
    assert list(verify([proposal.chain, first.chain, second.chain])) == []


def test_raised_opinions_are_neither_replied_nor_closed(world: HandlingWorld) -> None:
    for matter in draft(world).sources.all():
        assert (matter.first_replied_at, matter.closed_at, matter.satisfaction, matter.is_open) == (
            None,
            None,
            "",
            True,
        )


def test_linked_opinion_is_raised_and_taken_out_again_with_history(world: HandlingWorld) -> None:
    proposal, matter = draft(world, taken(world)), signed(world)
    services.link_matter(proposal=proposal, matter=matter, reason="同一原因", by=world.staff, now=NOW)
    assert matter.status == Status.PROPOSED
    with pytest.raises(AlreadyLinked):
        services.link_matter(proposal=proposal, matter=matter, reason="同一原因", by=world.staff, now=NOW)
    services.unlink_matter(proposal=proposal, matter=matter, reason="原因不同", by=world.staff, now=NOW)
    assert (matter.status, matter.holder, matter.tier) == (Status.TAKEN, world.committee, Tier.STREET)
    assert {clock.kind for clock in running_clocks(matter)} == {ClockKind.REPLY}
    link = ProposalSource.objects.get(matter=matter)
    assert (link.unlinked_by, link.reason) == (world.staff, "原因不同")
    verbs = list(Event.objects.filter(chain=proposal.chain).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["draft_proposal", "link_matter", "unlink_matter"]
    services.link_matter(proposal=proposal, matter=matter, reason="又一致了", by=world.staff, now=NOW)
    assert ProposalSource.objects.filter(matter=matter).count() == 2


def test_opinion_in_two_drafts_stays_raised_when_one_lets_it_go(world: HandlingWorld) -> None:
    matter = taken(world)
    first, second = draft(world, matter), draft(world, matter, taken(world))
    services.unlink_matter(proposal=first, matter=matter, reason="并到另一份", by=world.staff, now=NOW)
    assert Matter.objects.get(pk=matter.pk).status == Status.PROPOSED
    assert matter in second.sources.all()


def test_result_goes_to_every_linked_opinion_at_once(world: HandlingWorld) -> None:
    first = taken(world, phone="13800000001")
    second = taken(world, phone="13800000002")
    proposal = draft(world, first, second)
    replies = services.answer_proposal(proposal=proposal, content=content("C"), by=world.staff, now=NOW)
    assert {reply.matter_id for reply in replies} == {first.pk, second.pk}
    assert set(Matter.objects.filter(pk__in=[first.pk, second.pk]).values_list("status", flat=True)) == {Status.REPLIED}
    told = {row.address for row in Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价")}
    assert told == {"13800000001", "13800000002"}
    assert RatingInvite.objects.filter(matter__in=[first, second]).count() == 2
    assert proposal.status == ProposalStatus.ANSWERED
    with pytest.raises((WrongState, StaleState)):
        services.answer_proposal(proposal=proposal, content=content("C"), by=world.staff, now=NOW)


def test_result_leaves_those_alone_that_went_another_way(world: HandlingWorld) -> None:
    first, second = taken(world), taken(world)
    proposal = draft(world, first, second)
    relayed(world, second)
    assert len(services.answer_proposal(proposal=proposal, content=content("D"), by=world.staff, now=NOW)) == 1
    assert Matter.objects.get(pk=second.pk).status == Status.RELAYED


def test_result_of_several_streets_is_told_by_the_district(world: HandlingWorld) -> None:
    here = taken(world)
    there = open_matter(world, street=world.other_committee, holder=world.other_committee, status=Status.TAKEN)
    proposal = draft(world, here, there, by=world.district_staff)
    assert proposal.organisation == world.congress
    services.draft_proposal(matters=[here], by=world.staff, now=NOW, **WORDS)
    with pytest.raises((NotAllowed, NotForAll)):
        services.answer_proposal(proposal=proposal, content=content("C"), by=world.staff, now=NOW)
    assert Matter.objects.get(pk=here.pk).status == Status.PROPOSED
    assert len(services.answer_proposal(proposal=proposal, content=content("C"), by=world.district_staff, now=NOW)) == 2


def test_result_must_be_complete(world: HandlingWorld) -> None:
    proposal = draft(world)
    with pytest.raises(NotComplete):
        services.answer_proposal(proposal=proposal, content=content("C", due_on=NOW.date()), by=world.staff, now=NOW)
    assert Proposal.objects.get().status == ProposalStatus.DRAFT


def test_people_concerned_count_merged_ones_and_a_number_once(world: HandlingWorld) -> None:
    first, second = taken(world), taken(world, phone="13800000002")
    add_reporter(second, phone=PHONE)
    merged = open_matter(world, phone="13800000003")
    handling.merge(matter=merged, target=first, by=world.staff, now=NOW)
    first.refresh_from_db()
    proposal = draft(world, first, second)
    count_linked([proposal])
    assert (proposal.linked, proposal.people) == (2, 3)  # type: ignore[attr-defined]
    assert len(people_concerned([first.pk])[first.pk]) == 2


def test_first_words_lead_to_nobody(world: HandlingWorld) -> None:
    matter = taken(world)
    matter.opinion.content = "我是张三，502室，13800000000，楼道漏水。"
    words = first_words([matter], [])
    assert "楼道漏水" in words["situation"]
    for told in ("张三", "502", "13800000000"):
        assert told not in words["situation"]


def test_edit_is_by_version_and_keeps_what_changed(world: HandlingWorld) -> None:
    proposal = draft(world)
    words: dict[str, Any] = {
        "title": "新题目",
        "situation": "情况",
        "analysis": "分析",
        "request": "建议",
        "lead": None,
    }
    before = proposal.version
    services.edit_proposal(proposal=proposal, version=before, by=world.staff, now=NOW, **words)
    with pytest.raises(StaleState):
        services.edit_proposal(proposal=proposal, version=before, by=world.district_staff, now=NOW, **words)
    event = Event.objects.filter(chain=proposal.chain).latest("seq")
    assert set(event.data["changed"]) == {"title", "situation", "analysis", "request", "lead"}


@pytest.mark.parametrize("name", ["other_staff", "other_deputy_user", "handler", "leader", "admin", "consultant_user"])
def test_outsider_writes_nothing(world: HandlingWorld, name: str) -> None:
    proposal, user = draft(world), world.users[name]
    matter = proposal.sources.first()
    assert matter is not None
    for act in (
        lambda: services.edit_proposal(
            proposal=proposal, version=1, title="x", situation="x", analysis="", request="", lead=None, by=user, now=NOW
        ),
        lambda: services.link_matter(proposal=proposal, matter=taken(world), reason="x", by=user, now=NOW),
        lambda: services.unlink_matter(proposal=proposal, matter=matter, reason="x", by=user, now=NOW),
        lambda: services.answer_proposal(proposal=proposal, content=content(), by=user, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_lead_sees_the_proposal_of_opinions_elsewhere(world: HandlingWorld) -> None:
    proposal = draft(world)
    assert proposal in visible_proposals(world.deputy_user)
    assert proposal not in visible_proposals(world.other_deputy_user)
    assert proposal not in visible_proposals(world.other_staff)


@pytest.mark.parametrize("field", ["matters", "title", "situation", "reason", "lead"])
def test_draft_refuses_what_is_missing(world: HandlingWorld, field: str) -> None:
    given: dict[str, Any] = {"matters": [taken(world)], "lead": None, **WORDS}
    given[field] = {"matters": [], "lead": world.consultant}.get(field, " ")
    with pytest.raises(InvalidInput) as caught:
        services.draft_proposal(by=world.staff, now=NOW, **given)
    assert caught.value.field == field


def test_taken_out_needs_a_draft(world: HandlingWorld) -> None:
    with pytest.raises(WrongState):
        taken_out(matter=taken(world), by=world.staff, now=NOW)
    matter = proposed(world)
    taken_out(matter=matter, by=world.staff, now=NOW)
    assert matter.status == Status.TAKEN


def test_rows_refuse_halves(world: HandlingWorld) -> None:
    proposal = draft(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(status="answered")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalSource.objects.filter(proposal=proposal).update(unlinked_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalSource.objects.create(proposal=proposal, matter=proposal.sources.all()[0], linked_at=NOW)
    assert {row.target for row in PROPOSAL.rows} == set(ProposalStatus)
