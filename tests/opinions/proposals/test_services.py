"""转建议: a draft is made, nothing is solved."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Audience, Event
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import Tier
from opinions.clocks.queries import running_clocks
from opinions.handling.models import AssignmentStatus
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.proposals.models import Proposal
from opinions.proposals.queries import possible_leads, proposals_of, visible_proposals
from opinions.proposals.services import raise_to_proposal
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, open_matter, proposed, signed, taken

WORDS: dict[str, Any] = {"title": "关于更新路灯的建议", "situation": "三盏不亮", "reason": "全区共性问题"}


def test_raise_links_the_draft_and_ends_handling(world: HandlingWorld) -> None:
    matter = proposed(world, signed(world))
    proposal = Proposal.objects.get()
    assert (matter.status, matter.tier, matter.holder) == (Status.PROPOSED, Tier.PROPOSAL, world.committee)
    assert proposals_of(matter) == [proposal]
    assert matter.assignments.get().status == AssignmentStatus.REVOKED
    assert running_clocks(matter) == []


def test_raise_is_not_a_reply_and_not_an_end(world: HandlingWorld) -> None:
    matter = proposed(world)
    assert (matter.first_replied_at, matter.closed_at, matter.reply_class, matter.is_open) == (None, None, "", True)


def test_raise_by_a_deputy_is_led_and_followed_by_the_deputy(world: HandlingWorld) -> None:
    matter = taken(world, deputy=world.deputy)
    proposal = raise_to_proposal(matter=matter, by=world.deputy_user, now=NOW, **WORDS)
    assert (proposal.lead, matter.holder_deputy) == (world.deputy, world.deputy)


def test_raise_tells_the_resident_in_public(world: HandlingWorld) -> None:
    matter = proposed(world)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.audience, event.reason) == ("raise", Audience.PUBLIC, "统一改造")
    assert Notice.objects.filter(channel=Channel.SMS, subject__contains="代表建议").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"situation": ""}, "situation"),
        ({"reason": ""}, "reason"),
    ],
)
def test_raise_refuses_what_is_missing(world: HandlingWorld, change: dict[str, str], field: str) -> None:
    matter = taken(world)
    with pytest.raises(InvalidInput) as caught:
        raise_to_proposal(matter=matter, by=world.staff, now=NOW, **{**WORDS, **change})
    assert caught.value.field == field
    assert Matter.objects.get(pk=matter.pk).status == Status.TAKEN
    assert not Proposal.objects.exists()


def test_consultant_neither_raises_nor_leads(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        raise_to_proposal(matter=taken(world), by=world.staff, now=NOW, lead=world.consultant, **WORDS)
    matter = open_matter(world, deputy=world.consultant, status=Status.TAKEN)
    with pytest.raises(NotAllowed):
        raise_to_proposal(matter=matter, by=world.consultant_user, now=NOW, **WORDS)
    assert world.consultant not in possible_leads(matter)
    assert world.deputy in possible_leads(matter)


def test_proposals_are_seen_by_whom_a_source_concerns(world: HandlingWorld) -> None:
    proposed(world)
    seeing = {name for name, user in world.users.items() if visible_proposals(user).exists()}
    assert seeing == {"helper", "staff", "secretary", "district_staff", "leader", "deputy_user"}


def test_screen_of_raise_refuses_kindly_and_keeps_the_text(world: HandlingWorld) -> None:
    client: Any = sign_in(Client(), world.staff)
    matter = taken(world)
    answer = client.post(reverse("proposals:raise", args=[matter.code]), {"title": "", "situation": "写了很久"})
    assert answer.status_code == 422
    assert "写了很久" in answer.content.decode()
    late = client.get(reverse("proposals:raise", args=[proposed(world).code]))
    assert late.status_code == 409
