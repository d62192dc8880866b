"""并案、同因分点、居民跟进, and what undoing brings back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.notices.models import Channel, Notice
from opinions.clocks.queries import running_clocks, told
from opinions.handling import services as handling
from opinions.handling.models import AssignmentStatus, Merger, MergerKind, ReplyStatus
from opinions.handling.queries import verbs_for
from opinions.handling.standing import AnsweredTogether, NotYourTurn, UndoOver
from opinions.intake.tracking import track
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Attachment, Line, Matter
from opinions.matters.services import attach
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.matters import (
    NOW,
    TODAY,
    HandlingWorld,
    answered,
    bring_to,
    content,
    later,
    open_matter,
    replied,
    signed,
    taken,
)

FRIDAY = later(4)
"""The undoing of a branch after four working days."""


def fresh(matter: Matter) -> Matter:
    return Matter.objects.get(pk=matter.pk)


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


def test_both_histories_name_the_other_and_a_merged_matter_says_where_it_went(world: HandlingWorld) -> None:
    matter, target = open_matter(world), open_matter(world)
    merged(world, matter, target)
    client = sign_in(Client(), world.staff)
    pages = [client.get(reverse("desk:matter", args=[row.code])).content.decode() for row in (matter, target)]
    assert f"并案：{grouped(target.code)}" in pages[0]
    assert f"并入一件：{grouped(matter.code)}" in pages[1]
    assert "这件事已并入" in pages[0]
    again = client.get(reverse("handling:merge", args=[matter.code]))
    told = again.content.decode()
    assert (again.status_code, f"已并入 {grouped(target.code)}" in told, "等居民" in told) == (409, True, False)


def test_page_of_a_merged_matter_leads_to_the_last_of_the_chain(world: HandlingWorld) -> None:
    first, second, third = open_matter(world), open_matter(world), open_matter(world)
    merged(world, first, second)
    merged(world, fresh(second), third)
    page = sign_in(Client(), world.staff).get(reverse("desk:matter", args=[first.code])).content.decode()
    assert f'这件事已并入 <a href="{reverse("desk:matter", args=[third.code])}">' in page


def test_branch_says_that_it_is_one(world: HandlingWorld) -> None:
    matter = open_matter(world)
    handling.branch(matter=matter, target=open_matter(world), by=world.staff, now=NOW)
    page = sign_in(Client(), world.staff).get(reverse("desk:matter", args=[matter.code])).content.decode()
    assert "这件事是同因分点" in page


def test_resident_merged_reads_the_own_day_of_reporting(world: HandlingWorld) -> None:
    target, matter = open_matter(world), open_matter(world)
    Matter.objects.filter(pk=matter.pk).update(opened_at=later(3))
    merged(world, fresh(matter), target)
    steps = track(fresh(matter), None, today=TODAY).steps
    assert [step.when for step in steps][:1] == [later(3)]


def test_merge_into_a_replied_matter_invites_the_newcomers(world: HandlingWorld) -> None:
    target = replied(world)
    merged(world, open_matter(world, phone="13800000003"), target)
    assert RatingInvite.objects.filter(matter=target).count() == 2
    notice = Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价").latest("id")
    assert "/r/" in notice.link


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


def test_merge_of_a_replied_matter_is_refused_in_words(world: HandlingWorld) -> None:
    matter = answered(world)
    with pytest.raises(handling.AlreadyReplied, match="已经答复"):
        merged(world, matter, open_matter(world))
    assert "merge" not in {row.verb for row in verbs_for(world.staff, matter, now=NOW)}


def test_merge_of_two_merged_ones_names_where_they_are(world: HandlingWorld) -> None:
    first, second, target = open_matter(world), open_matter(world), open_matter(world)
    merged(world, first, target)
    merged(world, second, target)
    with pytest.raises(handling.AlreadyMerged):
        merged(world, fresh(first), fresh(second))
    with pytest.raises(InvalidInput, match=target.code[:4]):
        merged(world, open_matter(world), fresh(first))


def test_merge_backwards_says_that_it_would_be_a_ring(world: HandlingWorld) -> None:
    first, second = open_matter(world), open_matter(world)
    merged(world, first, second)
    with pytest.raises(InvalidInput, match="倒过来"):
        merged(world, fresh(second), fresh(first))


def test_merge_into_a_replied_matter_tells_only_the_newcomers(world: HandlingWorld) -> None:
    target = replied(world, open_matter(world, phone="13800000001"))
    merged(world, open_matter(world, phone="13800000002"), target)
    told_ = Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价").values_list(
        "address", flat=True
    )
    assert sorted(told_) == ["13800000001", "13800000002"]


def test_unmerge_brings_back_handling_with_its_drafts_and_its_days(world: HandlingWorld) -> None:
    matter = signed(world)
    draft = handling.save_draft(matter=matter, content=content(), by=world.handler, now=NOW)
    before = {clock.kind: clock.due_on for clock in running_clocks(matter)}
    merged(world, matter, open_matter(world))
    assert running_clocks(matter) == []
    handling.unmerge(matter=fresh(matter), by=world.staff, now=later(1))
    found = fresh(matter)
    assert (found.status, found.merged_into, found.closed_at, found.holder) == (
        Status.HANDLING, None, None, world.department
    )  # fmt: skip
    row = found.assignments.get()
    assert (row.status, row.liable, row.finished_at) == (AssignmentStatus.SIGNED, True, None)
    draft.refresh_from_db()
    assert draft.status == ReplyStatus.DRAFT
    clocks = running_clocks(found)
    assert {clock.kind for clock in clocks} == set(before)
    assert all(clock.due_on > before[clock.kind] for clock in clocks), "the day that went by is given back"
    assert any("并案期间" in line for line in told(clocks[0]))
    assert found.due_on == min(clock.due_on for clock in clocks if clock.kind != "return")
    assert Notice.objects.filter(recipient=world.handler, subject__contains="撤销并案").exists()


def test_unmerge_on_the_same_day_moves_no_limit(world: HandlingWorld) -> None:
    matter = taken(world)
    due = matter.due_on
    merged(world, matter, open_matter(world))
    handling.unmerge(matter=matter, by=world.staff, now=NOW + timedelta(hours=2))
    assert fresh(matter).due_on == due


def test_unmerge_of_a_matter_that_waited_waits_on(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.WAITING)
    merged(world, matter, open_matter(world))
    found = handling.unmerge(matter=fresh(matter), by=world.staff, now=later(1))
    assert (found.status, found.resume_status) == (Status.WAITING, Status.TAKEN)
    handling.supply(matter=found, reporter=found.reporters.get(), text="东边三盏", now=later(1))
    assert (found.status, found.holder) == (Status.TAKEN, world.committee)


def test_unmerge_tells_residents_in_plain_words_and_takes_their_words_along(world: HandlingWorld) -> None:
    matter, target = open_matter(world, phone="13800000001"), open_matter(world, phone="13800000002")
    merged(world, matter, target)
    reporter = matter.reporters.select_related("matter").get()
    handling.supply(matter=fresh(target), reporter=reporter, text="我家门口那盏也坏了", now=NOW)
    handling.unmerge(matter=fresh(matter), by=world.staff, now=later(1))
    assert Line.objects.get().matter == matter
    said = Notice.objects.filter(channel=Channel.SMS, subject__contains="单独办理")
    assert [row.address for row in said] == ["13800000001"]
    assert Event.objects.filter(chain=target.chain, verb="release").exists()


def test_unmerge_too_late_or_by_others_is_refused(world: HandlingWorld) -> None:
    matter = open_matter(world)
    merged(world, matter, open_matter(world))
    for by, when, refusal in (
        (world.staff, later(2), UndoOver),
        (world.other_staff, NOW, NotYourTurn),
        (world.handler, NOW, NotAllowed),
        (world.leader, NOW, NotAllowed),
    ):
        with pytest.raises(refusal):
            handling.unmerge(matter=fresh(matter), by=by, now=when)
    assert fresh(matter).status == Status.MERGED


def test_unmerge_after_the_reply_is_refused(world: HandlingWorld) -> None:
    matter, target = open_matter(world), open_matter(world)
    replied(world, merged(world, matter, target))
    with pytest.raises(AnsweredTogether):
        handling.unmerge(matter=fresh(matter), by=world.staff, now=NOW)


def test_unmerge_twice_is_refused(world: HandlingWorld) -> None:
    matter = open_matter(world)
    merged(world, matter, open_matter(world))
    stale = fresh(matter)
    handling.unmerge(matter=fresh(matter), by=world.staff, now=NOW)
    with pytest.raises(StaleState):
        handling.unmerge(matter=stale, by=world.staff, now=NOW)


def test_branches_are_answered_with_their_parent_and_counted_once(world: HandlingWorld) -> None:
    parent = open_matter(world, phone="13800000001", title="自来水主管爆裂")
    branches = [open_matter(world, phone=f"1380000001{n}", title=f"{n}号小区停水") for n in range(3)]
    for one in branches:
        handling.branch(matter=one, target=fresh(parent), by=world.staff, now=NOW)
    out = handling.unmerge(matter=fresh(branches[0]), by=world.staff, now=FRIDAY)
    assert (out.status, out.merged_into) == (Status.SUBMITTED, None), "a branch can be taken out at any time"
    replied(world, fresh(parent))
    told_ = Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价").values_list(
        "address", flat=True
    )
    assert sorted(told_) == ["13800000001", "13800000011", "13800000012"]
    assert Matter.objects.exclude(reply_class="").count() == 1, "one reply, one matter answered"
    assert fresh(branches[1]).division == parent.division
    assert Merger.objects.filter(kind=MergerKind.BRANCH, undone_at__isnull=True).count() == 2


def test_follow_keeps_the_report_and_gives_the_same_news(world: HandlingWorld) -> None:
    target, own = open_matter(world, phone="13800000001"), open_matter(world, phone="13800000002")
    reporter = own.reporters.get()
    handling.follow(matter=own, reporter=reporter, target=target, now=NOW)
    replied(world, fresh(target))
    told_ = Notice.objects.filter(channel=Channel.SMS, subject__contains="请查看并评价").values_list(
        "address", flat=True
    )
    assert sorted(told_) == ["13800000001", "13800000002"]
    page = track(fresh(own), reporter, today=TODAY)
    assert (page.matter, page.shown, len(page.replies)) == (own, target, 1)


@pytest.mark.parametrize("status", [Status.REPLIED, Status.CLOSED, Status.MERGED, Status.WITHDRAWN])
def test_follow_of_what_has_ended_leaves_the_own_report(world: HandlingWorld, status: Status) -> None:
    own = open_matter(world)
    with pytest.raises(handling.NotToFollow):
        handling.follow(matter=own, reporter=own.reporters.get(), target=bring_to(world, status), now=NOW)
    assert fresh(own).status == Status.SUBMITTED


def test_follow_oneself_or_late_or_with_anothers_key_is_refused(world: HandlingWorld) -> None:
    own, other = open_matter(world), open_matter(world)
    with pytest.raises(handling.NotToFollow):
        handling.follow(matter=own, reporter=own.reporters.get(), target=own, now=NOW)
    with pytest.raises(handling.NotToFollow):
        handling.follow(matter=own, reporter=own.reporters.get(), target=other, now=later(2))
    with pytest.raises(NotAllowed):
        handling.follow(matter=own, reporter=other.reporters.get(), target=other, now=NOW)


@pytest.mark.parametrize("fields", [{"itself": True}, {"twice": True}])
def test_database_refuses_mergers_that_cannot_be(world: HandlingWorld, fields: dict[str, Any]) -> None:
    matter, target = open_matter(world), open_matter(world)
    merged(world, matter, target)
    into = matter if "itself" in fields else target
    with pytest.raises(IntegrityError), transaction.atomic():
        Merger.objects.create(matter=matter, target=into, at=NOW)
