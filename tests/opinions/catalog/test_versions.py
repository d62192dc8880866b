"""Limits as versions in time: nothing overlaps, nothing that ruled is edited, what has not begun can be taken back."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.base.audit.models import Event
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.stamps import forget_all
from opinions.catalog import services
from opinions.catalog.models import ClockKind, TimeLimitPolicy, Urgency
from opinions.catalog.queries import policy_for
from opinions.catalog.services import Ruling
from opinions.catalog.versions import Scope, in_force, in_scope, lines
from opinions.clocks.services import start_clock
from tests.factories.matters import NOW, TODAY, HandlingWorld, open_matter

GENERAL = Scope(ClockKind.REPLY)
COMPLEX = Scope(ClockKind.REPLY, urgency=Urgency.COMPLEX)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def ruled(world: HandlingWorld, on: date, urgency: str = Urgency.NORMAL) -> int | None:
    found = policy_for(ClockKind.REPLY, on=on, district_id=world.congress.pk, tier=None, category=None, urgency=urgency)
    return found.amount if found else None


def set_days(world: HandlingWorld, days: int, valid_from: date, scope: Scope = GENERAL) -> TimeLimitPolicy:
    ruling = Ruling(days, "working_days", 1, "示例文件")
    return services.set_policy(scope=scope, ruling=ruling, valid_from=valid_from, by=world.district_staff, now=NOW)


def test_new_version_rules_from_its_day_on_and_moves_no_running_clock(world: HandlingWorld) -> None:
    before = in_scope(GENERAL).get()
    clock = start_clock(matter=open_matter(world), kind=ClockKind.REPLY, now=NOW, organisation=world.department)
    assert clock is not None
    due = clock.due_on
    set_days(world, 5, day(10))
    assert (ruled(world, day(9)), ruled(world, day(10))) == (7, 5)
    clock.refresh_from_db()
    before.refresh_from_db()
    assert (clock.due_on, clock.policy_id) == (due, before.pk)
    assert (before.amount, before.valid_to) == (7, day(9)), "only its end is written"
    assert Event.objects.get(verb=services.SET).data["amount"] == 5


def test_version_that_has_not_begun_can_be_withdrawn_as_if_it_had_never_been(world: HandlingWorld) -> None:
    made = set_days(world, 5, day(10))
    services.withdraw_policy(policy=made, by=world.district_staff, now=NOW)
    assert ruled(world, day(10)) == 7
    assert in_scope(GENERAL).get().valid_to is None
    assert Event.objects.get(verb=services.WITHDRAW).by == world.district_staff


def test_versions_are_withdrawn_last_one_first(world: HandlingWorld) -> None:
    made = [set_days(world, 5, day(10)), set_days(world, 6, day(20))]
    with pytest.raises(services.HasLater):
        services.withdraw_policy(policy=made[0], by=None, now=NOW)
    for one in reversed(made):
        services.withdraw_policy(policy=one, by=None, now=NOW)
    assert in_scope(GENERAL).get().valid_to is None


def test_withdrawing_leaves_the_version_before_ended_where_it_was_ended_meanwhile(world: HandlingWorld) -> None:
    made = set_days(world, 9, day(20), COMPLEX)
    before = in_scope(COMPLEX).exclude(pk=made.pk).get()
    services.end_policy(policy=before, valid_to=day(5), by=None, now=NOW)
    services.withdraw_policy(policy=made, by=None, now=NOW)
    assert in_scope(COMPLEX).get().valid_to == day(5)


def test_version_that_rules_cannot_be_withdrawn(world: HandlingWorld) -> None:
    with pytest.raises(services.HasBegun):
        services.withdraw_policy(policy=in_scope(GENERAL).get(), by=None, now=NOW)


@pytest.mark.parametrize(("first", "second"), [(10, 10), (10, 5)])
def test_two_versions_that_would_overlap_are_refused(world: HandlingWorld, first: int, second: int) -> None:
    set_days(world, 5, day(first))
    with pytest.raises(services.Overlaps) as refused:
        set_days(world, 6, day(second))
    assert refused.value.field == "valid_from"


@pytest.mark.parametrize("begin", [0, -1])
def test_version_begins_tomorrow_at_the_earliest(world: HandlingWorld, begin: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_days(world, 5, day(begin))
    assert refused.value.field == "valid_from"


def test_special_limit_ends_and_the_general_one_rules_again(world: HandlingWorld) -> None:
    special = in_scope(COMPLEX).get()
    services.end_policy(policy=special, valid_to=day(3), by=world.district_staff, now=NOW)
    assert (ruled(world, day(3), "complex"), ruled(world, day(4), "complex")) == (15, 7)
    with pytest.raises(services.IsGeneral):
        services.end_policy(policy=in_scope(GENERAL).get(), valid_to=day(3), by=None, now=NOW)


@pytest.mark.parametrize(
    ("ruling", "valid_from", "field"),
    [
        (Ruling(61, "months", 1), day(1), "amount"),
        (Ruling(2, "working_days", 3), day(1), "warn_before"),
        (Ruling(2, "calendar_days", 3), day(1), "warn_before"),
        (Ruling(2, "working_days", 1), day(0), "valid_from"),
        (Ruling(2, "working_days", 1), date(9999, 12, 31), "valid_from"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    world: HandlingWorld, ruling: Ruling, valid_from: date, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.set_policy(scope=GENERAL, ruling=ruling, valid_from=valid_from, by=None, now=NOW)
    assert refused.value.field == field


def test_light_may_be_yellow_for_as_long_as_the_limit_runs(world: HandlingWorld) -> None:
    services.set_policy(scope=GENERAL, ruling=Ruling(2, "working_days", 2), valid_from=day(1), by=None, now=NOW)
    assert ruled(world, day(1)) == 2


def test_lines_tell_what_rules_what_comes_and_what_was(world: HandlingWorld) -> None:
    set_days(world, 5, day(10))
    rows = TimeLimitPolicy.objects.select_related("category", "district")
    found = dict(lines(rows, day(0)))[ClockKind.REPLY]
    assert [(line.words, line.now.amount if line.now else None, len(line.coming)) for line in found] == [
        ("一般情况", 7, 1), ("复杂", 15, 0), ("紧急", 3, 0),
    ]  # fmt: skip
    later = dict(lines(rows, day(10)))[ClockKind.REPLY][0]
    assert later.now is not None
    assert (later.now.amount, [row.amount for row in later.past]) == (5, [7])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(["set", "withdraw", "end"]), st.integers(-2, 30)), max_size=8))
def test_whatever_is_done_one_version_at_most_rules_a_day(world: HandlingWorld, acts: list[tuple[str, int]]) -> None:
    forget_all()
    with transaction.atomic():
        for act, number in acts:
            rows = list(in_scope(COMPLEX))
            try:
                if act == "set":
                    set_days(world, 9, day(number), COMPLEX)
                elif act == "withdraw":
                    services.withdraw_policy(policy=rows[number % len(rows)], by=None, now=NOW)
                else:
                    services.end_policy(policy=rows[number % len(rows)], valid_to=day(number), by=None, now=NOW)
            except DomainError:
                continue
        rows = list(in_scope(COMPLEX))
        for number in range(-3, 40):
            assert sum(in_force(row, day(number)) for row in rows) <= 1
        transaction.set_rollback(True)
