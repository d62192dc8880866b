"""接力、并案、重启、撤回."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from deputies.roster.models import CongressLevel
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.models import AssignmentStatus, Relay
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Attachment, Matter
from opinions.matters.services import attach
from opinions.matters.states import Status
from tests.factories.matters import (
    NOW,
    HandlingWorld,
    add_reporter,
    answered,
    bring_to,
    open_matter,
    relayed,
    replied,
    signed,
    taken,
)


def test_relay_names_deputies_above_and_the_district_follows(world: HandlingWorld) -> None:
    matter = relayed(world)
    assert (matter.status, matter.tier, matter.holder) == (Status.RELAYED, Tier.RELAY, world.congress)
    assert list(Relay.objects.get().deputies.all()) == [world.city_deputy]
    assert running_clocks(matter) == []
    assert Notice.objects.filter(recipient=world.city_deputy_user, subject__contains="接力").exists()
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.data["body"], event.reason) == (world.city_deputy.name, "跨区道路")


def test_relay_from_handling_releases_the_bodies(world: HandlingWorld) -> None:
    matter = relayed(world, signed(world))
    assert matter.assignments.get().status == AssignmentStatus.REVOKED
    assert Notice.objects.filter(recipient=world.handler, subject__contains="不再需要").exists()


@pytest.mark.parametrize("case", ["own level", "nobody", "mixed", "gone"])
def test_relay_refuses_others(world: HandlingWorld, case: str) -> None:
    municipal = CongressLevel.MUNICIPAL
    if case == "gone":
        type(world.city_deputy).objects.filter(pk=world.city_deputy.pk).update(status="suspended")
        world.city_deputy.refresh_from_db()
    cases: dict[str, tuple[str, list[Any], str]] = {
        "own level": (CongressLevel.COUNTY, [world.deputy], "level"),
        "nobody": (municipal, [], "deputies"),
        "mixed": (municipal, [world.city_deputy, world.deputy], "deputies"),
        "gone": (municipal, [world.city_deputy], "deputies"),
    }
    level, deputies, field = cases[case]
    with pytest.raises(InvalidInput) as caught:
        handling.relay(
            matter=taken(world), level=level, deputies=deputies, reason="跨区", by=world.district_staff, now=NOW
        )
    assert caught.value.field == field


def merged(world: HandlingWorld, matter: Matter, target: Matter) -> Matter:
    return handling.merge(matter=matter, target=target, by=world.staff, now=NOW)


def test_merge_sends_news_of_the_target_to_everyone_merged(world: HandlingWorld) -> None:
    matter, target = open_matter(world, phone="13800000001"), open_matter(world, phone="13800000002")
    target = merged(world, matter, target)
    replied(world, target)
    told = {row.address for row in Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价")}
    assert told == {"13800000001", "13800000002"}
    assert RatingInvite.objects.filter(matter=target, round=1).count() == 2


def test_merge_keeps_history_and_flattens_chains(world: HandlingWorld) -> None:
    first, second, third = open_matter(world), open_matter(world), open_matter(world)
    merged(world, first, second)
    merged(world, Matter.objects.get(pk=second.pk), third)
    assert set(Matter.objects.filter(merged_into=third)) == {first, second}
    assert Event.objects.filter(chain=first.chain).count() == 2
    assert list(verify([first.chain, second.chain, third.chain])) == []


def test_merge_into_a_replied_matter_invites_the_newcomers(world: HandlingWorld) -> None:
    target = replied(world)
    merged(world, open_matter(world, phone="13800000003"), target)
    assert RatingInvite.objects.filter(matter=target).count() == 2
    notice = Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价").latest("id")
    assert "/r/" in notice.link


def test_merge_of_a_matter_whose_reporter_was_invited_before(world: HandlingWorld) -> None:
    matter, target = answered(world), open_matter(world)
    merged(world, matter, target)
    replied(world, Matter.objects.get(pk=target.pk))
    assert RatingInvite.objects.filter(round=1).count() == 3, "own, and once more for the matter merged into"


def test_merge_refuses_what_would_not_hold(world: HandlingWorld) -> None:
    matter, ended = open_matter(world), bring_to(world, Status.CLOSED)
    elsewhere = open_matter(world, street=world.other_committee)
    for target in (matter, ended, bring_to(world, Status.MERGED), elsewhere):
        with pytest.raises(InvalidInput) as caught:
            merged(world, matter, target)
        assert caught.value.field == "target"
    assert Matter.objects.get(pk=matter.pk).status == Status.SUBMITTED


def test_merge_back_is_refused_so_that_no_ring_arises(world: HandlingWorld) -> None:
    first, second = open_matter(world), open_matter(world)
    stale = Matter.objects.get(pk=second.pk)
    merged(world, first, second)
    with pytest.raises((InvalidInput, StaleState)):
        merged(world, stale, first)
    assert Matter.objects.get(pk=second.pk).status == Status.SUBMITTED


def test_merge_by_the_district_across_streets(world: HandlingWorld) -> None:
    matter, target = open_matter(world), open_matter(world, street=world.other_committee)
    handling.merge(matter=matter, target=target, by=world.district_staff, now=NOW)
    assert matter.merged_into_id == target.pk


def test_database_refuses_a_merged_matter_without_target(world: HandlingWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=open_matter(world).pk).update(status=Status.MERGED)


def test_merge_leaves_attachments_where_they_are(world: HandlingWorld) -> None:
    matter = open_matter(world)
    photo = StoredFile.objects.create(
        kind="document", name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64, file="a.pdf",
        created_at=NOW,
    )  # fmt: skip
    attach(matter=matter, stored=[photo], audience=Audience.INTERNAL, by=None, now=NOW)
    merged(world, matter, open_matter(world))
    assert Attachment.objects.get().matter == matter


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
