"""Two passes at once, a pass killed in the middle, a database put back: each rung fires once and is told once."""

import os
import signal
import threading
from collections import Counter
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, connections

from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice
from opinions.clocks.models import Clock
from supervision.escalation.models import Alert, Digest, Firing
from supervision.escalation.services import fire_due, firing, tell_due
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter
from tests.supervision.escalation.test_firing import at

MONDAY = date(2026, 11, 23)
SATURDAY = MONDAY + timedelta(5)
CLOCKS = 30
RUNGS = 3
"""Two of the warning day, one of the day after the due date."""


def lit(one: LadderWorld) -> list[Clock]:
    return [lit_matter(one, warn_on=MONDAY, due_on=MONDAY + timedelta(4)) for _n in range(CLOCKS)]


def fired() -> Counter[tuple[int, int, date]]:
    return Counter(Firing.objects.values_list("clock", "rung", "due_on"))


def assert_once() -> None:
    """Every rung of every clock, once; each with one line in the history and one alert a person."""
    assert len(fired()) == sum(fired().values()) == CLOCKS * RUNGS
    told = Counter(Alert.objects.values_list("firing", "person"))
    assert set(told.values()) == {1}
    assert not list(verify())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_share_the_work() -> None:
    lit(ladder_world())
    errors: list[BaseException] = []
    ready = threading.Barrier(2)

    def go() -> None:
        try:
            ready.wait()
            fire_due(now=at(SATURDAY), batch=4)
            tell_due(now=at(SATURDAY + timedelta(2)))
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    fire_due(now=at(SATURDAY), batch=4)
    tell_due(now=at(SATURDAY + timedelta(2)))
    assert_once()
    assert not Alert.objects.filter(digest=None).exists()
    assert Digest.objects.count() <= 2 * Alert.objects.values("person").distinct().count()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_pass_killed_in_the_middle_of_a_batch_leaves_no_half_and_is_made_up() -> None:
    lit(ladder_world())
    connections.close_all()
    child = os.fork()
    if not child:
        whole = firing.update_each
        done: list[int] = []

        def die(*args: Any) -> int:
            done.append(1)
            if len(done) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(*args)

        with patch.object(firing, "update_each", die):
            fire_due(now=at(SATURDAY), batch=4)
        os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert sum(fired().values()) == 2 * 4 * RUNGS, "two batches were committed, of the third nothing"
    fire_due(now=at(SATURDAY), batch=4)
    assert_once()


@pytest.mark.django_db
def test_database_put_back_tells_again_at_most_what_was_lost_under_the_same_keys() -> None:
    lit(ladder_world())
    clocks = dict(Clock.objects.values_list("pk", "next_on"))
    fire_due(now=at(SATURDAY))
    tell_due(now=at(SATURDAY + timedelta(2)))
    keys = set(Notice.objects.filter(key__startswith="ladder:").values_list("key", flat=True))
    assert keys
    for model in (Alert, Digest, Firing):
        model.objects.all().delete()
    Notice.objects.filter(key__in=keys).delete()
    for pk, next_on in clocks.items():
        Clock.objects.filter(pk=pk).update(next_on=next_on)
    fire_due(now=at(SATURDAY))
    tell_due(now=at(SATURDAY + timedelta(2)))
    assert_once()
    assert set(Notice.objects.filter(key__startswith="ladder:").values_list("key", flat=True)) == keys


@pytest.mark.django_db
def test_retried_task_after_a_crash_between_batches_goes_on() -> None:
    lit(ladder_world())
    whole, calls = firing._batch, []

    def fail(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*args)

    with patch.object(firing, "_batch", fail), pytest.raises(KeyboardInterrupt):
        fire_due(now=at(SATURDAY), batch=4)
    fire_due(now=at(SATURDAY), batch=4)
    assert_once()
    assert connection.in_atomic_block
