"""What residents say of a promise: once each, by their own link, and what comes of it."""

from datetime import timedelta
from typing import Any

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.handling import services as handling
from opinions.matters.states import Status
from opinions.promises import services as promises
from opinions.promises.models import Promise, PromiseWord
from opinions.promises.services import Heard, NotYours, SaidOtherwise, TooEarly
from opinions.promises.states import PromiseStatus
from tests.factories.matters import HandlingWorld, add_reporter, later, open_matter
from tests.factories.promises import AFTER, again, closed_with, promised

S = PromiseStatus


def say(promise: Promise, **values: Any) -> Heard:
    given = {"reporter": promise.matter.reporters.first(), "done": False, "now": AFTER, **values}
    return handling.hear_of_promise(promise=promise, **given)


def test_not_done_after_the_day_reopens_the_matter(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    assert say(promise, text="还是黑的") == Heard(fresh=True, missed=True)
    (held,) = again(promise)
    assert (held.status, held.matter.status, held.matter.round) == (S.NOT_KEPT, Status.HANDLING, 2)
    event = Event.objects.get(chain=held.matter.chain, verb="reopen")
    assert (event.by, "还是黑的" in event.reason) == (None, True)
    told = Notice.objects.filter(subject__startswith="居民说承诺没有办到", channel="in_app")
    assert {row.recipient for row in told} >= {world.handler, world.secretary}
    assert list(verify()) == []


def test_not_done_before_the_day_undoes_a_premature_report(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.report_done(promise=promise, text="都换好了", by=world.handler, now=later(3))
    assert say(promise, now=later(4)) == Heard(fresh=True, missed=False)
    (held,) = again(promise)
    assert (held.status, held.matter.status) == (S.OPEN, Status.CLOSED)
    promises.report_done(promise=held, text="现在都换好了", by=world.handler, now=later(6))
    assert say(held, done=True, now=later(7)).fresh
    assert again(promise)[0].status == S.KEPT


def test_done_settles_it(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    assert say(promise, done=True) == Heard(fresh=True, missed=False)
    assert again(promise)[0].status == S.KEPT
    assert again(promise)[0].matter.satisfaction == "satisfied"  # rule 1: solving and satisfaction stay what they were


def test_second_press_changes_nothing(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    say(promise)
    assert say(promise) == Heard(fresh=False)
    with pytest.raises(SaidOtherwise):
        say(promise, done=True)
    assert (PromiseWord.objects.count(), again(promise)[0].matter.round) == (1, 2)


def test_nobody_is_asked_before_the_day(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    with pytest.raises(TooEarly):
        say(promise, now=AFTER - timedelta(days=1))


def test_resident_of_another_matter_says_nothing(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    stranger = open_matter(world, phone="13800000009").reporters.get()
    with pytest.raises(NotYours):
        say(promise, reporter=stranger)


def test_not_done_weighs_more_than_done_of_another(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    neighbour = add_reporter(promise.matter, phone="13800000008")
    say(promise, reporter=neighbour, done=False)
    say(promise, done=True)
    assert again(promise)[0].status == S.NOT_KEPT


def test_not_done_of_what_is_settled_is_put_before_the_committee(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.keep(promise=promise, reason="现场看过", by=world.secretary, now=later(5))
    assert say(promise, text="又坏了") == Heard(fresh=True, missed=False)
    assert again(promise)[0].status == S.KEPT
    assert Notice.objects.filter(recipient=world.secretary, body="又坏了").exists()


def test_matter_that_waits_for_its_rating_is_left_to_it(world: HandlingWorld) -> None:
    (promise,) = promised(world)
    assert say(promise).missed
    (held,) = again(promise)
    assert (held.status, held.matter.status, held.matter.round) == (S.NOT_KEPT, Status.REPLIED, 1)


def test_where_no_body_handles_the_street_is_asked(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    world.department.active = False
    world.department.save()
    bump("organisations")
    say(again(promise)[0])
    assert again(promise)[0].matter.status == Status.CLOSED
    assert Notice.objects.filter(recipient=world.staff, subject__contains="请选一个单位重启").exists()
