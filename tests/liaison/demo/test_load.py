"""A load of invented matters: the same for the same seed, whole, and told truly by its ledger."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.codes import is_code, numbered_code
from liaison.base.workdays.arithmetic import local_today
from liaison.demo.build import build_world, district
from liaison.demo.load.seeding import seed
from opinions.clocks.models import Clock
from opinions.clocks.services import due_values
from opinions.handling.models import Assignment
from opinions.intake.models import Opinion
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import FINAL, Status
from tests.support.replay import replayed

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
COUNT = 300
SAID = ("title", "status", "tier", "category", "street", "holder", "opened_at", "due_on", "closed_at", "quality")


@replayed
def world() -> Organisation:
    build_world(now=NOW)
    return district()


@pytest.fixture
def congress(db: None) -> Organisation:
    return world()


@pytest.fixture
def load(congress: Organisation) -> list[Matter]:
    keys = seed(COUNT, district=congress, now=NOW)
    return list(Matter.objects.filter(pk__in=keys).prefetch_related("clocks", "assignments", "replies", "ratings"))


def test_chains_of_a_load_hold_and_end_where_the_matters_stand(load: list[Matter]) -> None:
    assert list(verify()) == []
    last = {event.chain: event.target for event in Event.objects.order_by("chain", "seq")}
    assert {one.pk: last[one.chain] for one in load} == {one.pk: one.status for one in load}


def test_load_breaks_no_reference_and_fills_every_table(load: list[Matter]) -> None:
    connection.check_constraints()
    keys = [one.pk for one in load]
    assert len(keys) == COUNT
    for rows in (Opinion.objects.filter(matter__in=keys), Reporter.objects.filter(matter__in=keys)):
        assert rows.count() == COUNT
    found = Counter(one.status for one in load)
    assert found[Status.CLOSED] > found[Status.HANDLING] > found[Status.WITHDRAWN] > 0
    assert any(one.ratings.all() for one in load)
    assert any(one.replies.all() for one in load)
    assert Assignment.objects.filter(matter__in=keys, liable=True).exists()


def test_dates_of_a_loaded_matter_are_those_of_its_tightest_limit(load: list[Matter]) -> None:
    for one in load:
        running = [clock for clock in one.clocks.all() if clock.stopped_at is None and clock.paused_on is None]
        assert due_values(running) == {"due_on": one.due_on, "warn_on": one.warn_on, "due_clock": one.due_clock}
        assert (one.status in FINAL) == (one.closed_at is not None)
        assert one.opened_at <= (one.closed_at or NOW) <= NOW


def test_running_limits_of_a_load_say_how_they_were_computed(load: list[Matter]) -> None:
    running = Clock.objects.filter(stopped_at=None)
    assert running.exists()
    assert not running.filter(explanation=[]).exists()
    assert not running.exclude(next_on=F("warn_on")).exists()
    assert running.filter(due_on__lt=local_today(NOW)).exists()
    assert running.filter(due_on__gt=local_today(NOW)).exists()


def test_same_seed_tells_the_same_and_another_tells_others(congress: Organisation) -> None:
    told = []
    for number in (5, 5, 6):
        keys = seed(40, district=congress, now=NOW, seed=number)
        told.append(list(Matter.objects.filter(pk__in=keys).order_by("pk").values_list(*SAID)))
    first, again, other = told
    assert first == again
    assert len(first) == 40
    assert first != other


def test_share_that_is_open_is_kept(congress: Organisation) -> None:
    for share, status in ((0.0, True), (1.0, False)):
        keys = seed(30, district=congress, now=NOW, open_share=share)
        assert {one in FINAL for one in Matter.objects.filter(pk__in=keys).values_list("status", flat=True)} == {status}


def test_load_is_refused_where_real_people_work(settings: Any) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("seed_load", "5")


@pytest.mark.parametrize("wrong", [("0",), ("5", "--open", "1.5"), ("5", "--district", "NOWHERE")])
def test_load_that_cannot_be_is_refused_in_words(congress: Organisation, wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("seed_load", *wrong)


def test_numbered_codes_are_codes_and_never_meet() -> None:
    codes = [numbered_code(number) for number in range(1, 20_001)]
    assert len(set(codes)) == len(codes)
    assert all(is_code(code) for code in codes[::97])
