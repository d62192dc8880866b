"""A body without accounts works by a link: signs, returns, asks, replies; nothing else, and not for ever."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import Tier
from opinions.guests import services as guests
from opinions.guests.services import Door
from opinions.handling import services as handling
from opinions.handling.models import Assignment, AssignmentStatus, Reply, ReplyStatus
from opinions.handling.queries import verbs_for
from opinions.handling.standing import NotYourTurn
from opinions.intake.tracking import attachments
from opinions.invitations import services as links
from opinions.invitations.models import BodyLink
from opinions.invitations.services import LinkGone, LinkTooBusy
from opinions.matters.models import Attachment, Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, PHONE, HandlingWorld, content, handling_world, later, open_matter
from tests.factories.organisations import OrganisationFactory
from tests.opinions.handling.test_at_once import at_once


def property_company(world: HandlingWorld, **fields: Any) -> Organisation:
    """A body of the district in which nobody can sign in."""
    values = {"kind": "department", "division": world.places.district, "parent": world.congress, "name": "示例供水公司"}
    return OrganisationFactory(**{**values, "email": "gongshui@example.com", "phone": "13800000001", **fields})


def given(world: HandlingWorld, **fields: Any) -> Assignment:
    handling.assign(
        matter=open_matter(world), tier=Tier.DEPARTMENT, lead=property_company(world, **fields), by=world.staff, now=NOW
    )
    return Assignment.objects.get(by_link=True)


def token_of(row: Assignment) -> str:
    return BodyLink.objects.get(assignment=row, revoked_at__isnull=True).token


def door(row: Assignment, *, now: Any = NOW) -> Door:
    return guests.enter(token_of(row), now=now)


def replied_by_link(world: HandlingWorld) -> Matter:
    row = given(world)
    guests.sign(door(row), person="赵六", now=NOW)
    guests.reply(door(row), content=content(), now=NOW)
    return Matter.objects.get(pk=row.matter_id)


def test_link_is_sent_by_mail_and_text_message(world: HandlingWorld) -> None:
    row = given(world)
    sent = Notice.objects.filter(link__endswith=f"/b/{token_of(row)}/")
    assert {(one.channel, one.address) for one in sent} == {
        (Channel.EMAIL, "gongshui@example.com"),
        (Channel.SMS, "13800000001"),
    }
    assert not any(PHONE in one.body + one.subject for one in sent)


def test_body_with_accounts_gets_no_link(world: HandlingWorld) -> None:
    handling.assign(matter=open_matter(world), tier=Tier.DEPARTMENT, lead=world.department, by=world.staff, now=NOW)
    assert not BodyLink.objects.exists()


def test_link_signs_and_replies_and_the_committee_approves(world: HandlingWorld) -> None:
    matter = replied_by_link(world)
    reply = Reply.objects.get()
    assert (reply.status, reply.written_by) == (ReplyStatus.PENDING, None)
    assert "reply" in {row.verb for row in verbs_for(world.staff, matter, now=NOW)}
    for by in (world.handler, world.head, world.other_staff):
        with pytest.raises((NotAllowed, NotYourTurn)):
            handling.issue_reply(matter=Matter.objects.get(pk=matter.pk), by=by, now=NOW)
    handling.issue_reply(matter=matter, by=world.staff, now=NOW)
    assert (matter.status, matter.assignments.get().status) == (Status.REPLIED, AssignmentStatus.REPLIED)
    events = Event.objects.filter(chain=matter.chain, verb__in=("sign", "draft"))
    assert {(event.by, event.actor) for event in events} == {(None, "示例供水公司（凭链接）")}
    assert list(verify([matter.chain])) == []


def test_committee_sends_a_guests_reply_back(world: HandlingWorld) -> None:
    matter = replied_by_link(world)
    handling.send_back(matter=matter, reason="写清时间", by=world.staff, now=NOW)
    row = matter.assignments.get()
    guests.reply(door(row), content=content(text="今晚八点前换好，已约水管工上门。"), now=NOW)
    assert Reply.objects.get().status == ReplyStatus.PENDING


def test_guest_returns_and_asks_for_time(world: HandlingWorld) -> None:
    from opinions.catalog.models import ReasonKind
    from tests.factories.matters import reason

    row = given(world)
    guests.sign(door(row), person="赵六", now=NOW)
    guests.ask_extension(door(row), until=later(14).date(), reason="等配件", now=NOW)
    guests.send_back(door(row, now=later(4)), reason=reason(ReasonKind.RETURN), text="管网属区水务", now=later(4))
    row.refresh_from_db()
    assert (row.extension, row.objection, row.status) == ("open", "open", "signed"), "after the window it only asks"
    handling.consent_return(matter=Matter.objects.get(pk=row.matter_id), by=world.staff, now=later(4))
    row.refresh_from_db()
    assert (row.status, row.liable) == ("returned", True)


@pytest.mark.parametrize("case", ["unknown", "short", "revoked", "expired", "renewed"])
def test_link_that_opens_no_more(world: HandlingWorld, case: str) -> None:
    row, now = given(world), NOW
    token = token_of(row)
    if case == "unknown":
        token = "x" * 43
    elif case == "short":
        token = "x"
    elif case == "revoked":
        guests.revoke(assignment=row, by=world.staff, now=NOW)
    elif case == "expired":
        now = later(100)
    else:
        guests.renew(assignment=row, by=world.staff, now=NOW)
    with pytest.raises(LinkGone):
        guests.enter(token, now=now)


def test_link_is_limited_and_every_use_is_in_the_ledger(world: HandlingWorld) -> None:
    row = given(world)
    held = door(row)
    for _use in range(links.MOST_IN_SPAN - 1):
        guests.note_use(held, "open", now=NOW)
    with pytest.raises(LinkTooBusy):
        door(row)
    assert door(row, now=later(1)), "an hour later it opens again"
    chain = held.link.chain
    assert Event.objects.filter(chain=chain, verb="link_used").count() == links.MOST_IN_SPAN - 1
    assert list(verify([chain])) == []


def test_link_is_bound_to_its_assignment(world: HandlingWorld) -> None:
    row = given(world)
    held = door(row)
    matter = Matter.objects.get(pk=row.matter_id)
    handling.recall(matter=matter, reason="选错了", by=world.staff, now=NOW)
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, lead=row.organisation, by=world.staff, now=NOW)
    held.matter.refresh_from_db()
    with pytest.raises(DomainError):
        guests.sign(held, person="赵六", now=NOW)
    assert BodyLink.objects.filter(revoked_at__isnull=True).count() == 2


def test_only_who_gave_it_revokes(world: HandlingWorld) -> None:
    row = given(world)
    for by in (world.other_staff, world.handler, world.deputy_user):
        with pytest.raises(NotAllowed):
            guests.revoke(assignment=row, by=by, now=NOW)


def test_page_shows_one_matter_with_a_masked_number_and_works(world: HandlingWorld) -> None:
    row = given(world)
    other = open_matter(world, title="别的事情")
    client, path = Client(), reverse("guests:work", args=[token_of(row)])
    page = client.get(path)
    text = page.content.decode()
    assert page.status_code == 200
    assert "138****0000" in text
    for hidden in (PHONE, other.title, other.code, "张三"):
        assert hidden not in text
    short = client.post(path, {"do": "sign", "person": ""})
    assert (short.status_code, "请填写责任人姓名" in short.content.decode()) == (422, True)
    assert client.post(path, {"do": "sign", "person": "赵六"}).status_code == 302
    assert client.post(path, {"do": "sign", "person": "赵六"}).status_code == 409, "pressed twice"
    wrong = client.post(path, {"do": "reply", "text": "已修好", "reply_class": "A"})
    assert (wrong.status_code, "已修好" in wrong.content.decode()) == (422, True)
    point = {"problem0": "漏水", "measure0": "换阀门", "person0": "赵六", "due_on0": "2030-01-01"}
    assert client.post(path, {"do": "reply", "text": "已上门更换阀门", "reply_class": "A", **point}).status_code == 302
    assert client.post(path, {"do": "photos"}).status_code == 422
    assert not Attachment.objects.exists()
    assert client.get(reverse("guests:work", args=["x" * 43])).status_code == 404


def test_page_leaves_browsers_an_origin_to_send(world: HandlingWorld) -> None:
    """The address goes to nobody else, but with `no-referrer` a form's origin would be null, and every POST refused."""
    answer = Client().get(reverse("guests:work", args=[token_of(given(world))]))
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-referrer" not in answer.content.decode()


def test_reply_by_a_link_has_as_many_points_as_are_needed_without_scripts(world: HandlingWorld) -> None:
    row = given(world)
    guests.sign(door(row), person="赵六", now=NOW)
    client, path = Client(), reverse("guests:work", args=[token_of(row)])
    first = client.get(path).content.decode()
    assert ("第 1 项" in first, "第 2 项" in first) == (True, False)
    typed = {"do": "reply", "text": "已上门查看", "reply_class": "A", "problem2": "漏水", "count": "3", "more": "1"}
    more = client.post(path, typed)
    page = more.content.decode()
    assert (more.status_code, "第 4 项" in page, 'name="count" value="4"' in page) == (200, True, True)
    assert all(words in page for words in ("已上门查看", "漏水"))
    assert "请" not in "".join(str(error) for error in more.context["steps"][0][2].errors), "nothing is checked yet"
    entered = client.post(path, {**typed, "more": "0"}).content.decode()
    assert ("第 3 项" in entered, "第 4 项" in entered) == (True, False), "Enter adds nothing and sends nothing"
    points: dict[str, str] = {}
    for n in range(4):
        point = {"problem": f"第{n}处漏水", "measure": "换阀门", "person": "赵六", "due_on": "2030-01-01"}
        points |= {f"{name}{n}": value for name, value in point.items()}
    sent = {"do": "reply", "text": "已上门更换阀门", "reply_class": "A", "count": "4", **points}
    assert client.post(path, sent).status_code == 302
    reply = Reply.objects.get(status=ReplyStatus.PENDING)
    assert [one.problem for one in reply.points.order_by("order")] == [f"第{n}处漏水" for n in range(4)]


@pytest.mark.parametrize(
    ("count", "shown"), [("999", 20), ("3", 3), ("9999", 1), ("-1", 1), ("x", 1), ("٣", 1), ("0", 1)]
)
def test_reply_by_a_link_with_a_count_that_makes_no_sense_is_no_failure(
    world: HandlingWorld, count: str, shown: int
) -> None:
    row = given(world)
    guests.sign(door(row), person="赵六", now=NOW)
    path = reverse("guests:work", args=[token_of(row)])
    answer = Client().post(path, {"do": "reply", "text": "", "count": count})
    assert (answer.status_code, answer.content.decode().count("<legend>第")) == (422, shown)


@pytest.mark.parametrize(
    ("method", "sent"),
    [("get", {}), ("head", {}), ("post", {"do": "sign", "person": ""}), ("post", {"do": "nothing"})],
)
def test_uses_that_come_to_nothing_count_as_well(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch, method: str, sent: dict[str, str]
) -> None:
    monkeypatch.setattr(links, "MOST_IN_SPAN", 3)
    client, path = Client(), reverse("guests:work", args=[token_of(given(world))])
    answers = [getattr(client, method)(path, sent).status_code for _use in range(2)]
    assert 429 not in answers, "making the link stands in the ledger as the first"
    refused = getattr(client, method)(path, sent)
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")


def test_photos_by_a_link_are_for_the_bodies_and_not_for_the_resident(world: HandlingWorld) -> None:
    row = given(world)
    photo = StoredFile(
        kind="document", name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64, file="a.pdf",
        created_at=NOW,
    )  # fmt: skip
    guests.add_photos(door(row), photos=[photo], now=NOW)
    held = Attachment.objects.get()
    assert (held.audience, held.by, held.organisation) == (Audience.INTERNAL, None, row.organisation)
    assert attachments(held.matter, held.matter) == []


@pytest.mark.django_db(transaction=True)
def test_two_fresh_links_at_once_leave_one_open() -> None:
    world = handling_world()
    row = given(world)
    renewed = [lambda: guests.renew(assignment=row, by=world.staff, now=NOW)] * 2
    assert at_once(*renewed) == ["done", "done"]
    assert BodyLink.objects.filter(assignment=row, revoked_at__isnull=True).count() == 1
    assert BodyLink.objects.filter(assignment=row).count() == 3


@pytest.mark.django_db(transaction=True)
def test_link_pressed_and_looked_at_at_once_signs_once_and_writes_down_every_use() -> None:
    world = handling_world()
    row = given(world)
    doors = [door(row) for _press in range(2)]
    outcomes = at_once(
        *[lambda one=one: guests.sign(one, person="赵六", now=NOW) for one in doors],
        *[lambda: guests.note_use(door(row), "open", now=NOW)] * 3,
        lambda: guests.renew(assignment=Assignment.objects.get(pk=row.pk), by=world.staff, now=NOW),
    )
    assert sorted(outcomes[:2]) in (["StaleState", "done"], ["NotYourTurn", "done"])
    assert set(outcomes[2:5]) <= {"done", "LinkGone"}
    assert outcomes[5] == "done"
    assert Event.objects.filter(chain=row.matter.chain, verb="sign").count() == 1
    assert list(verify()) == []


def test_fields_of_all_steps_have_ids_of_their_own(world: HandlingWorld) -> None:
    row = given(world)
    guests.sign(door(row), person="赵六", now=NOW)
    text = Client().get(reverse("guests:work", args=[token_of(row)])).content.decode()
    ids = re.findall(r' id="([^"]+)"', text)
    assert any(one.endswith("text") for one in ids)
    assert len(ids) == len(set(ids))


def test_letter_is_for_the_committee(world: HandlingWorld) -> None:
    row = given(world, email="", phone="")
    assert not Notice.objects.filter(link__contains="/b/").exists(), "nowhere to send it: the letter is printed"
    path = reverse("guests:letter", args=[row.pk])
    page = sign_in(Client(), world.staff).get(path).content.decode()
    assert "<svg" in page
    assert token_of(row) in page
    for told in ("地点", "答复时限", "主办"):
        assert told in page
    for user, status in ((world.handler, 403), (world.other_staff, 404), (world.deputy_user, 403)):
        assert sign_in(Client(), user).get(path).status_code == status
    staff = sign_in(Client(), world.staff)
    before = token_of(row)
    staff.post(reverse("guests:renew", args=[row.pk]))
    assert token_of(row) != before
    staff.post(reverse("guests:revoke", args=[row.pk]))
    assert "链接已收回" in staff.get(path).content.decode()
