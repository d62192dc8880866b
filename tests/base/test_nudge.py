"""A nudge: one serves all that is committed soon after, and a dead broker keeps nobody waiting."""

from typing import Any

import pytest

from liaison.base.jobs import services as jobs
from liaison.base.nudge import QUIET_AFTER_FAILURE, Nudge


class Broker:
    """Refuses after `seconds` while dead; the clock is its own."""

    def __init__(self) -> None:
        self.clock = 100.0
        self.seconds = 0.0
        self.dead = False
        self.asked: list[str] = []

    def send_task(self, name: str, **_options: object) -> None:
        self.clock += self.seconds
        self.asked.append(name)
        if self.dead:
            raise OSError("connection refused")


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker()
    monkeypatch.setattr("time.monotonic", lambda: made.clock)
    monkeypatch.setattr("celery.current_app.send_task", made.send_task)
    return made


def test_nudges_of_one_task_are_gathered_and_leave_other_tasks_alone(broker: Broker) -> None:
    one, other = Nudge("one", gather=2.0), Nudge("other")
    for later in (0.0, 1.9):
        broker.clock = 100.0 + later
        one()
    other()
    broker.clock = 102.0
    one()
    assert broker.asked == ["one", "other", "one"]


def test_program_that_cannot_be_loaded_is_not_told_as_a_dead_broker(settings: Any) -> None:
    settings.TASK_APP = "liaison.nowhere.app"
    with pytest.raises(ImportError):
        Nudge("one")()
    with pytest.raises(ImportError):
        jobs._send(1)


def test_broker_slow_to_fail_is_left_alone_from_its_failure_on(broker: Broker) -> None:
    broker.dead, broker.seconds = True, 2 * QUIET_AFTER_FAILURE
    nudge = Nudge("one")
    nudge()
    broker.seconds = 0.0
    broker.clock += QUIET_AFTER_FAILURE - 1
    nudge()
    assert len(broker.asked) == 1
    broker.clock += 1
    nudge()
    assert len(broker.asked) == 2
