"""Reviewing replies: who may, what it lights, when it ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from deputies.accounts.models import Role, User
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Notice
from opinions.catalog.models import ReasonKind, Tier
from opinions.evaluation.services import Word, rate
from opinions.handling import services as handling
from opinions.handling.models import Reply
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.promises.models import Promise
from supervision.quality import services
from supervision.quality.access import reviews
from supervision.quality.models import ChecklistItem, QualityMark
from supervision.quality.queries import about, hints_for, sample, to_review
from tests.factories.accounts import UserFactory
from tests.factories.matters import (
    NOW,
    TODAY,
    HandlingWorld,
    answered,
    content,
    handling_world,
    open_matter,
    reason,
    replied,
    signed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> HandlingWorld:
    services.load_checklist()
    return handling_world()


def item(code: str) -> ChecklistItem:
    return ChecklistItem.objects.get(code=code)


def fresh(matter: Matter) -> Matter:
    return Matter.objects.get(pk=matter.pk)


def mark(matter: Matter, by: User, *codes: str, level: str = "", reply: Reply | None = None) -> QualityMark:
    found = reply or Reply.objects.get(matter=matter)
    rows = [item(code) for code in codes]
    return services.mark_reply(reply=found, items=rows, level=level, reason="只有一句话", by=by, now=NOW)


def rated_bad(matter: Matter) -> None:
    invite = RatingInvite.objects.get(matter=matter, round=fresh(matter).round)
    word = Word(satisfaction="unsatisfied", solved="no", reasons=[reason(ReasonKind.UNSATISFIED)])
    rate(token=invite.token, word=word, now=NOW)


@pytest.mark.parametrize(
    ("codes", "level", "quality", "note"),
    [
        ((), "", None, ""),
        (("no_date",), "", "low", "没有期限"),
        (("no_date", "no_measure"), "", "poor", "没有措施、没有期限"),
        (("no_measure",), "low", "low", "没有措施"),
    ],
)
def test_mark_lights_at_once(world: HandlingWorld, codes: tuple[str, ...], level: str, quality: str, note: str) -> None:
    matter = replied(world)
    mark(matter, world.secretary, *codes, level=level)
    assert (fresh(matter).quality, fresh(matter).quality_note) == (quality, note)
    event = Event.objects.get(chain=matter.chain, verb="mark_quality")
    assert event.audience == Audience.INTERNAL
    assert list(verify([matter.chain])) == []


def test_mark_tells_the_writer_once(world: HandlingWorld) -> None:
    matter = replied(world)
    held = mark(matter, world.secretary, "no_measure")
    told = Notice.objects.filter(key__contains=f"quality:{held.pk}:", channel="in_app")
    assert {notice.recipient for notice in told} == {world.handler, world.head}
    assert told.count() == 2
    assert all(notice.body == "只有一句话" for notice in told)


def test_review_that_finds_nothing_is_kept_and_tells_nobody(world: HandlingWorld) -> None:
    matter = replied(world)
    before = Notice.objects.count()
    held = mark(matter, world.district_staff)
    assert held.level == "good"
    assert Notice.objects.count() == before


def test_deputys_answer_is_reviewed_and_the_deputy_told(world: HandlingWorld) -> None:
    matter = answered(world)
    held = mark(matter, world.secretary, "off_point")
    told = Notice.objects.filter(key__contains=f"quality:{held.pk}:", channel="in_app")
    assert {notice.recipient for notice in told} == {world.deputy_user, world.helper}


@pytest.mark.parametrize(
    ("reader", "may"),
    [
        ("secretary", True), ("staff", True), ("district_staff", True), ("leader", True), ("helper", False),
        ("other_staff", False), ("handler", False), ("head", False), ("deputy_user", False), ("admin", False),
    ],
)  # fmt: skip
def test_supervising_side_reviews(world: HandlingWorld, reader: str, *, may: bool) -> None:
    reply = Reply.objects.get(matter=replied(world))
    assert reviews(getattr(world, reader), reply) is may


def test_nobody_reviews_the_own_bodys_reply(world: HandlingWorld) -> None:
    matter = answered(world)
    Reply.objects.filter(matter=matter).update(written_by=world.helper, approved_by=world.helper)
    reply = Reply.objects.get(matter=matter)
    assert [reviews(user, reply) for user in (world.secretary, world.staff)] == [False, False]
    assert reviews(world.district_staff, reply)
    Reply.objects.filter(matter=matter).update(written_by=world.district_staff, approved_by=world.district_staff)
    assert [reviews(user, reply) for user in (world.district_staff, world.leader)] == [False, False]
    with pytest.raises(NotAllowed):
        mark(matter, world.leader, "no_date")


def test_street_recuses_itself_from_what_its_station_wrote(world: HandlingWorld) -> None:
    officer = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.places.station)
    matter = answered(world)
    Reply.objects.filter(matter=matter).update(written_by=officer, approved_by=officer)
    assert not reviews(world.secretary, Reply.objects.get(matter=matter))


def test_street_does_not_review_what_the_district_gave_out(world: HandlingWorld) -> None:
    matter = replied(world)
    matter.assignments.update(assigned_by_organisation=world.congress)
    reply = Reply.objects.get(matter=matter)
    assert not reviews(world.secretary, reply)
    assert reviews(world.district_staff, reply)


def test_mark_needs_reason_and_fitting_items(world: HandlingWorld) -> None:
    matter = replied(world)
    reply = Reply.objects.get(matter=matter)
    with pytest.raises(InvalidInput, match="理由"):
        services.mark_reply(reply=reply, items=[], reason=" ", by=world.secretary, now=NOW)
    with pytest.raises(InvalidInput, match="清单"):
        mark(matter, world.secretary, level="poor")
    with pytest.raises(InvalidInput, match="未发现问题"):
        mark(matter, world.secretary, "no_date", level="good")
    assert not QualityMark.objects.exists()


def test_second_review_waits_for_the_first_to_be_lifted(world: HandlingWorld) -> None:
    matter = replied(world)
    first = mark(matter, world.secretary, "no_measure")
    with pytest.raises(services.AlreadyMarked):
        mark(matter, world.district_staff, "no_date")
    held = QualityMark.objects.select_related("matter", "reply").get(pk=first.pk)
    with pytest.raises(InvalidInput):
        services.lift_mark(mark=held, reason="", by=world.secretary, now=NOW)
    services.lift_mark(mark=held, reason="现场已经做完", by=world.secretary, now=NOW)
    assert (fresh(matter).quality, fresh(matter).quality_note) == (None, "")
    mark(matter, world.district_staff, "no_date")
    assert fresh(matter).quality == "low"
    with pytest.raises(services.NoLongerMarked):
        services.lift_mark(
            mark=QualityMark.objects.select_related("matter", "reply").get(pk=first.pk),
            reason="再撤一次", by=world.secretary, now=NOW,
        )  # fmt: skip
    assert list(verify([matter.chain])) == []


def test_stale_screen_marks_nothing(world: HandlingWorld) -> None:
    matter = replied(world)
    reply = Reply.objects.select_related("matter").get(matter=matter)
    rated_bad(matter)
    with pytest.raises(StaleState):
        mark(matter, world.secretary, "no_date", reply=reply)
    assert not QualityMark.objects.exists()


def test_newer_reply_ends_the_mark(world: HandlingWorld) -> None:
    matter = replied(world)
    mark(matter, world.secretary, "no_measure")
    rated_bad(matter)
    assert fresh(matter).quality == "poor"
    replied(world, fresh(matter))
    assert (fresh(matter).quality, fresh(matter).quality_note) == (None, "")
    event = Event.objects.get(chain=matter.chain, verb="quality_ended")
    assert event.data == {"level": "poor", "note": "没有措施"}
    old = QualityMark.objects.select_related("matter", "reply").get()
    services.lift_mark(mark=old, reason="已经重新答复", by=world.secretary, now=NOW)
    assert fresh(matter).quality is None


def test_mark_on_an_older_reply_lights_nothing(world: HandlingWorld) -> None:
    matter = replied(world)
    rated_bad(matter)
    replied(world, fresh(matter))
    old = Reply.objects.filter(matter=matter).order_by("id")[0]
    mark(matter, world.secretary, "no_measure", reply=old)
    assert fresh(matter).quality is None


def test_mark_stays_beside_another_reply_of_the_round(world: HandlingWorld) -> None:
    matter = handling.take(matter=open_matter(world), by=world.staff, now=NOW)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, separate=bodies, tier=Tier.DEPARTMENT, by=world.staff, now=NOW)
    for handler, head in ((world.handler, world.head), (world.other_handler, world.other_head)):
        held = fresh(matter)
        handling.sign(matter=held, person="王示例", by=handler, now=NOW)
        handling.submit_for_approval(matter=held, content=content("A"), by=handler, now=NOW)
        handling.issue_reply(matter=held, by=head, now=NOW)
        if handler is world.handler:
            mark(matter, world.secretary, "no_measure")
    assert fresh(matter).status == "replied"
    assert fresh(matter).quality == "poor"


def test_replies_wait_until_somebody_has_reviewed_them(world: HandlingWorld) -> None:
    matters = [replied(world) for _n in range(3)]
    signed(world)
    assert to_review(world.secretary).count() == sample(world.secretary, TODAY).count() == 3
    mark(matters[0], world.secretary)
    assert {reply.matter_id for reply in to_review(world.district_staff)} == {row.pk for row in matters[1:]}
    assert not to_review(world.other_staff).exists()
    assert not to_review(world.handler).exists()


def test_writer_reads_the_marks_of_its_own_replies_alone(world: HandlingWorld) -> None:
    matter = replied(world)
    mark(matter, world.secretary, "no_measure")
    assert [len(one.marks) for one in about(matter, world.head)] == [1]
    assert not about(matter, world.head)[0].may_mark
    assert about(matter, world.other_head) == []
    assert about(matter, world.district_staff)[0].may_mark


def test_checklist_of_staff_stays_when_defaults_are_loaded_again(world: HandlingWorld) -> None:
    ChecklistItem.objects.filter(code="no_date").update(name="没写日期", implies="poor")
    assert services.load_checklist() == 0
    assert item("no_date").name == "没写日期"


@pytest.mark.parametrize("changes", [{"reason": ""}, {"lift_reason": "无人撤销"}, {"lifted_at": NOW}])
def test_half_a_mark_cannot_be_kept(world: HandlingWorld, changes: dict[str, object]) -> None:
    held = mark(replied(world), world.secretary, "no_date")
    with pytest.raises(IntegrityError), transaction.atomic():
        QualityMark.objects.filter(pk=held.pk).update(**changes)


def test_promise_of_the_same_body_that_was_missed_is_hinted_at(world: HandlingWorld) -> None:
    first, second = (Reply.objects.get(matter=replied(world, reply_class="B")) for _n in range(2))
    after = Promise.objects.latest("due_on").due_on + timedelta(days=1)
    assert "promise_missed" not in [hint.item for hint in hints_for(second, TODAY)]
    (hint,) = [hint for hint in hints_for(second, after) if hint.item == "promise_missed"]
    assert str(Promise.objects.get(reply=first).due_on) in hint.words
    Promise.objects.filter(reply=first).delete()
    assert "promise_missed" not in [hint.item for hint in hints_for(second, after)]
