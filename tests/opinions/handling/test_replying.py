"""Drafts, approval, issuing, co-opinions, separate replies, results from above."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from liaison.base.audit.models import Audience, Event
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.content import Content, Point
from opinions.handling.models import AssignmentStatus, Reply, ReplyStatus
from opinions.handling.queries import public_replies, readable_replies
from opinions.handling.services import NotComplete
from opinions.handling.standing import NothingToApprove, NotSignedYet, NotYourTurn, WaitsForHead
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import (
    NOW,
    TODAY,
    HandlingWorld,
    assigned,
    content,
    later,
    open_matter,
    proposed,
    relayed,
    replied,
    signed,
    taken,
)


def pending(world: HandlingWorld, matter: Matter | None = None) -> Matter:
    matter = matter or signed(world)
    handling.submit_for_approval(matter=matter, content=content(), by=world.handler, now=NOW)
    return matter


def separate(world: HandlingWorld) -> Matter:
    matter = open_matter(world)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, separate=bodies, by=world.staff, now=NOW)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=NOW)
    return matter


def test_draft_may_be_unfinished_and_writes_no_event(world: HandlingWorld) -> None:
    matter = signed(world)
    events, version = Event.objects.count(), matter.version
    half = Content(text="", points=(Point(problem="灯不亮"), Point()))
    reply = handling.save_draft(matter=matter, content=half, by=world.handler, now=NOW)
    assert (reply.status, reply.points.count(), Event.objects.count(), matter.version) == ("draft", 1, events, version)
    assert handling.content_of(reply).points == (Point(problem="灯不亮"),)


def test_draft_saved_twice_stays_one(world: HandlingWorld) -> None:
    matter = signed(world)
    for text in ("一", "二"):
        handling.save_draft(matter=matter, content=content(text=text), by=world.handler, now=NOW)
    reply = Reply.objects.get(matter=matter)
    assert (reply.text, reply.version, reply.points.count()) == ("二", 2, 1)


def test_draft_of_a_stale_screen_is_not_lost_over_a_newer_one(world: HandlingWorld) -> None:
    matter = signed(world)
    handling.save_draft(matter=matter, content=content(text="先写的"), by=world.handler, now=NOW, version=0)
    with pytest.raises(StaleState):
        handling.save_draft(matter=matter, content=content(text="后写的"), by=world.head, now=NOW, version=0)
    assert Reply.objects.get().text == "先写的"


def test_draft_for_a_matter_that_has_moved_on_is_stale(world: HandlingWorld) -> None:
    stale = Matter.objects.get(pk=signed(world).pk)
    handling.extend(matter=Matter.objects.get(pk=stale.pk), days=2, reason="要定制", by=world.staff, now=NOW)
    with pytest.raises(StaleState):
        handling.save_draft(matter=stale, content=content(), by=world.handler, now=NOW)


def test_draft_before_signing_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotSignedYet):
        handling.save_draft(matter=assigned(world), content=content(), by=world.handler, now=NOW)


def test_submit_asks_the_head_and_locks_the_draft(world: HandlingWorld) -> None:
    matter = pending(world)
    assert Reply.objects.get().status == ReplyStatus.PENDING
    told = Notice.objects.filter(channel=Channel.IN_APP).latest("id")
    assert told.recipient == world.head
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert (event.verb, event.audience) == ("draft", Audience.INTERNAL)
    with pytest.raises(WaitsForHead):
        handling.save_draft(matter=matter, content=content(), by=world.handler, now=NOW)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Content(reply_class="A", points=content().points), "text"),
        (Content(text="正文", points=content().points), "reply_class"),
        (Content(text="正文", reply_class="E", points=content().points), "reply_class"),
        (Content(text="正文", reply_class="A"), "points"),
        (Content(text="正文", reply_class="A", points=(Point(problem="灯不亮"),)), "measure"),
        (content("B", due_on=TODAY), "points"),
        (content("C", due_on=TODAY - timedelta(days=1)), "points"),
    ],
)
def test_submit_refuses_an_incomplete_reply(world: HandlingWorld, wrong: Content, field: str) -> None:
    matter = signed(world)
    with pytest.raises(NotComplete) as caught:
        handling.submit_for_approval(matter=matter, content=wrong, by=world.handler, now=NOW)
    assert caught.value.field == field
    assert not Reply.objects.exists()


def test_explained_needs_no_points(world: HandlingWorld) -> None:
    matter = signed(world)
    explained = Content(text="该路段已列入明年改造范围以外，按规定由业委会决定。", reply_class="D")
    handling.write_and_issue(matter=matter, content=explained, by=world.head, now=NOW)
    assert matter.reply_class == "D"


def test_send_back_returns_the_pen_with_a_reason(world: HandlingWorld) -> None:
    matter = pending(world)
    handling.send_back(matter=matter, reason="措施要写具体", by=world.head, now=NOW)
    reply = Reply.objects.get()
    assert (reply.status, reply.sent_back_reason) == (ReplyStatus.SENT_BACK, "措施要写具体")
    handling.submit_for_approval(matter=matter, content=content(text="改好了"), by=world.handler, now=NOW)
    reply.refresh_from_db()
    assert (reply.status, reply.sent_back_reason, reply.text) == (ReplyStatus.PENDING, "", "改好了")


def test_issue_moves_the_matter_and_ends_every_duty(world: HandlingWorld) -> None:
    matter = replied(world)
    reply = Reply.objects.get()
    assert (matter.status, matter.reply_class, matter.first_replied_at) == (Status.REPLIED, "A", NOW)
    assert (reply.status, reply.approved_by, reply.written_by) == (ReplyStatus.ISSUED, world.head, world.handler)
    assert [clock.kind for clock in running_clocks(matter)] == ["rate"]
    assert matter.assignments.get().status == AssignmentStatus.REPLIED


def test_issue_with_corrections_keeps_the_writer(world: HandlingWorld) -> None:
    matter = pending(world)
    handling.issue_reply(matter=matter, content=content("B", text="经核实"), by=world.head, now=NOW, version=1)
    reply = Reply.objects.get()
    assert (reply.text, reply.reply_class, reply.written_by) == ("经核实", "B", world.handler)


def test_issue_of_another_version_is_stale(world: HandlingWorld) -> None:
    with pytest.raises(StaleState):
        handling.issue_reply(matter=pending(world), by=world.head, now=NOW, version=7)


def test_issue_checks_promises_on_the_day_of_issuing(world: HandlingWorld) -> None:
    matter = signed(world)
    promise = content("B", due_on=TODAY + timedelta(days=2))
    handling.submit_for_approval(matter=matter, content=promise, by=world.handler, now=NOW)
    with pytest.raises(NotComplete):
        handling.issue_reply(matter=matter, by=world.head, now=later(2))


def test_issue_by_the_writer_who_is_no_head_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        handling.issue_reply(matter=pending(world), by=world.handler, now=NOW)
    with pytest.raises(NotAllowed):
        handling.write_and_issue(matter=signed(world), content=content(), by=world.handler, now=NOW)


def test_issue_by_the_head_of_another_body_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotYourTurn):
        handling.issue_reply(matter=pending(world), by=world.other_head, now=NOW)


def test_issue_without_a_draft_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NothingToApprove):
        handling.issue_reply(matter=signed(world), by=world.head, now=NOW)


def test_issue_tells_resident_street_and_following_deputy(world: HandlingWorld) -> None:
    matter = signed(world, open_matter(world, deputy=world.deputy))
    handling.write_and_issue(matter=matter, content=content(), by=world.head, now=NOW)
    told = set(Notice.objects.filter(subject__contains="已答复").values_list("recipient__username", "channel"))
    assert {("staff", "in_app"), ("deputy", "in_app"), ("helper", "in_app"), (None, "sms")} <= told


def test_co_opinion_goes_to_the_lead_and_not_to_the_resident(world: HandlingWorld) -> None:
    matter = signed(world, co=(world.other_department,))
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=NOW)
    reply = handling.give_co_opinion(matter=matter, text="可以配合断电。", by=world.other_handler, now=NOW)
    assert (reply.status, matter.status) == (ReplyStatus.OPINION, Status.HANDLING)
    assert public_replies(matter) == []
    assert readable_replies(world.handler, matter) == [reply]
    assert readable_replies(world.staff, matter) == [reply]
    assert readable_replies(world.office_handler, matter) == []
    assert Notice.objects.filter(recipient=world.handler, subject__contains="协办意见").exists()
    assert not Notice.objects.filter(channel=Channel.SMS, subject__contains="协办").exists()


def test_lead_does_not_wait_for_a_silent_co_handler(world: HandlingWorld) -> None:
    matter = signed(world, co=(world.other_department,))
    handling.write_and_issue(matter=matter, content=content(), by=world.head, now=NOW)
    assert matter.assignments.get(organisation=world.other_department).status == AssignmentStatus.REVOKED
    assert matter.status == Status.REPLIED


def test_drafts_are_read_by_their_own_body_only(world: HandlingWorld) -> None:
    matter = pending(world)
    assert len(readable_replies(world.head, matter)) == 1
    assert readable_replies(world.staff, matter) == []
    assert readable_replies(world.other_handler, matter) == []


def test_separate_replies_move_the_matter_with_the_last_one(world: HandlingWorld) -> None:
    matter = separate(world)
    handling.write_and_issue(matter=matter, content=content("C"), by=world.head, now=NOW)
    assert matter.status == Status.HANDLING
    assert {clock.organisation for clock in running_clocks(matter, ClockKind.REPLY)} == {world.other_department}
    handling.write_and_issue(matter=matter, content=content("A"), by=world.other_head, now=NOW)
    assert (matter.status, matter.reply_class) == (Status.REPLIED, "C"), "the weaker class stands for both"
    assert len(public_replies(matter)) == 2


def test_report_back_from_proposal_and_relay(world: HandlingWorld) -> None:
    for matter, by in ((proposed(world), world.staff), (relayed(world), world.district_staff)):
        reply = handling.report_back(matter=matter, content=content("B"), by=by, now=NOW)
        assert (matter.status, matter.reply_class) == (Status.REPLIED, "B")
        assert (reply.assignment, reply.deputy, reply.points.count()) == (None, None, 1)


def test_report_back_is_refused_while_it_is_only_taken(world: HandlingWorld) -> None:
    with pytest.raises(WrongState):
        handling.report_back(matter=taken(world), content=content(), by=world.staff, now=NOW)


def test_database_holds_one_open_draft_an_assignment(world: HandlingWorld) -> None:
    matter = pending(world)
    row = matter.assignments.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.create(matter=matter, assignment=row, text="又一份", written_at=NOW)


def test_database_wants_the_time_of_issuing(world: HandlingWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.create(matter=open_matter(world), text="答", status=ReplyStatus.ISSUED, written_at=NOW)


def test_send_back_needs_a_reason(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        handling.send_back(matter=pending(world), reason=" ", by=world.head, now=NOW)
