"""Two people at one promise at the same moment: one result, and the matter is reopened once."""

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.promises import services as promises
from opinions.promises.models import PromiseWord
from tests.factories.matters import add_reporter, handling_world, later
from tests.factories.promises import AFTER, again, closed_with
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_residents_reopen_once() -> None:
    world = handling_world()
    (promise,) = closed_with(world)
    neighbour = add_reporter(promise.matter, phone="13800000008")
    mine, yours = again(promise)[0], again(promise)[0]
    own = promise.matter.reporters.earliest("id")
    outcomes = at_once(
        lambda: handling.hear_of_promise(promise=mine, reporter=own, done=False, now=AFTER),
        lambda: handling.hear_of_promise(promise=yours, reporter=neighbour, done=False, now=AFTER),
    )
    assert outcomes == ["done", "done"]
    assert (PromiseWord.objects.count(), Matter.objects.get(pk=promise.matter_id).round) == (2, 2)
    assert list(verify()) == []


def test_one_press_twice_is_one_word() -> None:
    world = handling_world()
    (promise,) = closed_with(world)
    own = promise.matter.reporters.get()
    screens = again(promise, promise)
    at_once(
        *(
            lambda held=held: handling.hear_of_promise(promise=held, reporter=own, done=False, now=AFTER)
            for held in screens
        )
    )
    assert PromiseWord.objects.count() == 1
    assert Event.objects.filter(verb="deny_promise", chain=promise.chain).count() == 1


def test_it_is_moved_or_withdrawn() -> None:
    world = handling_world()
    (promise,) = closed_with(world)
    mine, yours = again(promise, promise)
    outcomes = at_once(
        lambda: promises.keep(promise=mine, reason="看过", by=world.secretary, now=later(2)),
        lambda: promises.withdraw(promise=yours, reason="拆迁", by=world.district_staff, now=later(2)),
    )
    assert sorted(outcomes) == ["StaleState", "done"]
    assert list(verify()) == []
