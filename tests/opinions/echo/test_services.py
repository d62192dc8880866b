"""Writing, the second pair of eyes, editions, consent, taking back."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Notice
from liaison.base.workflow import WrongState
from opinions.echo import services
from opinions.echo.access import recused, verbs_for
from opinions.echo.models import Echo, EchoPhoto, Moment
from opinions.echo.queries import pictures_for, public_code
from opinions.echo.services import DraftData
from opinions.echo.services.common import NoConsent, NotYet, SameEyes, Unchecked, Undecided, UnderWay
from opinions.echo.services.picturing import NotOffered, Unreadable
from opinions.echo.states import ECHO, EchoStatus
from opinions.handling.models import Part
from opinions.intake.models import Opinion
from opinions.intake.services.following import erase
from opinions.matters.models import Attachment, Matter
from opinions.matters.states import Status
from tests.factories.echo import covered, ended, picture, published, submitted
from tests.factories.matters import NOW, HandlingWorld, bring_to, replied

S = EchoStatus
LATER = NOW + timedelta(days=1)


def test_every_state_is_reached_and_left_as_the_table_says() -> None:
    reached = {S.DRAFT} | {row.target for row in ECHO.rows if row.sources}
    assert reached == set(S)
    ends = {status for status in S if not ECHO.verbs_from(status)}
    assert ends == {S.REPLACED, S.TAKEN_BACK, S.DROPPED}


def test_first_text_comes_from_the_matter_and_names_are_found(world: HandlingWorld) -> None:
    echo = services.begin(matter=ended(world), by=world.staff, now=NOW)
    assert (echo.title, echo.bodies) == ("东门三盏路灯不亮", world.department.name)
    assert echo.own_words
    services.edit(
        echo=echo, by=world.staff, now=NOW,
        data=DraftData(title="路灯", raised="张三说路灯不亮，电话13800000000", done="李四已更换", bodies="城管局"),
    )  # fmt: skip
    with pytest.raises(Undecided):
        services.submit(echo=echo, by=world.staff, now=NOW)
    with pytest.raises(InvalidInput):
        services.settle(echo=echo, cover=[], keep={"name:李四": " "}, by=world.staff, now=NOW)
    keys = ["name:张三", "phone:13800000000"]
    services.settle(echo=echo, cover=keys, keep={"name:李四": "公开的负责人"}, by=world.staff, now=NOW)
    assert (echo.raised, echo.done) == ("张某说路灯不亮，电话（电话已隐去）", "李四已更换")
    assert services.submit(echo=echo, by=world.staff, now=NOW).status == S.PENDING


def test_second_pair_of_eyes_is_another_one(world: HandlingWorld) -> None:
    echo = submitted(world)
    for who in (world.handler, world.other_staff, world.staff):
        with pytest.raises(NotAllowed):
            services.publish(echo=echo, by=who, now=NOW)
    services.send_back(echo=echo, reason="标题", by=world.secretary, now=NOW)
    services.edit(echo=echo, data=DraftData(**echo.texts()), by=world.secretary, now=NOW)
    services.submit(echo=echo, by=world.staff, now=NOW)
    with pytest.raises(SameEyes):
        services.publish(echo=echo, by=world.secretary, now=NOW)
    assert services.publish(echo=echo, by=world.district_staff, now=NOW).status == S.PUBLISHED


def test_body_that_handled_does_not_approve(world: HandlingWorld) -> None:
    echo = submitted(world)
    assert not recused(world.secretary, echo)
    echo.matter.assignments.filter(part=Part.LEAD).update(organisation=world.committee)
    assert recused(world.secretary, echo)
    assert "publish_echo" not in [row.verb for row in verbs_for(world.secretary, echo)]


def test_whoever_answered_does_not_approve_and_is_not_asked(world: HandlingWorld) -> None:
    matter = ended(world)
    reply = matter.replies.get()
    replies = matter.replies.filter(pk=reply.pk)
    changes: list[dict[str, Any]] = [{"written_by": world.secretary}, {"approved_by": world.secretary}]
    changes += [{"organisation": world.committee}, {"organisation": None, "written_by": world.secretary}]
    for number, changed in enumerate(changes):
        replies.update(**changed)
        echo = submitted(world, matter)
        assert recused(world.secretary, echo), changed
        told = Notice.objects.filter(key__contains=f"echo{echo.pk}.", recipient=world.secretary)
        assert not told.exists(), changed
        services.drop(echo=echo, by=world.staff, now=NOW)
        replies.update(organisation=reply.organisation, written_by=reply.written_by, approved_by=reply.approved_by)
        assert echo.number == number + 1


def test_walk_leaves_its_marks(world: HandlingWorld) -> None:
    echo = submitted(world)
    with pytest.raises(StaleState):
        services.edit(
            echo=echo, data=DraftData(title="x", raised="x", done="x", bodies="x"), by=world.staff, now=NOW
        )  # fmt: skip
    services.send_back(echo=echo, reason="写得再短一点", by=world.secretary, now=NOW)
    services.submit(echo=echo, by=world.staff, now=NOW)
    services.publish(echo=echo, by=world.secretary, now=NOW)
    with pytest.raises(WrongState):
        services.publish(echo=echo, by=world.district_staff, now=NOW)
    assert public_code(echo.matter) == echo.code
    services.take_back(echo=echo, reason="邻居认出来了", by=world.staff, now=LATER)
    assert not public_code(echo.matter)
    verbs = ["draft_echo", "submit_echo", "send_back_echo", "submit_echo", "publish_echo", "take_back_echo"]
    for chain in (echo.chain, echo.matter.chain):
        rows = Event.objects.filter(chain=chain, verb__in=[row.verb for row in ECHO.rows]).order_by("seq")
        assert [row.verb for row in rows] == verbs
    shown = Event.objects.filter(chain=echo.matter.chain, audience="public", verb__endswith="_echo")
    assert {row.verb: row.reason for row in shown} == {"publish_echo": "", "take_back_echo": ""}
    assert list(verify([echo.chain, echo.matter.chain])) == []
    told = set(Notice.objects.filter(key__contains=":echo").values_list("recipient__username", "channel"))
    assert {("secretary", "in_app"), ("staff", "in_app"), (None, "sms")} <= told


def test_new_edition_replaces_after_it_was_approved(world: HandlingWorld) -> None:
    first = published(world)
    second = services.begin(matter=first.matter, by=world.staff, now=LATER)
    assert (second.code, second.number, second.texts()) == (first.code, 2, first.texts())
    with pytest.raises(UnderWay):
        services.begin(matter=first.matter, by=world.staff, now=LATER)
    assert Echo.objects.shown().get() == first
    services.submit(echo=second, by=world.staff, now=LATER)
    services.publish(echo=second, by=world.secretary, now=LATER)
    first.refresh_from_db()
    assert first.status == S.REPLACED
    assert Echo.objects.shown().get() == second
    assert second.published_at == NOW
    told = Notice.objects.filter(key__contains=":echo", channel="sms")
    assert told.count() == 1
    services.take_back(echo=second, reason="试", by=world.staff, now=LATER)
    third = published(world, first.matter, now=LATER)
    assert (third.number, third.published_at, told.count()) == (3, LATER, 2)


def test_next_edition_begins_with_what_is_public(world: HandlingWorld) -> None:
    echo = published(world)
    dropped = services.begin(matter=echo.matter, by=world.staff, now=LATER)
    data = DraftData(title="没有公开过的话", raised="x", done="x", bodies="x")
    services.edit(echo=dropped, data=data, by=world.staff, now=LATER)
    services.drop(echo=dropped, by=world.staff, now=LATER)
    third = services.begin(matter=echo.matter, by=world.staff, now=LATER)
    assert (third.number, third.texts(), third.published_at) == (3, echo.texts(), NOW)
    services.drop(echo=third, by=world.staff, now=LATER)
    services.take_back(echo=echo, reason="试", by=world.staff, now=LATER)
    Echo.objects.filter(pk=echo.pk).update(kept={"name:李四": "x"})
    fourth = services.begin(matter=echo.matter, by=world.staff, now=LATER)
    assert (fourth.kept, fourth.published_at, fourth.title) == ({}, None, "东门三盏路灯不亮")


def test_what_is_stored_is_in_the_language_of_all(world: HandlingWorld) -> None:
    with override("en"):
        echo = services.begin(matter=ended(world, consent=False), by=world.staff, now=NOW)
        data = DraftData(title="x", raised="x", done="请打13800000000", bodies="城管局")
        services.edit(echo=echo, data=data, by=world.staff, now=NOW)
        covered(echo, by=world.staff)
    assert "居民没有同意公开原话" in echo.raised
    assert echo.done == "请打（电话已隐去）"


def test_only_what_is_found_is_decided_and_the_ledger_hears_no_words(world: HandlingWorld) -> None:
    echo = services.begin(matter=ended(world), by=world.staff, now=NOW)
    data = DraftData(title="路" * 52 + "加V：abc12", raised="张三和李四", done="x", bodies="城管局")
    services.edit(echo=echo, data=data, by=world.staff, now=NOW)
    with pytest.raises(InvalidInput) as error:
        services.settle(echo=echo, cover=["wechat:abc12"], keep={}, by=world.staff, now=NOW)
    assert error.value.field == "title"
    echo.refresh_from_db()
    keep = {"name:张三": "公开的人", "name:王五": "没有这个人"}
    services.settle(echo=echo, cover=["name:李四", "name:赵六"], keep=keep, by=world.staff, now=NOW)
    assert echo.kept == {"name:张三": "公开的人"}
    event = Event.objects.filter(chain=echo.chain, verb="settle_echo").latest("seq")
    assert event.data == {"covered": {"name": 1}, "kept": {"name": 1}}


def test_without_consent_nothing_of_the_resident_is_told(world: HandlingWorld) -> None:
    matter = ended(world, consent=False)
    own, official = picture(matter, by=None), picture(matter, by=world.handler)
    echo = services.begin(matter=matter, by=world.staff, now=NOW)
    data = DraftData(title="居民原话", raised="居民原话", done="已换灯", bodies="城管局")
    services.edit(echo=echo, data=data, by=world.staff, now=NOW)
    assert "居民原话" not in echo.title + echo.raised
    assert "没有同意公开" in echo.raised
    with pytest.raises(NotOffered):
        services.choose(echo=echo, chosen={own.pk: Moment.BEFORE}, by=world.staff, now=NOW)
    services.choose(echo=echo, chosen={official.pk: Moment.AFTER}, by=world.staff, now=NOW)
    with pytest.raises(Unchecked):
        services.submit(echo=covered(echo, by=world.staff), by=world.staff, now=NOW)


def test_residents_pictures_go_with_the_consent(world: HandlingWorld) -> None:
    """However they got there: chosen before, carried from the edition before, or without their source."""
    matter = ended(world)
    rows = [picture(matter, by=None), picture(matter, by=world.handler)]
    echo = services.begin(matter=matter, by=world.staff, now=NOW)
    chosen = {rows[0].pk: Moment.BEFORE, rows[1].pk: Moment.AFTER}
    services.choose(echo=echo, chosen=chosen, by=world.staff, now=NOW)
    echo.photos.update(checked_by=world.staff, checked_at=NOW)
    covered(echo, by=world.staff)
    Opinion.objects.filter(pk=matter.pk).update(consent_publish=False)
    Echo.objects.filter(pk=echo.pk).update(own_words=False)
    echo.refresh_from_db()
    for source in (rows[0], None):
        echo.photos.filter(moment=Moment.BEFORE).update(source=source)
        with pytest.raises(NoConsent):
            services.submit(echo=echo, by=world.staff, now=NOW)
    services.edit(echo=echo, data=DraftData(**echo.texts()), by=world.staff, now=NOW)
    assert echo.photos.get().source == rows[1]


def test_next_edition_without_consent_leaves_out_the_residents_pictures(world: HandlingWorld) -> None:
    echo = published(world, pictures=True)
    before = echo.photos.earliest("id")
    Attachment.objects.filter(pk=before.source_id).update(by=None)
    Opinion.objects.filter(pk=echo.matter_id).update(consent_publish=False)
    following = services.begin(matter=echo.matter, by=world.staff, now=LATER)
    assert [one.moment for one in following.photos.all()] == [Moment.AFTER]


def test_pictures_of_merged_residents_are_not_offered(world: HandlingWorld) -> None:
    matter, other = ended(world), ended(world)
    theirs, official = picture(other, by=None), picture(other, by=world.handler)
    own = picture(matter, by=None)
    Matter.objects.filter(pk=other.pk).update(status=Status.MERGED, merged_into=matter)
    assert pictures_for(matter, own=True) == [official, own]
    assert pictures_for(matter, own=False) == [official]
    assert theirs not in pictures_for(matter, own=True)


def test_message_says_what_was_made_public(world: HandlingWorld) -> None:
    for consent, words in ((True, "收回同意"), (False, "只写类别")):
        echo = published(world, ended(world, consent=consent))
        notice = Notice.objects.filter(key__contains=f"echo{echo.pk}:publish", channel="sms").get()
        assert words in f"{notice.subject}{notice.body}"


def test_consent_taken_back_takes_the_entry_back(world: HandlingWorld) -> None:
    echo, waiting = published(world), submitted(world)
    for one in (echo, waiting):
        reporter = one.matter.reporters.get()
        erase(matter=one.matter, reporter=reporter, now=LATER, contact=False, publication=True)
    assert not Echo.objects.shown().exists()
    with pytest.raises(NoConsent):
        services.publish(echo=waiting, by=world.secretary, now=LATER)
    assert services.heed_consents(now=LATER) == 1
    assert services.heed_consents(now=LATER) == 0
    echo.refresh_from_db()
    assert echo.status == S.TAKEN_BACK
    assert Event.objects.filter(chain=echo.matter.chain, verb="take_back_echo", by=None).exists()


def test_pictures_are_looked_at_again_after_blacking_out(world: HandlingWorld) -> None:
    matter = ended(world)
    rows = [picture(matter, by=None), picture(matter, by=world.handler)]
    echo = services.begin(matter=matter, by=world.staff, now=NOW)
    chosen = {rows[0].pk: Moment.BEFORE, rows[1].pk: Moment.AFTER}
    services.choose(echo=echo, chosen=chosen, by=world.staff, now=NOW)
    photo = EchoPhoto.objects.select_related("echo__matter", "source__stored", "stored", "card").earliest("id")
    services.check(photo=photo, by=world.staff, now=NOW)
    before = photo.stored
    services.black_out(photo=photo, cells=[0, 17], by=world.staff, now=NOW)
    for act in (services.check, partial(services.black_out, cells=[1])):
        with pytest.raises(StaleState):
            act(photo=photo, by=world.staff, now=NOW)  # the copy that was seen is another one
    photo = EchoPhoto.objects.select_related("echo__matter", "source__stored").get(pk=photo.pk)
    assert photo.checked_at is None
    assert photo.stored != before
    assert photo.source is not None
    assert photo.stored.sha256 != photo.source.stored.sha256
    with pytest.raises(InvalidInput):
        services.black_out(photo=photo, cells=[192], by=world.staff, now=NOW)
    services.choose(echo=echo, chosen={rows[1].pk: Moment.AFTER}, by=world.staff, now=NOW)
    assert echo.photos.get().source == rows[1]


def test_pictures_that_fail_leave_no_files(world: HandlingWorld, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    matter = ended(world)
    rows = [picture(matter, by=world.handler, colour=colour) for colour in ("red", "green")]
    echo = services.begin(matter=matter, by=world.staff, now=NOW)
    rows[1].stored.file.storage.delete(rows[1].stored.file.name)
    held = {one for one in tmp_path.rglob("*") if one.is_file()}
    with pytest.raises(Unreadable):
        services.choose(
            echo=echo, chosen={row.pk: Moment.BEFORE for row in rows}, by=world.staff, now=NOW
        )  # fmt: skip
    assert {one for one in tmp_path.rglob("*") if one.is_file()} == held


def test_only_what_is_replied_to_can_be_told(world: HandlingWorld) -> None:
    for matter in (bring_to(world, Status.HANDLING), bring_to(world, Status.DECLINED), replied(world)):
        with pytest.raises(NotYet):
            services.begin(matter=matter, by=world.staff, now=NOW)
    assert services.begin(matter=replied(world, reply_class="B"), by=world.staff, now=NOW).status == S.DRAFT
    with pytest.raises(NotAllowed):
        services.begin(matter=ended(world), by=world.handler, now=NOW)


@pytest.mark.parametrize(
    "broken", [{"published_at": None}, {"decided_by": None}, {"submitted_by": "same"}], ids=lambda one: next(iter(one))
)  # fmt: skip
def test_database_keeps_what_published_means(world: HandlingWorld, broken: dict[str, Any]) -> None:
    echo = published(world)
    values = {name: echo.decided_by if value == "same" else value for name, value in broken.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Echo.objects.filter(pk=echo.pk).update(**values)
