"""Whatever people do to the promises of one matter, in whatever order: certain things hold."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.base.audit.services import verify
from liaison.base.errors import DomainError
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import ClockKind
from opinions.handling import services as handling
from opinions.matters.states import FINAL
from opinions.promises import services as promises
from opinions.promises.models import Promise
from opinions.promises.states import SETTLED, PromiseStatus
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.promises import DUE, again, closed_with

VERBS = ("report", "ask", "move", "keep", "miss", "withdraw", "reopen", "affirm", "deny", "put")
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 45), st.integers(1, 60)), max_size=9
)
"""Verb, which promise, days that go by before it, days ahead of a new day."""


def do(world: HandlingWorld, verb: str, promise: Promise, now: Any, ahead: int) -> None:
    """One step, whether or not it fits."""
    day, judge = local_today(now) + timedelta(days=ahead), {"by": world.secretary, "now": now}
    body, resident = {"by": world.handler, "now": now}, {"reporter": promise.matter.reporters.get(), "now": now}
    calls = {
        "report": lambda: promises.report_done(promise=promise, text="换好了", **body),
        "ask": lambda: promises.ask_move(promise=promise, due_on=day, reason="缺货", **body),
        "move": lambda: promises.move(promise=promise, due_on=day, reason="缺货", **judge),
        "keep": lambda: promises.keep(promise=promise, reason="看过", **judge),
        "miss": lambda: handling.miss_promise(promise=promise, reason="没有", **judge),
        "withdraw": lambda: promises.withdraw(promise=promise, reason="拆迁", **judge),
        "reopen": lambda: promises.reopen(promise=promise, due_on=day, reason="再办", **judge),
        "affirm": lambda: handling.hear_of_promise(promise=promise, done=True, **resident),
        "deny": lambda: handling.hear_of_promise(promise=promise, done=False, **resident),
        "put": lambda: promises.put_before(now=now, limit=10),
    }
    calls[verb]()


def check(rows: list[Promise], before: list[Promise], today: Any) -> None:
    """What always holds."""
    matter = rows[0].matter
    open_days = [row.due_on for row in rows if row.status == PromiseStatus.OPEN]
    clocks = matter.clocks.filter(kind=ClockKind.PROMISE, stopped_at=None).values_list("due_on", flat=True)
    assert list(clocks) == ([min(open_days)] if open_days else [])
    for row, was in zip(rows, before, strict=True):
        assert row.first_due_on == was.first_due_on
        assert (row.settled_at is not None) == (row.status in SETTLED)
        if row.status == PromiseStatus.NOT_KEPT != was.status:
            assert row.due_on < today
        assert row.moves == was.moves + (row.due_on != was.due_on) or was.status in SETTLED
    if matter.status in FINAL:
        assert (matter.due_on, matter.due_clock) == (None, "")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_clock_days_and_results_stay_true(world: HandlingWorld, steps: list[tuple[str, int, int, int]]) -> None:
    with transaction.atomic():
        rows, now = closed_with(world, DUE, DUE + timedelta(days=20)), NOW
        for verb, number, wait, ahead in steps:
            before, now = again(*rows), now + timedelta(days=wait)
            try:
                do(world, verb, again(*rows)[number], now, ahead)
            except DomainError:
                continue
            check(again(*rows), before, local_today(now))
        assert list(verify([rows[0].matter.chain, *(row.chain for row in rows)])) == []
        transaction.set_rollback(True)
