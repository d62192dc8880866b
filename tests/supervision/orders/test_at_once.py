"""Two people at one letter at the same moment: numbers without gaps, and nothing is done twice."""

from datetime import timedelta

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from supervision.orders import services as orders
from supervision.orders.models import Letter, NumberSeries, ReminderMatter, Sponsorship
from supervision.orders.states import LetterStatus
from tests.factories.matters import NOW, signed
from tests.factories.orders import SOON, answer_data, chair, issued, orders_world, pending
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_letters_issued_at_one_moment_have_numbers_without_gaps() -> None:
    world = orders_world()
    letters = [pending(world) for _n in range(4)]
    outcomes = at_once(
        *(lambda one=one: orders.issue_letter(letter=one, by=world.secretary, now=NOW) for one in letters)
    )
    assert outcomes == ["done"] * 4
    assert set(Letter.objects.values_list("number", flat=True)) == {1, 2, 3, 4}
    assert NumberSeries.objects.get().last == 4
    assert list(verify()) == []


def test_one_letter_is_issued_once_and_two_about_one_matter_are_one() -> None:
    world = orders_world()
    matter = signed(world)
    one, other = pending(world, matter), pending(world, matter)
    mine, yours = Letter.objects.get(pk=one.pk), Letter.objects.get(pk=one.pk)
    outcomes = at_once(
        lambda: orders.issue_letter(letter=mine, by=world.secretary, now=NOW),
        lambda: orders.issue_letter(letter=yours, by=chair(), now=NOW),
        lambda: orders.issue_letter(letter=other, by=world.secretary, now=NOW),
    )
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "StaleState", "EarlierUnanswered"}
    assert NumberSeries.objects.get().last == 1
    assert Clock.objects.filter(kind=ClockKind.LETTER).count() == 1
    assert list(verify()) == []


def test_letter_is_answered_once_by_two_heads() -> None:
    world = orders_world()
    letter = issued(world)
    orders.save_answer(letter=letter, data=answer_data(letter), by=world.handler, now=NOW)
    mine, yours = Letter.objects.get(pk=letter.pk), Letter.objects.get(pk=letter.pk)
    outcomes = at_once(
        lambda: orders.sign_answer(letter=mine, by=world.head, now=NOW),
        lambda: orders.sign_answer(letter=yours, by=world.head, now=NOW),
    )
    assert outcomes.count("done") == 1
    assert Letter.objects.get().status == LetterStatus.ANSWERED
    assert Event.objects.filter(verb="sign_answer").count() == 1
    assert list(verify()) == []


def test_matter_is_reminded_and_sponsored_once() -> None:
    world = orders_world()
    matter = signed(world)
    reminded = at_once(
        lambda: orders.remind(matters=[matter], text="请抓紧", by=world.staff, now=NOW),
        lambda: orders.remind(matters=[matter], text="请抓紧", by=world.leader, now=NOW),
    )
    assert sorted(reminded) == ["NothingToRemind", "done"]
    assert ReminderMatter.objects.count() == 1
    target = SOON + timedelta(days=1)
    taken = at_once(
        lambda: orders.sponsor(matter=matter, why="久拖不决", target_on=target, by=world.leader, now=NOW),
        lambda: orders.sponsor(matter=matter, why="久拖不决", target_on=target, by=chair(), now=NOW),
    )
    assert sorted(taken) == ["AlreadySponsored", "done"]
    assert Sponsorship.objects.count() == 1
    assert list(verify()) == []
