"""The ladder at work: each rung once for a clock and its due date, told to whom it names, in hours in which it may."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from supervision.escalation.models import Alert, Digest, Firing, Rung, Setback
from supervision.escalation.queries import foresee
from supervision.escalation.services import Fired, fire_due, firing, own_ladder, save_rung, tell_due, tellable
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter
from tests.factories.matters import NOW

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
FRIDAY, SATURDAY = MONDAY + timedelta(4), MONDAY + timedelta(5)
Counter = Callable[[int], AbstractContextManager[object]]


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def one() -> LadderWorld:
    return ladder_world()


def fired(clock: Clock) -> list[tuple[str, int]]:
    """What fired for a clock: trigger and working days after it."""
    return list(Firing.objects.filter(clock=clock).order_by("id").values_list("trigger", "rung__after"))


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(recipient=user, key__startswith="ladder:").values_list("subject", flat=True))


def test_rungs_fire_on_their_days_and_once(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(MONDAY))
    assert fired(clock) == [("yellow", 0), ("yellow", 0)]
    fire_due(now=at(MONDAY))
    fire_due(now=at(FRIDAY))
    assert len(fired(clock)) == 2
    fire_due(now=at(SATURDAY, 1))
    assert fired(clock)[2:] == [("red", 0)]
    clock.refresh_from_db()
    assert clock.next_on == date(2026, 12, 1), "two working days after the Saturday on which it turned red"
    fire_due(now=at(date(2026, 12, 20)))
    assert fired(clock)[3:] == [("red", 2), ("red", 5), ("red", 10)]
    assert Clock.objects.get(pk=clock.pk).next_on is None
    assert Event.objects.filter(chain=clock.matter.chain, verb="light").count() == 6
    assert not list(verify([clock.matter.chain]))


def test_missed_days_are_made_up_in_order_and_told_in_one_message(one: LadderWorld) -> None:
    clocks = [lit_matter(one, warn_on=MONDAY, due_on=FRIDAY) for _n in range(3)]
    late = at(date(2026, 12, 16))
    assert fire_due(now=late) == Fired(looked_at=3, fired=18)
    days = list(Firing.objects.filter(clock=clocks[0]).order_by("id").values_list("day", flat=True))
    assert days == sorted(days)
    tell_due(now=late)
    assert told(one.world.leader) == ["督办提醒：告警 6 条"]
    named = Notice.objects.filter(recipient=one.world.leader).order_by("pk")[0].body.splitlines()
    assert len(named) == len(set(named)) == 4, "a matter is named once, however many rungs tell of it"
    assert told(one.world.handler) == ["督办提醒：预警 3 条"]
    assert Digest.objects.filter(person=one.world.leader).count() == 1


def test_nobody_is_told_at_night_or_on_days_off(one: LadderWorld) -> None:
    lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(MONDAY, 0))
    assert tell_due(now=at(MONDAY, 7)) == 0
    assert tell_due(now=at(MONDAY, 8)) == 3
    fire_due(now=at(SATURDAY, 9))
    assert tell_due(now=at(SATURDAY, 12)) == 0
    assert tell_due(now=at(date(2026, 11, 30), 8)) == 1
    assert told(one.chair) == [f"督办（告警）：{Firing.objects.get(trigger='red').matter.title}"]


@pytest.mark.parametrize("late", [at(MONDAY, 23), at(SATURDAY)])
def test_run_that_comes_late_at_night_or_on_a_day_off_waits_for_the_morning(one: LadderWorld, late: datetime) -> None:
    lit_matter(one, warn_on=MONDAY, due_on=MONDAY + timedelta(9))
    fire_due(now=at(MONDAY, 17))
    assert not tellable(late), "a dry run says so"
    assert tell_due(now=late) == 0
    opens = Alert.objects.values_list("due_at", flat=True).distinct().get()
    assert opens == at(MONDAY + timedelta(1 if late.day == MONDAY.day else 7), 8)
    assert tell_due(now=opens) == Alert.objects.count()


def test_street_that_took_over_a_rung_tells_by_its_own_channels_one_by_one_and_in_its_own_hours(
    one: LadderWorld,
) -> None:
    secretary = User.objects.get(role="street_secretary", organisation=one.world.committee)
    User.objects.filter(pk=secretary.pk).update(email="secretary@example.cn")
    for rung in own_ladder(street=one.world.committee, district=one.world.congress, by=one.chair, now=NOW):
        rung.channels, rung.digest, rung.end = ["in_app"], False, 22
        rung.save()
    for _n in range(2):
        lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(MONDAY, 20))
    tell_due(now=at(MONDAY, 20))
    rows = Notice.objects.filter(recipient=secretary, key__startswith="ladder:")
    assert list(rows.values_list("channel", flat=True)) == ["in_app", "in_app"]


@pytest.mark.parametrize(("urgent", "hours"), [(False, "8-18"), (True, "0-24*")])
def test_messages_carry_the_hours_of_their_most_urgent_rung(one: LadderWorld, urgent: bool, hours: str) -> None:
    User.objects.filter(pk=one.chair.pk).update(email="chair@example.cn")
    Rung.objects.filter(trigger="yellow", audience="street").update(roles=["street_chair"])
    if urgent:
        Rung.objects.filter(trigger="red", after=0).update(any_day=True, begin=0, end=24)
    lit_matter(one, warn_on=MONDAY, due_on=MONDAY)
    tuesday = at(MONDAY + timedelta(1))
    fire_due(now=tuesday)
    tell_due(now=tuesday)
    assert Notice.objects.get(recipient=one.chair, channel="email").hours == hours


def test_rung_for_any_day_and_hour_is_told_at_once(one: LadderWorld) -> None:
    rung = Rung.objects.get(trigger="red", after=0)
    rung.any_day, rung.begin, rung.end = True, 0, 24
    save_rung(rung=rung, by=one.world.district_staff, now=at(MONDAY))
    lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(SATURDAY, 3))
    assert tell_due(now=at(SATURDAY, 3)) == 1


def test_preview_counts_days_in_china_whatever_zone_it_is_asked_in(one: LadderWorld) -> None:
    Rung.objects.update(any_day=True, begin=0, end=24)
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    rows = foresee(clock.matter, now=at(MONDAY).astimezone(UTC))
    assert next(row.told_at for row in rows if row.rung.trigger == "red") == at(SATURDAY, 0)


def test_forty_lights_make_one_message_and_one_more_makes_the_next(one: LadderWorld) -> None:
    for _n in range(40):
        lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(MONDAY))
    assert tell_due(now=at(MONDAY)) == 3
    lit_matter(one, warn_on=MONDAY, due_on=MONDAY)
    fire_due(now=at(MONDAY, 11))
    assert tell_due(now=at(MONDAY, 11)) == 3
    subjects = told(one.world.secretary)
    assert len(subjects) == 2, "what was told before on this day hides no new deadline"
    assert sum(text.startswith("督办提醒：预警 40 条") for text in subjects) == 1
    assert Alert.objects.filter(digest=None).count() == 0
    assert tell_due(now=at(MONDAY, 12)) == 0


def test_moved_due_date_arms_the_rungs_anew_and_drops_what_was_not_told(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(MONDAY, 1))
    later = MONDAY + timedelta(14)
    Clock.objects.filter(pk=clock.pk).update(warn_on=later, due_on=later + timedelta(2), next_on=later)
    assert tell_due(now=at(MONDAY, 9)) == 0
    assert set(Alert.objects.values_list("dropped_at", flat=True)) == {at(MONDAY, 9)}
    fire_due(now=at(later))
    assert fired(clock) == [("yellow", 0)] * 4
    assert tell_due(now=at(later)) == 3


def test_paused_clock_fires_nothing_and_what_waits_is_told_after_the_pause(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(MONDAY, 1))
    Clock.objects.filter(pk=clock.pk).update(paused_on=MONDAY)
    assert tell_due(now=at(MONDAY, 9)) == 0
    assert fire_due(now=at(SATURDAY)).looked_at == 0
    Clock.objects.filter(pk=clock.pk).update(paused_on=None)
    assert tell_due(now=at(MONDAY, 10)) == 3


def test_nobody_supervises_the_own_body(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY, body=one.world.committee, kind=ClockKind.TAKE)
    fire_due(now=at(SATURDAY))
    red = Firing.objects.get(clock=clock, trigger="red")
    assert red.told_by is not None
    assert red.told_by.after == 2
    assert set(red.alerts.values_list("person", flat=True)) == {one.world.district_staff.pk}
    event = Event.objects.filter(chain=clock.matter.chain, verb="light").latest("id")
    assert "转由上一级：红灯两日，区人大办公室督办" in event.reason


def test_light_of_a_deputy_goes_to_the_deputy_and_the_helper(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY, body=None, kind=ClockKind.TAKE)
    world = one.world
    clock.matter.holder, clock.matter.holder_deputy = None, world.deputy
    clock.matter.save()
    fire_due(now=at(MONDAY))
    handlers = Alert.objects.filter(firing__rung__audience="bound").values_list("person", flat=True)
    assert set(handlers) == {world.deputy_user.pk, world.helper.pk}


def test_clocks_of_residents_call_nobody(one: LadderWorld) -> None:
    waiting = lit_matter(one, warn_on=MONDAY, due_on=MONDAY, body=None, kind=ClockKind.RATE)
    fire_due(now=at(MONDAY))
    assert fired(waiting) == []
    waiting.refresh_from_db()
    assert waiting.next_on is None


def test_batch_costs_the_same_for_one_and_for_thirty(one: LadderWorld, django_assert_max_num_queries: Counter) -> None:
    for _n in range(30):
        lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    with django_assert_max_num_queries(22):
        fire_due(now=at(SATURDAY))
    with django_assert_max_num_queries(1):
        fire_due(now=at(SATURDAY))


def test_clock_that_raises_is_set_aside_and_holds_up_no_other(one: LadderWorld) -> None:
    clocks = [lit_matter(one, warn_on=MONDAY, due_on=FRIDAY) for _n in range(5)]
    whole = firing._due_now

    def poisoned(begun: firing.Pass, row: firing.Subject, *rest: object) -> object:
        if row.clock == clocks[2].pk:
            raise ZeroDivisionError("a rung that nobody foresaw")
        return whole(begun, row, *rest)  # type: ignore[arg-type]

    with patch.object(firing, "_due_now", poisoned):
        done = fire_due(now=at(MONDAY))
        assert (done.fired, done.set_aside) == (8, 1)
        assert fire_due(now=at(MONDAY)).looked_at == 0, "it does not loop"
        assert fire_due(now=at(MONDAY + timedelta(1))).set_aside == 1
    held = Setback.objects.get()
    assert (held.clock_id, held.tries, held.error) == (clocks[2].pk, 2, "ZeroDivisionError: a rung that nobody foresaw")
    fire_due(now=at(MONDAY + timedelta(2)))
    assert fired(clocks[2]) == [("yellow", 0)] * 2
    assert not Setback.objects.exists()


def test_sweep_by_a_clock_that_went_back_does_nothing(one: LadderWorld) -> None:
    lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(SATURDAY))
    before = list(Firing.objects.values())
    fire_due(now=at(MONDAY))
    assert tell_due(now=at(MONDAY, 1)) == 0
    assert list(Firing.objects.values()) == before


def test_changed_ladder_fires_only_what_is_new(one: LadderWorld) -> None:
    clock = lit_matter(one, warn_on=MONDAY, due_on=FRIDAY)
    fire_due(now=at(SATURDAY))
    rung = Rung.objects.get(trigger="red", after=2)
    rung.after = 0
    save_rung(rung=rung, by=one.world.district_staff, now=at(SATURDAY))
    fire_due(now=at(SATURDAY))
    assert fired(clock) == [("yellow", 0), ("yellow", 0), ("red", 0), ("red", 0)]
