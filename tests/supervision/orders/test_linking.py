"""A body without accounts answers a letter by its link: all of it, once, and nothing else."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import NotAllowed, StaleState
from liaison.base.notices.models import Channel, Notice
from liaison.base.stamps import forget_all
from liaison.base.workflow import WrongState
from opinions.invitations import services as links
from opinions.invitations.services import LINK_DAYS, LinkGone
from opinions.matters.models import Matter
from supervision.orders import services as orders
from supervision.orders.models import Letter, LetterLink
from supervision.orders.queries import limit_of
from supervision.orders.states import AnswerStatus, LetterStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, PHONE, HandlingWorld, later, open_matter, signed
from tests.factories.orders import SOON, answer_data, issued

L = LetterStatus


@pytest.fixture
def world(world: HandlingWorld) -> HandlingWorld:
    """In the department nobody can sign in any more once the matter is signed for."""
    signed(world)
    world.department.users.update(is_active=False)
    Organisation.objects.filter(pk=world.department.pk).update(email="cg@example.org", phone="13800000001")
    world.department.refresh_from_db()
    forget_all()
    return world


def sent(world: HandlingWorld, **changes: Any) -> Letter:
    return issued(world, Matter.objects.get(), **changes)


def link_of(letter: Letter) -> LetterLink:
    return LetterLink.objects.get(letter=letter, revoked_at=None)


def page(letter: Letter) -> str:
    return reverse("orders:by_link", args=[link_of(letter).token])


def words(letter: Letter, **changes: Any) -> dict[str, Any]:
    said = {"text": "线缆老化，已更换。", "signer": "赵六"}
    for key in letter.demands.values_list("pk", flat=True):
        said |= {f"measure{key}": "换线缆", f"person{key}": "钱七", f"day{key}": SOON.isoformat()}
    return {**said, **changes}


def photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 40), "orange").save(out, "JPEG")
    return SimpleUploadedFile("灯.jpg", out.getvalue(), content_type="image/jpeg")


def answer(letter: Letter, **changes: Any) -> Any:
    found = orders.enter(link_of(letter).token, now=NOW)
    return orders.answer_by_link(link=found, data=answer_data(letter), signer="赵六", now=NOW, **changes)


def test_letter_goes_out_with_its_link_by_mail_and_text_message(world: HandlingWorld) -> None:
    letter = sent(world)
    told = Notice.objects.filter(link__endswith=page(letter))
    assert {(one.channel, one.address) for one in told} == {
        (Channel.EMAIL, "cg@example.org"), (Channel.SMS, "13800000001")
    }  # fmt: skip
    assert all(letter.reference in one.subject and "请打开链接" in one.body for one in told)
    due_on = limit_of(letter)
    assert due_on
    assert link_of(letter).expires_on == due_on + timedelta(days=LINK_DAYS)


def test_body_with_accounts_gets_no_link(world: HandlingWorld) -> None:
    world.department.users.update(is_active=True)
    forget_all()
    letter = sent(world)
    assert not LetterLink.objects.exists()
    with pytest.raises(NotAllowed):
        orders.renew_link(letter=letter, by=world.staff, now=NOW)


def test_street_whose_staff_sign_in_answers_for_itself(world: HandlingWorld) -> None:
    letter = issued(world, open_matter(world), by=world.leader, addressee=world.committee)
    assert not LetterLink.objects.exists()
    with pytest.raises(NotAllowed):
        orders.save_answer(letter=letter, data=answer_data(letter), by=world.leader, now=NOW)


def test_answer_by_the_link_stops_the_clock_and_names_who_signed(world: HandlingWorld) -> None:
    letter = sent(world)
    found = answer(letter)
    letter.refresh_from_db()
    assert (letter.status, limit_of(letter)) == (L.ANSWERED, None)
    assert (found.status, found.signed_name, found.signed_by) == (AnswerStatus.SIGNED, "赵六", None)
    assert not found.on_paper
    events = Event.objects.filter(verb__in=["answer_letter", "sign_answer"])
    assert {(one.by, one.actor) for one in events} == {(None, f"{world.department.name}（凭链接）")}
    assert Notice.objects.filter(recipient=world.secretary, about=letter.chain, subject__contains="已回复").exists()
    orders.accept_letter(letter=letter, by=world.secretary, now=later(1))
    assert Notice.objects.filter(recipient=None, subject__contains="已认可", link__endswith=page(letter)).count() == 2
    assert list(verify()) == []


def test_letter_is_answered_once_by_the_link(world: HandlingWorld) -> None:
    letter = sent(world)
    mine, yours = (orders.enter(link_of(letter).token, now=NOW) for _n in range(2))
    orders.answer_by_link(link=mine, data=answer_data(letter), signer="赵六", now=NOW)
    for late in (yours, orders.enter(link_of(letter).token, now=NOW)):
        with pytest.raises((WrongState, StaleState)):
            orders.answer_by_link(link=late, data=answer_data(letter), signer="孙八", now=NOW)
    assert letter.answers.get().signer == "赵六"


def test_what_the_issuer_began_from_paper_gives_way(world: HandlingWorld) -> None:
    letter = sent(world)
    orders.save_answer(letter=letter, data=answer_data(letter, text="电话里说的"), by=world.staff, now=NOW)
    answer(letter)
    assert letter.answers.get().text == "已到现场查明原因。"


def test_refused_answer_brings_a_fresh_link(world: HandlingWorld) -> None:
    letter = sent(world)
    before = link_of(letter).token
    answer(letter)
    letter.refresh_from_db()
    orders.refuse_letter(letter=letter, reason="没有写谁负责", by=world.staff, now=later(1))
    assert link_of(letter).token != before
    told = Notice.objects.get(link__endswith=page(letter), channel=Channel.EMAIL)
    assert "没有写谁负责" in told.body
    with pytest.raises(LinkGone):
        orders.enter(before, now=later(1))
    orders.answer_by_link(
        link=orders.enter(link_of(letter).token, now=later(2)), data=answer_data(letter), signer="赵六", now=later(2)
    )
    assert letter.answers.count() == 2


@pytest.mark.parametrize("case", ["unknown", "short", "revoked", "expired", "renewed"])
def test_link_that_opens_no_more(world: HandlingWorld, case: str) -> None:
    letter, now = sent(world), NOW
    token = {"unknown": "x" * 43, "short": "x"}.get(case, link_of(letter).token)
    if case == "revoked":
        orders.revoke_link(letter=letter, by=world.staff, now=NOW)
    elif case == "expired":
        now = later(150)
    elif case == "renewed":
        orders.renew_link(letter=letter, by=world.staff, now=NOW)
    with pytest.raises(LinkGone):
        orders.enter(token, now=now)


def test_page_answers_and_keeps_what_was_typed(world: HandlingWorld) -> None:
    letter, client = sent(world), Client()
    shown = client.get(page(letter))
    text = shown.content.decode()
    assert (shown.status_code, shown["Referrer-Policy"]) == (200, "same-origin")
    assert "noindex" in text
    assert all(one in text for one in (letter.reference, "修复路灯，恢复照明", "回复时限"))
    assert not any(one in text for one in (PHONE, "张三"))
    first = letter.demands.first()
    assert first
    wrong = client.post(page(letter), words(letter, signer="", **{f"day{first.pk}": "2020-01-01"}))
    assert wrong.status_code == 422
    assert all(one in wrong.content.decode() for one in ("请填写签发的负责人姓名", "线缆老化，已更换。"))
    past = client.post(page(letter), words(letter, **{f"day{first.pk}": "2020-01-01"}))
    assert past.status_code == 422
    assert past.context["form"].errors.keys() == {f"day{first.pk}"}
    macro = SimpleUploadedFile("方案.docm", b"PK\x03\x04 no document")
    refused = client.post(page(letter), words(letter, attachments=macro))
    assert (refused.status_code, *refused.context["form"].errors) == (422, "attachments")
    plan = SimpleUploadedFile("方案.pdf", b"%PDF-1.7 plan", "application/pdf")
    assert client.post(page(letter), words(letter, attachments=[photo(), plan])).status_code == 302
    after = client.get(page(letter)).content.decode()
    assert "凭链接回复" in after
    assert "提交回复" not in after
    again = client.post(page(letter), words(letter, text="再来一次"))
    assert (again.status_code, "没有提交" in again.content.decode()) == (409, True)
    found = letter.answers.get()
    assert (found.text, {one.name for one in found.files.all()}) == ("线缆老化，已更换。", {"灯.jpg", "方案.pdf"})
    assert "方案.pdf" in after
    staff = sign_in(Client(), world.staff)
    assert "方案.pdf" in staff.get(reverse("orders:letter", args=[letter.pk])).content.decode()
    place = reverse("orders:attachment", args=[letter.pk, found.files.get(name="方案.pdf").pk])
    assert staff.get(place).getvalue() == b"%PDF-1.7 plan"
    assert sign_in(Client(), world.other_staff).get(place).status_code == 404
    assert client.get(reverse("orders:paper_by_link", args=[link_of(letter).token])).content[:4] == b"%PDF"


def test_link_of_one_letter_opens_no_other(world: HandlingWorld) -> None:
    letter = sent(world)
    theirs = open_matter(world, title="别的事情")
    other = issued(world, theirs, by=world.leader, addressee=world.committee, title="别的函")
    text = Client().get(page(letter)).content.decode()
    assert not any(one in text for one in (other.title, other.reference, "别的事情"))
    assert Client().get(reverse("guests:work", args=[link_of(letter).token])).status_code == 404
    for name in ("by_link", "paper_by_link"):
        assert Client().get(reverse(f"orders:{name}", args=["x" * 43])).status_code == 404
    orders.withdraw_letter(letter=letter, reason="发错了", by=world.secretary, now=NOW)
    late = Client().post(page(letter), words(letter))
    assert (late.status_code, letter.answers.count()) == (409, 0)


def test_uses_are_limited_and_stand_in_the_ledger(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST_IN_SPAN", 4)
    letter, client = sent(world), Client()
    answers = [client.get(page(letter)), client.post(page(letter), {}), client.head(page(letter))]
    assert [one.status_code for one in answers] == [200, 422, 200], "making the link was the first"
    refused = client.get(page(letter))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    used = Event.objects.filter(chain=link_of(letter).chain, verb="link_used").values_list("reason", flat=True)
    assert list(used) == ["open", "refused", "open"]


def test_sheet_with_the_link_is_the_issuers(world: HandlingWorld) -> None:
    letter = sent(world)
    place = reverse("orders:link", args=[letter.pk])
    staff = sign_in(Client(), world.staff)
    assert place in staff.get(reverse("orders:letter", args=[letter.pk])).content.decode()
    text = staff.get(place).content.decode()
    assert "<svg" in text
    assert link_of(letter).token in text
    for user, status in ((world.leader, 403), (world.other_staff, 404), (world.deputy_user, 403)):
        assert sign_in(Client(), user).get(place).status_code == status
    before = link_of(letter).token
    staff.post(reverse("orders:renew_link", args=[letter.pk]))
    assert link_of(letter).token != before
    staff.post(reverse("orders:revoke_link", args=[letter.pk]))
    assert "现在没有打开的链接" in staff.get(place).content.decode()
