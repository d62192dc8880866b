"""Real workers over a real line: killed in the middle of a hand-over, they lose nothing and make no second order."""

import time
from pathlib import Path

import pytest
from django.utils import timezone

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.exchange.models import Dispatch, Entry, WorkOrder
from opinions.exchange.states import DispatchStatus, OrderState, Outcome
from tests.factories.exchange import grid, pushed
from tests.factories.matters import handling_world, taken
from tests.support.crew import BEAT, WORKER, Crew
from tests.support.gateway import Gateway
from tests.support.servers import RedisServer

pytestmark = [
    pytest.mark.redis, pytest.mark.postgresql, pytest.mark.real_clock, pytest.mark.django_db(transaction=True)
]  # fmt: skip
LEASE = "2"
PATIENCE = 60.0
UNFINISHED = (DispatchStatus.PENDING, DispatchStatus.SENDING)


def _finish(crew: Crew) -> None:
    """Wait until nothing is left to deliver."""
    give_up = time.monotonic() + PATIENCE
    while Dispatch.objects.filter(status__in=UNFINISHED).exists():
        left = Dispatch.objects.filter(status__in=UNFINISHED).values_list("key", "status", "attempts", "error")
        assert time.monotonic() < give_up, f"{list(left)}\n{crew.log.read_text()}"
        time.sleep(0.1)


def test_killed_workers_lose_nothing_and_make_no_second_order(redis_server: RedisServer, tmp_path: Path) -> None:
    world = handling_world()
    environment = {
        "REDIS_URL": redis_server.url, "EXCHANGE_LEASE": LEASE, "EXCHANGE_NETWORKS": "127.0.0.0/8",
        "NOTICE_INTERVAL": "0.5",
    }  # fmt: skip
    with Gateway(answers_after=0.05) as gateway, Crew(tmp_path, **environment) as crew:
        partner = grid(world, adapter="http", address=f"{gateway.url}/orders", timeout=30)
        crew.start(BEAT)
        workers = [crew.start(WORKER)]
        gateway.hold()
        for _n in range(6):
            pushed(world, taken(world), partner, now=timezone.now())
        left = Dispatch.objects.values_list("status", "error")
        assert gateway.waits_for_answer("/orders", patience=PATIENCE), f"{list(left)}\n{crew.log.read_text()}"
        for worker in workers:
            crew.kill(worker)
        gateway.release()
        crew.start(WORKER)
        crew.start(WORKER)
        _finish(crew)
        handed = gateway.handed_over["/orders"]
    keys = set(Dispatch.objects.values_list("key", flat=True))
    assert set(handed) == keys
    assert any(count > 1 for count in handed.values()), (
        "the worker died after handing over, so it was handed over again"
    )
    assert set(Dispatch.objects.values_list("status", flat=True)) == {DispatchStatus.SENT}
    assert set(WorkOrder.objects.values_list("state", flat=True)) == {OrderState.SENT}
    assert Entry.objects.filter(outcome=Outcome.SENT).count() == len(keys) == 6
    assert Event.objects.filter(verb="push").count() == 6
    assert list(verify()) == []
