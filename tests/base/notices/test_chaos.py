"""Real workers, a real broker and a slow gateway: kill what can be killed in the middle of the work.

Every committed notice reaches its gateway, none reaches a person twice, and one that was rolled back never goes out.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from liaison.base.notices.models import Channel, Notice, NoticeStatus
from tests.support.crew import BEAT, WORKER, Crew, tell
from tests.support.gateway import Gateway
from tests.support.servers import RedisServer

pytestmark = [
    pytest.mark.redis, pytest.mark.postgresql, pytest.mark.real_clock, pytest.mark.django_db(transaction=True)
]  # fmt: skip
LEASE = 2.0
"""Seconds after which a dead worker's notice is taken up again."""
PATIENCE = 60.0
"""Seconds for a program to start, or for the outbox to be empty, on a machine that has much else to do."""
QUICK = 2.0
"""Seconds that a transaction may take while the broker is dead."""
UNFINISHED = (NoticeStatus.PENDING, NoticeStatus.SENDING)


@dataclass
class Scene:
    """Everything that runs, and what was written."""

    gateway: Gateway
    broker: RedisServer
    crew: Crew
    writer: "Popen[str]"
    workers: "list[Popen[str]]" = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)
    slowest: float = 0.0

    def write(self, count: int) -> None:
        """Queue two notices in each of `count` transactions; some are rolled back."""
        done: dict[str, Any] = tell(self.writer, {"first": len(self.kept | self.undone) // 2 + 1, "count": count})
        self.kept |= set(done["kept"])
        self.undone |= set(done["undone"])
        self.slowest = max(self.slowest, done["seconds"])

    def start_workers(self, count: int = 2) -> None:
        self.workers += [self.crew.start(WORKER) for _n in range(count)]

    def kill_workers_while_sending(self, path: str) -> None:
        """A worker has handed over a message and not heard the answer yet, when all workers are killed."""
        self.gateway.hold()
        assert self.gateway.waits_for_answer(path, patience=PATIENCE), self.crew.log.read_text()
        for worker in self.workers:
            self.crew.kill(worker)
        self.workers.clear()
        self.gateway.release()

    def finish(self) -> None:
        """Wait until nothing is left to deliver."""
        give_up = time.monotonic() + PATIENCE
        while Notice.objects.filter(status__in=UNFINISHED).exists():
            left = Notice.objects.filter(status__in=UNFINISHED).values_list("key", "status", "attempts", "error")
            assert time.monotonic() < give_up, f"{list(left)}\n{self.crew.log.read_text()}"
            time.sleep(0.1)


@pytest.fixture
def scene(redis_server: RedisServer, tmp_path: Path) -> Iterator[Scene]:
    with Gateway(answers_after=0.05) as gateway:
        environment = {
            "REDIS_URL": redis_server.url,
            "SMS_BACKEND": "liaison.base.notices.channels.webhook.Sms",
            "SMS_URL": f"{gateway.url}/sms",
            "WECOM_BACKEND": "liaison.base.notices.channels.webhook.WeCom",
            "WECOM_WEBHOOK": f"{gateway.url}/wecom",
            "NOTICE_LEASE": str(LEASE),
            "NOTICE_INTERVAL": "0.5",
        }
        with Crew(tmp_path, **environment) as crew:
            yield Scene(gateway, redis_server, crew, crew.start(["-m", "tests.base.notices.writer"], talks=True))


def test_killed_workers_and_broker_lose_nothing_and_send_nothing_twice(
    scene: Scene, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.crew.start(BEAT)
    scene.start_workers()
    scene.write(20)
    scene.kill_workers_while_sending("/sms")
    scene.start_workers()
    scene.write(20)
    scene.broker.kill()
    scene.write(10)
    scene.broker.start()
    scene.kill_workers_while_sending("/wecom")
    scene.start_workers()
    scene.write(10)
    scene.finish()

    sms, wecom = scene.gateway.handed_over["/sms"], scene.gateway.handed_over["/wecom"]
    rows = {row.key: row for row in Notice.objects.all()}
    uncertain = {key for key, row in rows.items() if row.status == NoticeStatus.UNCERTAIN}
    again = {key: count for key, count in sms.items() if count > 1}
    record_property("sms_handed_over_again", str(again))
    record_property("uncertain", str(sorted(uncertain)))
    with capsys.disabled():
        print(f"\n  {len(sms)} SMS, handed over again under their key: {again}; uncertain: {sorted(uncertain)}")

    assert set(rows) == scene.kept
    assert not scene.undone & {*sms, *wecom}
    assert {key for key in scene.kept if key.endswith("sms")} == set(sms)
    assert all(count <= rows[key].attempts for key, count in sms.items())
    assert again, "a worker died after handing over a text message, so it was handed over again"
    assert {key: count for key, count in wecom.items() if count > 1} == {}
    assert uncertain, "a worker died after handing over to WeCom, so a person must look"
    assert all(rows[key].channel == Channel.WECOM for key in uncertain)
    assert {key for key in scene.kept if key.endswith("wecom")} - uncertain <= set(wecom)
    assert Counter(row.status for row in rows.values()) == {
        NoticeStatus.SENT: len(rows) - len(uncertain),
        NoticeStatus.UNCERTAIN: len(uncertain),
    }
    assert scene.slowest < QUICK
