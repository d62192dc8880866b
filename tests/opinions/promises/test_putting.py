"""The sweep's part: silent promises put before the street."""

from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.catalog.models import Setting, SettingName
from opinions.promises import services as promises
from opinions.promises.models import Promise
from opinions.promises.queries import piles
from tests.factories.matters import TODAY, HandlingWorld, later
from tests.factories.promises import AFTER, again, closed_with
from tests.opinions.promises.test_screens import many

GRACE_OVER = AFTER + timedelta(days=7)
"""More than three working days after DUE."""


def put(now: datetime = GRACE_OVER, limit: int = 500) -> int:
    return promises.put_before(now=now, limit=limit)


def test_silent_promise_is_put_before_the_street_once(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    assert put(AFTER) == 0  # the days of grace
    assert [put(), put()] == [1, 0]
    asked = Notice.objects.filter(subject__startswith="承诺过期没有报告", channel="in_app")
    assert {row.recipient for row in asked} == {world.staff, world.secretary}
    assert Event.objects.filter(verb="put_promise").count() == 2
    assert Promise.objects.filter(piles(TODAY)["judge"]).get() == promise
    assert list(verify()) == []


def test_promise_that_was_moved_is_put_again_for_its_new_day(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    put()
    day = GRACE_OVER.date() + timedelta(days=5)
    promises.move(promise=again(promise)[0], due_on=day, reason="缺货", by=world.secretary, now=GRACE_OVER)
    assert put() == 0
    assert put(GRACE_OVER + timedelta(days=20)) == 1


def test_reported_promise_is_not_put(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.report_done(promise=promise, text="换好了", by=world.handler, now=later(5))
    assert put() == 0


def test_every_district_sets_its_days_of_grace(world: HandlingWorld) -> None:
    closed_with(world)
    Setting.objects.create(name=SettingName.PROMISE_GRACE, district=world.congress, number=0)
    bump("catalog")
    assert put(AFTER) == 1


def test_sweep_costs_the_same_for_one_and_thirty(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as caught:
            put()
        counts.append(len(caught))
        if len(counts) == 1:
            many(promise, 29)
    assert counts[1] <= counts[0] <= 14


def test_batches_end(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    many(promise, 4)
    assert [put(limit=3), put(limit=3), put(limit=3)] == [3, 2, 0]
