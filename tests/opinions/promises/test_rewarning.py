"""A list of holidays imported in the middle of the year: the promised day stays, its warning day moves."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.workdays.arithmetic import subtract_workdays
from liaison.base.workdays.official_list import OfficialList
from liaison.base.workdays.queries import UNKNOWN, Differences, current_calendar
from liaison.base.workdays.services import save_list
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import behind, follow_calendar
from opinions.promises import services as promises
from opinions.promises.models import Promise
from opinions.promises.states import REWARN
from tests.factories.matters import NOW, HandlingWorld, later
from tests.factories.promises import DUE, again, closed_with, promised

BEFORE = 5
"""Working days of warning that the factories' policies leave a promise."""


def import_list(*off: date) -> int:
    """A list by which these days of December are off; says how many warning days moved."""
    save_list(by=None, official=OfficialList(2026, "", tuple((day, True, "示例节") for day in off)), now=NOW)
    since = behind()
    assert since is not None
    moved = promises.rewarn(since=since, now=later(2))
    follow_calendar(now=later(2))
    return moved


def test_holiday_before_the_promised_day_brings_the_warning_forward(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    (before,) = again(promise)
    assert import_list(DUE - timedelta(days=1), DUE - timedelta(days=2)) == 1
    (held,) = again(promise)
    assert held.warn_on == subtract_workdays(current_calendar(), DUE, BEFORE) < before.warn_on
    assert (held.due_on, held.version) == (DUE, before.version)
    clock = Clock.objects.get(matter=promise.matter, kind=ClockKind.PROMISE)
    assert (clock.due_on, clock.warn_on, clock.next_on) == (DUE, held.warn_on, held.warn_on)
    for chain in (promise.chain, promise.matter.chain):
        event = Event.objects.get(chain=chain, verb=REWARN)
        assert str(before.warn_on) in event.reason
        assert str(held.warn_on) in event.reason
    assert list(verify([promise.chain, promise.matter.chain])) == []
    assert promises.rewarn(since=UNKNOWN, now=later(3)) == 0


def test_holiday_that_the_warning_does_not_reach_moves_nothing(world: HandlingWorld) -> None:
    closed_with(world)
    assert import_list(DUE + timedelta(days=1)) == 0
    assert promises.rewarn(since=Differences(), now=later(2)) == 0


def test_promise_is_never_yellow_before_the_day_on_which_it_got_its_day(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    near = DUE + timedelta(days=2)
    moment = NOW + timedelta(days=30)
    promises.move(promise=promise, due_on=near, reason="等灯杆到货", by=world.secretary, now=moment)
    assert import_list(DUE + timedelta(days=1)) == 0
    assert again(promise)[0].warn_on == moment.date()


def test_settled_and_reported_promises_are_left_alone(world: HandlingWorld) -> None:
    reported, kept = closed_with(world, DUE, DUE + timedelta(days=1))
    promises.report_done(promise=reported, text="换好了", by=world.handler, now=later(1))
    promises.keep(promise=kept, reason="现场看过", by=world.secretary, now=later(1))
    assert import_list(DUE - timedelta(days=1)) == 0


@pytest.mark.parametrize("order", [1, -1])
def test_clock_follows_the_promise_with_which_it_ends(world: HandlingWorld, order: int) -> None:
    first, second = closed_with(world, *(DUE, DUE + timedelta(days=20))[::order])[::order]
    assert import_list(DUE - timedelta(days=1)) == 1
    (clock,) = Clock.objects.filter(matter=first.matter, kind=ClockKind.PROMISE, stopped_at=None)
    assert (clock.due_on, clock.warn_on) == (DUE, again(first)[0].warn_on)
    assert again(second)[0].warn_on == second.warn_on


def test_as_many_statements_for_ten_promises_as_for_one(world: HandlingWorld) -> None:
    costs = []
    for count in (1, 9):
        for _number in range(count):
            promised(world)
        Promise.objects.update(warn_on=DUE)
        with CaptureQueriesContext(connection) as queries:
            assert promises.rewarn(since=UNKNOWN, now=later(1)) == Promise.objects.count()
        costs.append(len(queries))
    assert costs[0] == costs[1]
