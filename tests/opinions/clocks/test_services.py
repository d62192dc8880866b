"""Starting, stopping, pausing, extending and recomputing clocks."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.stamps import bump, forget_all
from liaison.base.workdays.arithmetic import Light, Unit, workdays_between
from liaison.base.workdays.models import CalendarDay, CalendarYear
from liaison.base.workdays.queries import STAMP as CALENDAR
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import ClockKind, Tier, TimeLimitPolicy, Urgency
from opinions.catalog.queries import STAMP
from opinions.clocks import services as clocks
from opinions.clocks.models import Clock
from opinions.clocks.queries import light_of, running_clocks, told
from opinions.matters.models import Matter
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, open_matter


def reply_clock(world: HandlingWorld, matter: Matter | None = None, *, now: datetime = NOW) -> Clock:
    clock = clocks.start_clock(
        matter=matter or open_matter(world), kind=ClockKind.REPLY, now=now, organisation=world.department
    )
    assert clock is not None
    return clock


def import_days(*days: tuple[date, bool]) -> None:
    """The official list of 2026, with these days."""
    year, _made = CalendarYear.objects.get_or_create(year=2026, defaults={"imported_at": NOW})
    for day, is_off in days:
        CalendarDay.objects.create(date=day, listed_in=year, is_off=is_off, name="示例节")
    bump(CALENDAR)


def test_start_counts_by_the_policy_in_force(world: HandlingWorld) -> None:
    clock = reply_clock(world)
    assert (clock.started_on, clock.due_on, clock.warn_on) == (TODAY, date(2026, 12, 2), date(2026, 11, 30))
    assert (clock.amount, clock.unit) == (7, Unit.WORKING_DAYS)


@pytest.mark.parametrize(("urgency", "days"), [(Urgency.URGENT, 3), (Urgency.NORMAL, 7), (Urgency.COMPLEX, 15)])
def test_start_takes_the_most_specific_policy(world: HandlingWorld, urgency: Urgency, days: int) -> None:
    assert reply_clock(world, open_matter(world, urgency=urgency)).amount == days


def test_start_in_the_night_counts_from_the_day_in_china(world: HandlingWorld) -> None:
    late = datetime.fromisoformat("2026-11-23T16:30:00+00:00")
    assert reply_clock(world, now=late).started_on == date(2026, 11, 24)


def test_start_where_nothing_is_ruled_starts_nothing(world: HandlingWorld) -> None:
    TimeLimitPolicy.objects.filter(clock=ClockKind.REPLY).delete()
    bump(STAMP)
    matter = open_matter(world)
    assert clocks.start_clock(matter=matter, kind=ClockKind.REPLY, now=NOW) is None


def test_start_again_for_the_same_body_gives_no_new_time(world: HandlingWorld) -> None:
    matter = open_matter(world)
    first = reply_clock(world, matter)
    again = reply_clock(world, matter, now=later(3))
    assert (again.pk, again.due_on) == (first.pk, first.due_on)


def test_policy_edited_later_moves_no_running_clock(world: HandlingWorld) -> None:
    clock = reply_clock(world)
    TimeLimitPolicy.objects.filter(clock=ClockKind.REPLY).update(amount=1)
    bump(STAMP)
    clocks.refresh_due(clock.matter)
    clock.refresh_from_db()
    assert clock.due_on == date(2026, 12, 2)


def test_due_of_the_matter_is_that_of_the_tightest_duty(world: HandlingWorld) -> None:
    matter = open_matter(world)
    reply_clock(world, matter)
    assert (matter.due_on, matter.due_clock) == (date(2026, 11, 25), ClockKind.TAKE)
    for kind in (ClockKind.RETURN, ClockKind.SUPPLY, ClockKind.RATE):
        clocks.start_clock(matter=matter, kind=kind, now=NOW)
    assert matter.due_clock == ClockKind.TAKE, "windows and the resident's limits give no light"
    clocks.stop_clocks(matter=matter, outcome="take", now=NOW, kinds=[ClockKind.TAKE])
    assert (matter.due_on, matter.due_clock) == (date(2026, 12, 2), ClockKind.REPLY)
    assert Matter.objects.get(pk=matter.pk).due_on == matter.due_on


def test_stop_spares_whom_it_should(world: HandlingWorld) -> None:
    matter = open_matter(world)
    reply_clock(world, matter)
    clocks.stop_clocks(matter=matter, outcome="x", now=NOW, sparing=[world.department.pk])
    assert [clock.organisation for clock in running_clocks(matter)] == [world.department]
    clocks.stop_clocks(matter=matter, outcome="x", now=NOW, organisation=world.department)
    assert running_clocks(matter) == []
    assert (matter.due_on, matter.due_clock) == (None, "")


def test_pause_adds_exactly_its_working_days(world: HandlingWorld) -> None:
    matter = open_matter(world)
    clock = reply_clock(world, matter)
    clocks.pause_clocks(matter=matter, now=later(1))
    assert matter.due_on is None
    clocks.resume_clocks(matter=matter, now=later(7))
    clock.refresh_from_db()
    assert clock.due_on == date(2026, 12, 8), "four working days lie between Tuesday and the Monday after"
    assert clock.pauses == [["2026-11-24", "2026-11-30"]]
    assert any("暂停" in line for line in told(clock))


def test_pause_over_a_weekend_adds_nothing(world: HandlingWorld) -> None:
    matter = open_matter(world)
    clock = reply_clock(world, matter)
    clocks.pause_clocks(matter=matter, now=later(4))
    clocks.resume_clocks(matter=matter, now=later(6))
    clock.refresh_from_db()
    assert (clock.due_on, clock.paused_on) == (date(2026, 12, 2), None)


def test_pause_leaves_the_residents_limit_running(world: HandlingWorld) -> None:
    matter = open_matter(world)
    clocks.start_clock(matter=matter, kind=ClockKind.SUPPLY, now=NOW)
    clocks.pause_clocks(matter=matter, now=NOW)
    paused = {clock.kind: clock.paused_on is not None for clock in running_clocks(matter)}
    assert paused == {ClockKind.TAKE: True, ClockKind.SUPPLY: False}


def test_extend_only_once_and_from_the_due_day(world: HandlingWorld) -> None:
    clock = reply_clock(world)
    clocks.extend_clock(clock=clock, amount=2, unit=Unit.WORKING_DAYS, by=None, now=later(20))
    assert clock.due_on == date(2026, 12, 4)
    assert any("延长" in line for line in told(clock))
    with pytest.raises(clocks.AlreadyExtended):
        clocks.extend_clock(clock=clock, amount=2, unit=Unit.WORKING_DAYS, by=None, now=NOW)


def test_light_of_a_clock(world: HandlingWorld) -> None:
    clock = reply_clock(world)
    assert [light_of(clock, day) for day in (TODAY, clock.warn_on, clock.due_on, clock.due_on + timedelta(days=1))] == [
        Light.GREEN,
        Light.YELLOW,
        Light.YELLOW,
        Light.RED,
    ]
    clocks.pause_clocks(matter=clock.matter, now=NOW)
    clock.refresh_from_db()
    assert light_of(clock, TODAY) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"warn_on": date(2026, 12, 3)},
        {"warn_on": date(2026, 11, 1)},
    ],
)
def test_database_keeps_warning_between_start_and_due(world: HandlingWorld, wrong: dict[str, Any]) -> None:
    clock = reply_clock(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(**wrong)


@pytest.mark.parametrize("with_body", [True, False])
def test_database_holds_one_running_clock_of_a_kind(world: HandlingWorld, with_body: bool) -> None:
    matter = open_matter(world)
    body = world.department if with_body else None
    values = {"amount": 1, "unit": "working_days", "started_on": TODAY, "warn_on": TODAY, "due_on": TODAY}
    Clock.objects.create(matter=matter, kind=ClockKind.SIGN, organisation=body, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(matter=matter, kind=ClockKind.SIGN, organisation=body, **values)


def test_calendar_imported_later_moves_open_limits_and_says_so(world: HandlingWorld) -> None:
    matter = open_matter(world, tier=Tier.DEPARTMENT)
    clock = reply_clock(world, matter)
    ended = reply_clock(world)
    clocks.stop_clocks(matter=ended.matter, outcome="reply", now=NOW)
    assert bool(clock.provisional), "no official list of the year is known yet"
    assert clocks.follow_calendar(now=NOW) is None
    import_days((date(2026, 11, 24), True), (date(2026, 11, 28), False))
    assert clocks.follow_calendar(now=later(1)) == 1
    clock.refresh_from_db()
    ended.refresh_from_db()
    matter.refresh_from_db()
    assert clock.due_on == date(2026, 12, 2), "a holiday more, a make-up day more"
    take = matter.clocks.get(kind=ClockKind.TAKE)
    assert (take.due_on, matter.due_on) == (date(2026, 11, 26), date(2026, 11, 26))
    assert ended.due_on == date(2026, 12, 2)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert event.data["moved"] == [{"clock": "take", "from": "2026-11-25", "to": "2026-11-26"}]
    assert not bool(clock.provisional)
    assert list(verify()) == []


def test_calendar_followed_once_is_not_followed_again(world: HandlingWorld) -> None:
    open_matter(world)
    import_days((date(2026, 11, 24), True))
    assert clocks.follow_calendar(now=NOW) == 1
    assert clocks.follow_calendar(now=NOW) is None
    assert Event.objects.filter(verb="recompute").count() == 2


def test_recomputing_keeps_pauses_and_the_extension(world: HandlingWorld) -> None:
    matter = open_matter(world)
    clock = reply_clock(world, matter)
    clocks.pause_clocks(matter=matter, now=later(1))
    clocks.resume_clocks(matter=matter, now=later(3))
    clock.refresh_from_db()
    clocks.extend_clock(clock=clock, amount=3, unit=Unit.WORKING_DAYS, by=None, now=NOW)
    before = clock.due_on
    clocks.recompute_open(now=NOW)
    clock.refresh_from_db()
    assert clock.due_on == before, "nothing in the calendar has changed"
    import_days((date(2026, 11, 25), True))
    clocks.recompute_open(now=NOW)
    clock.refresh_from_db()
    assert clock.due_on == before, "one day less in the limit, one working day less in the pause"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(0, 400),
    pauses=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=3),
    extension=st.integers(0, 10),
)
def test_pauses_and_extension_add_their_working_days(
    world: HandlingWorld, start: int, pauses: list[tuple[int, int]], extension: int
) -> None:
    forget_all()
    with transaction.atomic():
        moment = NOW + timedelta(days=start)
        matter = open_matter(world, now=moment)
        clock = reply_clock(world, matter, now=moment)
        first_due, calendar, added = clock.due_on, current_calendar(), 0
        for wait, length in pauses:
            begin = moment + timedelta(days=wait)
            moment = begin + timedelta(days=length)
            clocks.pause_clocks(matter=matter, now=begin)
            clocks.resume_clocks(matter=matter, now=moment)
            added += workdays_between(calendar, begin.date(), moment.date())
        clock.refresh_from_db()
        if extension:
            clocks.extend_clock(clock=clock, amount=extension, unit=Unit.WORKING_DAYS, by=None, now=moment)
        assert workdays_between(calendar, first_due, clock.due_on) == added + extension
        assert clock.started_on <= clock.warn_on <= clock.due_on
        assert calendar.is_workday(clock.due_on)
        transaction.set_rollback(True)
