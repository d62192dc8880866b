"""Importing a list: what it reaches is computed anew as sets, what it does not reach is left alone, nothing is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.stamps import bump, forget_all
from liaison.base.workdays.official_list import OfficialList
from liaison.base.workdays.queries import STAMP, UNKNOWN, Differences, calendar_version, differences
from liaison.base.workdays.services import plan_year, planned_calendar, save_list
from opinions.catalog.models import ClockKind
from opinions.clocks import services as clocks
from opinions.clocks.models import Clock
from opinions.clocks.planning import touched
from opinions.clocks.services import recompute
from opinions.matters.models import Matter
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, open_matter

HOLIDAY = date(2026, 11, 25)


def listed(*off: date, year: int = 2026) -> OfficialList:
    return OfficialList(year, "", tuple((day, True, "示例节") for day in sorted(off)))


def import_list(*off: date, year: int = 2026) -> None:
    save_list(by=None, official=listed(*off, year=year), now=NOW)


def reply(world: HandlingWorld, matter: Matter | None = None, *, now: Any = NOW) -> Clock:
    clock = clocks.start_clock(
        matter=matter or open_matter(world, now=now), kind=ClockKind.REPLY, now=now, organisation=world.department
    )
    assert clock is not None
    return clock


def stored() -> list[tuple[Any, ...]]:
    """All that a recomputation may write."""
    names = ("pk", "due_on", "warn_on", "next_on", "provisional", "explanation")
    return [
        *Clock.objects.order_by("pk").values_list(*names),
        *Matter.objects.order_by("pk").values_list("pk", "due_on"),
    ]


def test_import_tells_just_what_became_different(world: HandlingWorld) -> None:
    before = calendar_version()
    import_list(HOLIDAY, date(2026, 11, 28))
    assert differences(before, calendar_version()) == Differences(frozenset({HOLIDAY}), frozenset({2026}))
    import_list(HOLIDAY)
    assert differences(before + 1, calendar_version()) == Differences()
    bump(STAMP)
    assert differences(before, calendar_version()) == UNKNOWN, "somebody changed the calendar without an import"


def test_day_that_an_older_list_named_and_a_newer_one_decides_otherwise_became_different(world: HandlingWorld) -> None:
    sunday = date(2027, 1, 3)
    save_list(by=None, official=OfficialList(2026, "", ((sunday, False, "调休上班"),)), now=NOW)
    before = calendar_version()
    import_list(sunday, year=2027)
    assert sunday in differences(before, calendar_version()).days


def test_limit_of_the_same_day_is_reached_by_its_day_turning_into_a_holiday(world: HandlingWorld) -> None:
    import_list()
    clocks.follow_calendar(now=NOW)
    own = clocks.OwnLimit(0)
    matter = open_matter(world)
    matter.clocks.update(stopped_at=NOW, outcome="test")
    (clock,) = clocks.start_clocks(
        matter=matter, kinds=[ClockKind.REPLY], now=NOW, organisation=world.department, own=own
    )
    assert clock.due_on == TODAY
    import_list(TODAY)
    clocks.follow_calendar(now=NOW)
    clock.refresh_from_db()
    assert clock.due_on == TODAY + timedelta(days=1)


def test_only_limits_that_the_list_reaches_are_looked_at(world: HandlingWorld) -> None:
    import_list()
    early, late = reply(world), reply(world, now=NOW + timedelta(days=30))
    reached = touched(Differences(days=frozenset({HOLIDAY})))
    assert early in reached
    assert late not in reached
    assert not touched(Differences(days=frozenset({early.started_on - timedelta(days=1)}))).filter(pk=early.pk).exists()


def test_paused_limit_is_looked_at_though_the_day_lies_behind_its_end(world: HandlingWorld) -> None:
    import_list()
    matter = open_matter(world)
    clock = reply(world, matter)
    clocks.pause_clocks(matter=matter, now=later(20))
    clocks.resume_clocks(matter=matter, now=later(25))
    clock.refresh_from_db()
    assert clock.due_on < date(2026, 12, 16)
    save_list(by=None, official=listed(date(2026, 12, 16)), now=NOW)
    before = clock.due_on
    clocks.follow_calendar(now=NOW)
    clock.refresh_from_db()
    assert clock.due_on < before, "the pause has one working day less"


def test_limit_that_is_paused_now_is_looked_at_whatever_the_days(world: HandlingWorld) -> None:
    clock = reply(world)
    clocks.pause_clocks(matter=clock.matter, now=later(1))
    assert clock in touched(Differences(days=frozenset({date(2033, 10, 1)})))


def test_moved_limit_is_armed_anew_and_an_unmoved_one_is_not(world: HandlingWorld) -> None:
    import_list()
    matter, other = open_matter(world), open_matter(world, now=NOW + timedelta(days=30))
    Clock.objects.update(next_on=None)
    import_list(HOLIDAY)
    assert clocks.follow_calendar(now=NOW) == 1
    moved, unmoved = matter.clocks.get(), other.clocks.get()
    assert moved.next_on == moved.warn_on
    assert unmoved.next_on is None


def test_stopped_limit_and_closed_history_stay(world: HandlingWorld) -> None:
    clock = reply(world)
    clocks.stop_clocks(matter=clock.matter, outcome="reply", now=NOW)
    before = stored()
    import_list(HOLIDAY)
    assert clocks.follow_calendar(now=NOW) == 0
    assert stored() == before


def test_following_twice_writes_nothing_the_second_time(world: HandlingWorld) -> None:
    for _number in range(3):
        reply(world)
    import_list(HOLIDAY)
    clocks.follow_calendar(now=NOW)
    before, events = stored(), Event.objects.count()
    assert clocks.follow_calendar(now=NOW) is None
    assert clocks.recompute_open(now=NOW) == 0
    assert (stored(), Event.objects.count()) == (before, events)


def test_killed_run_is_gone_on_with_and_tells_each_matter_once(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        reply(world)
    import_list(HOLIDAY)
    monkeypatch.setattr(recompute, "BATCH", 1)
    batches, whole = [], recompute._recompute

    def killed(*parts: Any, **more: Any) -> int:
        batches.append(parts)
        if len(batches) == 3:
            raise KeyboardInterrupt
        return whole(*parts, **more)

    monkeypatch.setattr(recompute, "_recompute", killed)
    with pytest.raises(KeyboardInterrupt):
        clocks.follow_calendar(now=NOW)
    monkeypatch.setattr(recompute, "_recompute", whole)
    assert clocks.follow_calendar(now=NOW) == 3, "the first two had been done before"
    lines = Event.objects.filter(verb="recompute", chain__startswith="matter:")
    assert sorted(lines.values_list("chain", flat=True)) == [
        f"matter:{row.pk}" for row in Matter.objects.order_by("pk")
    ]
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_batches_two_at_a_time_move_each_limit_once(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recompute, "BATCH", 1)
    made = [reply(world).matter_id for _number in range(5)]
    import_list(HOLIDAY)
    assert clocks.follow_calendar(now=NOW) == Matter.objects.count()
    lines = Event.objects.filter(verb="recompute", chain__startswith="matter:")
    assert {f"matter:{pk}" for pk in made} <= set(lines.values_list("chain", flat=True))
    assert lines.count() == Matter.objects.count()
    assert list(verify()) == []
    after = stored()
    clocks.recompute_open(now=NOW)
    assert stored() == after, "computed again, nothing is left to move"


def test_statements_of_a_batch_do_not_grow_with_it(world: HandlingWorld) -> None:
    import_list()
    counted, days = [], [HOLIDAY + timedelta(days=number) for number in range(2)]
    for rows in (1, 2):
        for _number in range(rows * rows * rows):
            reply(world)
        import_list(*days[:rows])
        with CaptureQueriesContext(connection) as queries:
            clocks.follow_calendar(now=NOW)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_preview_tells_what_the_import_then_moves_and_writes_nothing(world: HandlingWorld) -> None:
    for _number in range(2):
        reply(world)
    reply(world, now=NOW + timedelta(days=30))
    before, official = stored(), listed(HOLIDAY, date(2026, 11, 28))
    seen = clocks.preview(planned_calendar(official), plan_year(official).differences)
    assert stored() == before
    assert (seen.matters, seen.complete) == (2, True)
    save_list(by=None, official=official, now=NOW)
    assert clocks.follow_calendar(now=NOW) == seen.matters
    lines = Event.objects.filter(verb="recompute", chain__startswith="matter:")
    assert sum(len(event.data["moved"]) for event in lines) == seen.limits


def test_co_handlers_limit_follows_the_leads(world: HandlingWorld) -> None:
    """The day lies behind the co-handler's end and before the lead's, so only the lead's own sum contains it."""
    import_list()
    matter = open_matter(world)
    lead = reply(world, matter)
    (co,) = clocks.start_clocks(
        matter=matter, kinds=[ClockKind.CO_OPINION], now=NOW, organisation=world.other_department,
        own=clocks.OwnLimit(9), before=lead.due_on,
    )  # fmt: skip
    assert co.due_on == date(2026, 12, 1)
    import_list(lead.due_on)
    clocks.follow_calendar(now=NOW)
    lead.refresh_from_db()
    co.refresh_from_db()
    assert (lead.due_on, co.due_on) == (date(2026, 12, 3), date(2026, 12, 1))
    import_list(lead.due_on, date(2026, 12, 2), date(2026, 12, 1))
    clocks.follow_calendar(now=NOW)
    co.refresh_from_db()
    lead.refresh_from_db()
    assert lead.due_on > date(2026, 12, 3)
    assert co.due_on < lead.due_on


def test_extension_of_a_co_handler_survives_a_recomputation(world: HandlingWorld) -> None:
    import_list()
    matter = open_matter(world)
    lead = reply(world, matter)
    (co,) = clocks.start_clocks(
        matter=matter, kinds=[ClockKind.CO_OPINION], now=NOW, organisation=world.other_department, before=lead.due_on
    )
    clocks.extend_clock(clock=co, amount=6, unit="working_days", by=None, now=NOW)
    before = stored()
    assert clocks.recompute_open(now=NOW) == 0
    assert stored() == before


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.sampled_from(["pause", "extend_lead", "extend_co", "day"]), max_size=8),
    days=st.lists(st.integers(0, 9), min_size=8, max_size=8),
)
def test_recomputing_by_the_same_calendar_changes_nothing(
    world: HandlingWorld, acts: list[str], days: list[int]
) -> None:
    forget_all()
    with transaction.atomic():
        matter, moment = open_matter(world), NOW
        lead = reply(world, matter)
        clocks.start_clocks(
            matter=matter, kinds=[ClockKind.CO_OPINION], now=NOW, organisation=world.other_department,
            own=clocks.OwnLimit(days[0]), before=lead.due_on,
        )  # fmt: skip
        for act, wait in zip(acts, days, strict=False):
            moment += timedelta(days=wait)
            if act == "pause":
                clocks.pause_clocks(matter=matter, now=moment)
                moment += timedelta(days=wait)
                clocks.resume_clocks(matter=matter, now=moment)
            elif act.startswith("extend"):
                kind = ClockKind.REPLY if act == "extend_lead" else ClockKind.CO_OPINION
                clock = matter.clocks.filter(kind=kind, extended=False).first()
                if clock is not None:
                    clocks.extend_clock(clock=clock, amount=1 + wait, unit="working_days", by=None, now=moment)
        dues = list(Clock.objects.order_by("pk").values_list("kind", "warn_on", "due_on"))
        clocks.recompute_open(now=moment)
        assert list(Clock.objects.order_by("pk").values_list("kind", "warn_on", "due_on")) == dues
        transaction.set_rollback(True)


def test_limits_that_began_today_are_open_limits(world: HandlingWorld) -> None:
    clock = reply(world)
    assert clock.started_on == TODAY
    import_list(TODAY)
    assert clocks.follow_calendar(now=NOW) == 0, "the start day is not counted, so a holiday on it moves nothing"
