"""A letter's answer: written by the staff, signed by the head, accepted or sent back with a new clock."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Notice
from liaison.base.stamps import forget_all
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from supervision.orders import services as orders
from supervision.orders.models import Letter, LetterAnswer
from supervision.orders.queries import letter_page, verbs_for
from supervision.orders.services import NotComplete, PointData, WithHead
from supervision.orders.states import AnswerStatus, LetterStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, signed
from tests.factories.orders import SOON, answer_data, answered, issued

L = LetterStatus


def running(letter: Letter) -> int:
    return Clock.objects.filter(kind=ClockKind.LETTER, matter__letters__letter=letter, stopped_at=None).count()


def test_signed_answer_stops_all_clocks_of_the_letter(world: HandlingWorld) -> None:
    matters = [signed(world) for _n in range(3)]
    letter = issued(world, *matters)
    assert running(letter) == 3
    answered(world, letter)
    assert (letter.status, running(letter)) == (L.ANSWERED, 0)
    answer = letter.answers.get()
    assert (answer.written_by, answer.signed_by) == (world.handler, world.head)
    assert Event.objects.filter(verb="answer_letter", chain__startswith="matter:").count() == 3
    assert Notice.objects.filter(recipient=world.secretary, about=letter.chain, subject__contains="已回复").exists()
    assert list(verify()) == []


def test_handler_does_not_sign_and_another_body_does_not_write(world: HandlingWorld) -> None:
    letter = issued(world)
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.handler, now=NOW)
    for user in (world.handler, world.other_head, world.secretary, world.leader):
        with pytest.raises(NotAllowed):
            orders.sign_answer(letter=letter, by=user, now=NOW)
    for user in (world.other_handler, world.staff, world.deputy_user):
        with pytest.raises(NotAllowed):
            orders.save_answer(letter=letter, data=answer_data(letter), by=user, now=NOW)


def test_answer_with_an_open_part_is_kept_and_not_sent_on(world: HandlingWorld) -> None:
    letter = issued(world)
    first, second = letter.demands.all()
    parts = {first.pk: PointData("查了", "李四", SOON), second.pk: PointData("换灯", "", SOON)}
    orders.save_answer(letter=letter, data=answer_data(letter, points=parts), by=world.handler, now=NOW)
    for service, by in ((orders.submit_answer, world.handler), (orders.sign_answer, world.head)):
        with pytest.raises(NotComplete) as caught:
            service(letter=letter, by=by, now=NOW)
        assert caught.value.field == f"person{second.pk}"
    assert letter.answers.get().points.count() == 2


def test_day_that_is_over_is_refused_at_its_field(world: HandlingWorld) -> None:
    letter = issued(world)
    first, _second = letter.demands.all()
    parts = {first.pk: PointData("查了", "李四", TODAY - timedelta(days=1))}
    with pytest.raises(InvalidInput) as caught:
        orders.save_answer(letter=letter, data=answer_data(letter, points=parts), by=world.handler, now=NOW)
    assert caught.value.field == f"day{first.pk}"
    assert not LetterAnswer.objects.exists()


def test_answer_before_the_head_is_not_changed_until_it_comes_back(world: HandlingWorld) -> None:
    letter = issued(world)
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.handler, now=NOW)
    orders.submit_answer(letter=letter, by=world.handler, now=NOW)
    with pytest.raises(WithHead):
        orders.save_answer(letter=letter, data=answer_data(letter), by=world.handler, now=NOW)
    orders.return_answer(letter=letter, reason="写明日期", by=world.head, now=NOW)
    orders.save_answer(letter=letter, data=answer_data(letter, text="改过"), by=world.handler, now=NOW)
    assert letter.answers.get().text == "改过"


def test_head_s_own_words_in_a_point_are_not_dropped_when_it_is_signed(world: HandlingWorld) -> None:
    letter = issued(world)
    orders.give_answer(letter=letter, data=answer_data(letter), then="submit", by=world.handler, now=NOW)
    points = {key: PointData("另一措施", "李四", SOON) for key in letter.demands.values_list("pk", flat=True)}
    with pytest.raises(WithHead):
        orders.give_answer(letter=letter, data=answer_data(letter, points=points), then="sign", by=world.head, now=NOW)
    orders.give_answer(letter=letter, data=answer_data(letter), then="sign", by=world.head, now=NOW)


def test_refused_answer_starts_a_new_clock_and_a_new_round(world: HandlingWorld) -> None:
    letter = answered(world)
    orders.refuse_letter(letter=letter, reason="没有写谁负责", days=3, by=world.staff, now=later(1))
    assert (letter.status, letter.round, running(letter)) == (L.SENT_BACK, 2, 1)
    assert letter.rows.get().clock.due_on == TODAY + timedelta(days=4)
    assert letter.answers.get(round=1).refused == "没有写谁负责"
    answered(world, letter)
    orders.accept_letter(letter=letter, by=world.secretary, now=later(2))
    assert (letter.status, letter.answers.count(), running(letter)) == (L.ACCEPTED, 2, 0)
    with pytest.raises(WrongState):
        orders.withdraw_letter(letter=letter, reason="不用了", by=world.secretary, now=later(2))
    assert list(verify()) == []


def test_only_the_issuer_accepts_or_refuses(world: HandlingWorld) -> None:
    letter = answered(world)
    for user in (world.handler, world.head, world.leader, world.other_staff, world.deputy_user):
        with pytest.raises(NotAllowed):
            orders.accept_letter(letter=letter, by=user, now=NOW)
        with pytest.raises(NotAllowed):
            orders.refuse_letter(letter=letter, reason="不行", by=user, now=NOW)


def test_letter_is_answered_once(world: HandlingWorld) -> None:
    letter = issued(world)
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.handler, now=NOW)
    mine, yours = Letter.objects.get(pk=letter.pk), Letter.objects.get(pk=letter.pk)
    orders.sign_answer(letter=mine, by=world.head, now=NOW)
    with pytest.raises((StaleState, NotComplete)):
        orders.sign_answer(letter=yours, by=world.head, now=NOW)
    assert Event.objects.filter(chain=letter.chain, verb="sign_answer").count() == 1


def test_unsigned_answer_is_the_addressee_s_alone(world: HandlingWorld) -> None:
    letter = issued(world)
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.handler, now=NOW)
    assert [one.status for one in letter_page(world.head, letter).answers] == [AnswerStatus.DRAFT]
    assert letter_page(world.secretary, letter).answers == []
    assert letter_page(world.leader, letter).answers == []


def test_issuer_enters_the_paper_of_a_body_without_accounts(world: HandlingWorld) -> None:
    letter = issued(world)
    world.department.users.update(is_active=False)
    forget_all()
    assert verbs_for(world.staff, letter, None)[0] == "save_answer"
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.staff, now=NOW)
    orders.sign_answer(letter=letter, by=world.staff, now=NOW)
    answer = letter.answers.get()
    assert (answer.on_paper, answer.signed_by, letter.status) == (True, world.staff, L.ANSWERED)


def test_answer_that_promises_a_later_day_is_flagged_in_words_and_stays_acceptable(world: HandlingWorld) -> None:
    letter = issued(world)
    first, second = letter.demands.all()
    points = {first.pk: PointData("查", "李四", SOON), second.pk: PointData("换", "李四", SOON + timedelta(days=1))}
    client = sign_in(Client(), world.staff)
    answered(world, letter, points=points)
    page = client.get(reverse("orders:letter", args=[letter.pk])).content.decode()
    assert page.count(f"晚于要求的 {SOON}") == 1
    assert "有的完成日期晚于函里要求的日期" in page
    assert "承诺日期晚于要求" in client.get(reverse("orders:letters")).content.decode()
    assert client.get(reverse("orders_api:letter", args=[letter.pk])).json()["promised_late"] is True
    orders.refuse_letter(letter=letter, reason="太晚", by=world.staff, now=NOW)
    assert "承诺日期晚于要求" not in client.get(reverse("orders:letters")).content.decode(), "a new answer is awaited"
    answered(world, letter)
    assert "承诺日期晚于要求" not in client.get(reverse("orders:letters")).content.decode()
    orders.accept_letter(letter=letter, by=world.staff, now=NOW)


def test_draft_with_a_later_day_is_the_addressee_s_own_matter(world: HandlingWorld) -> None:
    letter = issued(world)
    points = {one.pk: PointData("换", "李四", SOON + timedelta(days=9)) for one in letter.demands.all()}
    orders.save_answer(letter=letter, data=answer_data(letter, points=points), by=world.handler, now=NOW)
    assert "承诺日期晚于要求" not in sign_in(Client(), world.staff).get(reverse("orders:letters")).content.decode()
