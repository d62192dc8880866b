"""The working calendar was wrong: lights that were wrong are taken back, and whoever was told is told."""

from datetime import date, datetime, timedelta

import pytest

from liaison.base.audit.models import Event
from liaison.base.notices.models import Notice
from liaison.base.workdays.arithmetic import SHANGHAI
from liaison.base.workdays.official_list import parse
from liaison.base.workdays.services import save_list
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.clocks.services import follow_calendar, start_clock
from opinions.promises.models import Promise
from supervision.cases.services import sweep
from supervision.escalation.models import Alert, Firing
from supervision.escalation.services import fire_due, take_back, tell_due
from tests.factories.ladder import LadderWorld, ladder_world
from tests.factories.matters import NOW, open_matter
from tests.factories.promises import DUE, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> LadderWorld:
    world = ladder_world()
    follow_calendar(now=NOW)
    return world


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def red_clock(one: LadderWorld) -> tuple[Clock, datetime]:
    """A clock that has run out, told to everybody concerned, and that moment."""
    matter = open_matter(one.world)
    matter.clocks.update(stopped_at=NOW, outcome="test")
    clock = start_clock(matter=matter, kind=ClockKind.TAKE, now=NOW, organisation=one.world.department)
    assert clock is not None
    late = at(clock.due_on + timedelta(days=1))
    fire_due(now=late)
    tell_due(now=late + timedelta(days=4))
    return clock, late


def closed(first: date, last: date) -> dict[str, object]:
    """A list that makes these days of the year holidays."""
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    return {"year": first.year, "days": [{"date": day.isoformat(), "isOffDay": True, "name": "示例节"} for day in days]}


def worked(*days: date) -> dict[str, object]:
    """A list that makes these days of the year working days."""
    return {
        "year": days[0].year,
        "days": [{"date": day.isoformat(), "isOffDay": False, "name": "示例节"} for day in days],
    }


def test_light_that_was_wrong_is_taken_back_and_told(one: LadderWorld) -> None:
    clock, late = red_clock(one)
    fired = list(Firing.objects.filter(clock=clock))
    assert {row.trigger for row in fired} == {"yellow", "red"}
    told = set(Alert.objects.filter(digest__isnull=False).values_list("person", flat=True))
    save_list(by=None, official=parse(closed(NOW.date() + timedelta(1), NOW.date() + timedelta(30))), now=late)
    follow_calendar(now=late)
    clock.refresh_from_db()
    assert clock.due_on > late.date()
    assert take_back(now=late) == len(fired)
    assert not Firing.objects.filter(clock=clock, retracted_at=None).exists()
    assert Event.objects.filter(chain=clock.matter.chain, verb="light_off").count() == len(fired)
    back = Notice.objects.filter(key__startswith="ladder:back:")
    assert set(back.values_list("recipient", flat=True)) == told
    assert take_back(now=late) == 0
    assert back.count() == Alert.objects.count()


def test_light_that_is_as_red_under_the_corrected_date_stays_and_is_not_told_again(one: LadderWorld) -> None:
    clock, late = red_clock(one)
    fired = Firing.objects.filter(clock=clock).count()
    save_list(by=None, official=parse(closed(NOW.date() + timedelta(1), NOW.date() + timedelta(1))), now=late)
    far = late + timedelta(days=60)
    follow_calendar(now=far)
    moved = Clock.objects.get(pk=clock.pk).due_on
    assert moved != clock.due_on
    assert take_back(now=far) == 0
    assert set(Firing.objects.filter(clock=clock).values_list("due_on", flat=True)) == {moved}
    fire_due(now=far)
    assert Firing.objects.filter(clock=clock, rung__trigger="red", rung__after=0).count() == 1
    assert Firing.objects.filter(clock=clock).count() > fired, "the higher rungs come as they are due"


def test_extension_takes_nothing_back(one: LadderWorld) -> None:
    clock, late = red_clock(one)
    Clock.objects.filter(pk=clock.pk).update(due_on=late.date() + timedelta(9), next_on=late.date() + timedelta(8))
    save_list(by=None, official=parse(closed(date(2026, 12, 31), date(2026, 12, 31))), now=late)
    follow_calendar(now=late)
    assert take_back(now=late) == 0
    assert not Firing.objects.exclude(retracted_at=None).exists()


def test_light_that_was_taken_back_fires_and_tells_again_when_the_calendar_is_put_right(one: LadderWorld) -> None:
    clock, late = red_clock(one)
    fired, told = Firing.objects.count(), Notice.objects.filter(key__startswith="ladder:").count()
    first, last = NOW.date() + timedelta(1), NOW.date() + timedelta(30)
    for number, payload in enumerate([closed(first, last), closed(date(2026, 1, 1), date(2026, 1, 1))], start=1):
        save_list(by=None, official=parse(payload), now=late)
        follow_calendar(now=late)
        take_back(now=late)
        fire_due(now=late)
        tell_due(now=late + timedelta(days=4))
        standing = Firing.objects.filter(clock=clock, retracted_at=None)
        assert standing.count() == (0 if number == 1 else fired)
    assert Clock.objects.get(pk=clock.pk).due_on == clock.due_on
    assert Firing.objects.count() == 2 * fired
    told_now = Notice.objects.filter(key__startswith="ladder:").exclude(key__startswith="ladder:back:")
    assert told_now.count() == 2 * told, "who was told of the correction is told of the light again"


def test_promise_that_was_yellow_too_early_is_taken_back_and_warns_again_on_its_day(one: LadderWorld) -> None:
    (promise,) = promised(one.world)
    early = at(promise.warn_on)
    fire_due(now=early)
    tell_due(now=early)
    fired = list(Firing.objects.filter(clock__kind=ClockKind.PROMISE, trigger="yellow"))
    told = Alert.objects.filter(firing__in=fired, digest__isnull=False).values_list("firing", "person")
    assert told
    saturday = DUE - timedelta(days=4)
    save_list(by=None, official=parse(worked(saturday, saturday + timedelta(1))), now=early)
    assert sweep(now=early)["taken_back"] == len(fired)
    clock = Clock.objects.get(firings=fired[0].pk)
    assert promise.warn_on < clock.warn_on == Promise.objects.get().warn_on == clock.next_on
    keys = {f"ladder:back:{firing}:{person}" for firing, person in told}
    assert set(Notice.objects.filter(key__startswith="ladder:back:").values_list("key", flat=True)) == keys
    assert sweep(now=early)["taken_back"] == 0
    assert not Firing.objects.filter(clock=clock, retracted_at=None).exists()
    sweep(now=at(clock.warn_on))
    assert Firing.objects.filter(clock=clock, trigger="yellow", retracted_at=None).count() == len(fired)
