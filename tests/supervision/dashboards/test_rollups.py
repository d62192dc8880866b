"""The rollups equal a live GROUP BY, whatever happened before and in whatever order it was followed."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deputies.organisations.queries import STAMP
from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact as Said
from liaison.base.audit.services import record
from liaison.base.errors import DomainError
from liaison.base.stamps import bump
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import calendar_version
from opinions.evaluation.services import lapse_due
from opinions.handling import services as handling
from opinions.matters.models import Matter, Quality
from opinions.matters.states import Status
from opinions.promises import services as promises
from opinions.succession.queries import impact_of, seal
from opinions.succession.services import merge_street
from supervision.dashboards import services
from supervision.dashboards.models import Fact, Intake, PromiseFact, PromiseSum, RollupState, Stock
from tests.factories.matters import NOW, WAYS, HandlingWorld, bring_to, later, open_matter, proposed
from tests.factories.promises import AFTER, DUE, again, closed_with, promising

pytestmark = pytest.mark.django_db

PLAIN = """
    SELECT street_id, count(*), sum(CASE WHEN due_on < %s OR quality = 'poor' THEN 1 ELSE 0 END) FROM opinions_matter
    WHERE status NOT IN ('closed', 'declined', 'merged', 'withdrawn', 'draft') GROUP BY street_id ORDER BY street_id
"""


def follow() -> None:
    while services.refresh(now=NOW).more:
        continue


def assert_equal() -> None:
    """The rollups agree with the matters, as the check says and as plain SQL says."""
    assert services.check() == []
    today = later(4).date()
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [today])
        plain = [tuple(map(int, row)) for row in cursor.fetchall()]
    held: dict[int, list[int]] = {}
    for row in Stock.objects.filter(cube=0):
        numbers = held.setdefault(row.street, [0, 0])
        numbers[0] += row.n
        numbers[1] += row.n if row.due_on < today or row.quality == Quality.POOR else 0
    assert [(street, *numbers) for street, numbers in sorted(held.items())] == plain


def _mark(_world: HandlingWorld, matter: Matter) -> None:
    Matter.objects.filter(pk=matter.pk).update(quality=Quality.POOR)
    record(matter.chain, Said(verb="mark"), by=None, now=NOW)


def _rate(_world: HandlingWorld, matter: Matter) -> None:
    handling.close_rated(matter=matter, satisfaction="satisfied", now=later(2), actor="反映人")


def _reject(_world: HandlingWorld, matter: Matter) -> None:
    handling.send_to_rework(matter=matter, now=later(2), actor="反映人")


def _reopen(world: HandlingWorld, matter: Matter) -> None:
    handling.reopen(matter=matter, reason="承诺没有兑现", by=world.secretary, now=later(3), lead=world.department)


def _merge(world: HandlingWorld, matter: Matter) -> None:
    handling.merge(matter=matter, target=open_matter(world, now=later(1)), by=world.staff, now=later(1))


def _succeed(world: HandlingWorld, matter: Matter) -> None:
    """The other street takes over what the street holds, as after a merger of streets."""
    Matter.objects.filter(pk=matter.pk).update(street=world.other_committee)
    record(matter.chain, Said(verb="succeed"), by=None, now=NOW)


def _lapse(_world: HandlingWorld, _matter: Matter) -> None:
    lapse_due(now=later(60))


def _follow(_world: HandlingWorld, _matter: Matter) -> None:
    services.refresh(now=NOW)


ACTS: tuple[Callable[[HandlingWorld, Matter], None], ...] = (
    _mark, _rate, _reject, _reopen, _merge, _succeed, _lapse, _follow,
)  # fmt: skip
STEPS = st.lists(
    st.one_of(st.sampled_from(sorted(WAYS)), st.tuples(st.sampled_from(ACTS), st.integers(0, 9))),
    min_size=2,
    max_size=9,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_rollups_equal_the_live_sums_after_any_history(world: HandlingWorld, steps: list[Any]) -> None:
    point = transaction.savepoint()
    try:
        services.rebuild(now=NOW)
        for step in steps:
            _take(world, step)
        follow()
        assert_equal()
    finally:
        transaction.savepoint_rollback(point)


def _take(world: HandlingWorld, step: Any) -> None:
    if isinstance(step, str):
        bring_to(world, Status(step))
        return
    act, place = step
    matters = list(Matter.objects.order_by("pk"))
    if not matters:
        return
    try:
        with transaction.atomic():
            act(world, matters[place % len(matters)])
    except DomainError:
        return  # the step is not open to this matter, and so it is for people


def test_every_status_is_counted_once_and_followed_only_once(world: HandlingWorld) -> None:
    services.rebuild(now=NOW)
    for status in WAYS:
        bring_to(world, status)
    follow()
    assert_equal()
    assert Fact.objects.count() == Matter.objects.count()
    assert sum(Intake.objects.filter(cube=0).values_list("n", flat=True)) == Matter.objects.count()
    version = RollupState.objects.get().version
    assert services.refresh(now=NOW) == services.Refreshed()
    assert RollupState.objects.get().version == version


def test_event_that_commits_late_is_followed_all_the_same(world: HandlingWorld) -> None:
    early, late = open_matter(world), open_matter(world)
    services.rebuild(now=NOW)
    follow()
    for matter in (late, early):
        _mark(world, matter)
    hidden = Event.objects.filter(chain=late.chain, verb="mark").get()
    with patch.object(services, "_unseen", lambda state: services_unseen(state) & ~services.Q(pk=hidden.pk)):
        follow()
    assert Fact.objects.get(matter=early.pk).quality == Quality.POOR
    assert Fact.objects.get(matter=late.pk).quality == ""
    assert [hidden.pk, hidden.pk] in [gap[:2] for gap in RollupState.objects.get().gaps]
    follow()
    assert Fact.objects.get(matter=late.pk).quality == Quality.POOR
    assert [hidden.pk, hidden.pk] not in [gap[:2] for gap in RollupState.objects.get().gaps]
    assert_equal()


services_unseen = services._unseen


def test_gap_that_is_never_filled_is_given_up(world: HandlingWorld) -> None:
    services.rebuild(now=NOW)
    RollupState.objects.update(gaps=[[1, 5, (NOW - 2 * services.PATIENCE).isoformat()]], seen=10**9)
    open_matter(world)
    services.refresh(now=NOW)
    assert RollupState.objects.get().gaps == []


def test_recounting_matters_that_no_longer_exist_takes_them_off_the_sums(world: HandlingWorld) -> None:
    matter = open_matter(world)
    services.rebuild(now=NOW)
    Fact.objects.filter(matter=matter.pk).update(matter=matter.pk + 1_000_000)
    services.recount([matter.pk + 1_000_000, matter.pk])
    assert services.check() == []
    assert sum(Stock.objects.filter(cube=0).values_list("n", flat=True)) == 1


def test_following_asks_as_much_for_thirty_matters_as_for_one(world: HandlingWorld) -> None:
    services.rebuild(now=NOW)
    follow()
    costs = []
    for count in (1, 30):
        for _n in range(count):
            open_matter(world)
        with CaptureQueriesContext(connection) as queries:
            services.refresh(now=NOW)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_second_refresher_that_lost_the_race_leaves_nothing_half_done(world: HandlingWorld) -> None:
    services.rebuild(now=NOW)
    open_matter(world)
    stale = RollupState.objects.get()
    services.refresh(now=NOW)
    with pytest.raises(DomainError), transaction.atomic(), patch.object(services, "_hold", lambda: stale):
        services.refresh(now=NOW)
    assert services.check() == []


def test_new_calendar_is_followed_by_counting_anew(world: HandlingWorld) -> None:
    bring_to(world, Status.CLOSED)
    services.rebuild(now=NOW)
    bump("workdays")
    bump(STAMP)
    assert services.catch_up(now=NOW) == 1
    assert RollupState.objects.get().calendar == calendar_version()
    assert services.catch_up(now=NOW + timedelta(minutes=1)) == 0


def test_sums_of_an_older_shape_are_read_by_nobody(world: HandlingWorld) -> None:
    open_matter(world)
    services.rebuild(now=NOW)
    upgrade = import_module("supervision.migrations.0012_sums_by_origin").Migration
    upgrade.operations[0].code(apps, None)
    with patch.object(services, "SMALL", -1):
        assert services.at_hand(now=NOW) is None
    assert services.at_hand(now=NOW) is not None


def test_figures_that_are_kept_are_followed_to_the_end(world: HandlingWorld) -> None:
    services.rebuild(now=NOW)
    for _n in range(3):
        open_matter(world)
    with patch.object(services, "BATCH", 2):
        with patch.object(services, "refresh"):
            assert not services.caught_up(now=NOW)
        assert services.caught_up(now=NOW)
    assert services.check() == []
    assert Fact.objects.count() == 3


def test_command_follows_and_ends_with_an_error_where_the_sums_are_wrong(
    world: HandlingWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    open_matter(world)
    call_command("rollups", "--check")
    assert "equal to the live GROUP BY" in capsys.readouterr().out
    Stock.objects.update(n=7)
    with pytest.raises(CommandError, match="difference"):
        call_command("rollups", "--check")
    call_command("rollups", "--rebuild", "--check")


def test_real_merger_of_streets_is_followed_with_its_promises(world: HandlingWorld) -> None:
    for status in WAYS:
        bring_to(world, status)
    matter = proposed(world)
    handling.report_back(matter=matter, content=promising(DUE), by=world.staff, now=NOW)
    handling.close_rated(matter=matter, satisfaction="satisfied", now=NOW, actor="反映人")
    services.rebuild(now=NOW)
    into = world.other_committee
    merge_street(
        body=world.committee, into=into, reason="区划调整", seen=seal(impact_of(world.committee), into),
        by=world.district_staff, now=later(1),
    )  # fmt: skip
    follow()
    assert_equal()
    assert PromiseFact.objects.get(matter=matter.pk).body == into.pk
    assert set(Fact.objects.filter(open=True).values_list("street", flat=True)) == {into.pk}


def test_promise_is_counted_as_it_stands_now(world: HandlingWorld) -> None:
    services.rebuild(now=NOW)
    first, second = closed_with(world, DUE, DUE)
    follow()
    assert_equal()
    promises.keep(promise=first, reason="现场看过", by=world.secretary, now=later(10))
    handling.miss_promise(promise=again(second)[0], reason="没有换", by=world.secretary, now=AFTER)
    follow()
    assert_equal()
    (told,) = PromiseSum.objects.filter(cube=0)
    assert (told.month, told.n, told.kept, told.not_kept) == (local_today(AFTER).replace(day=1), 2, 1, 1)
