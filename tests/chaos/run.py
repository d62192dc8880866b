"""Two workers and two beats, killed at random while the clock jumps; and all is well at the end."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from subprocess import Popen

import psutil
from django.db import connection
from django.db.models import Q

from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.cases.models import Pulse
from supervision.escalation.models import Digest, Firing
from tests.chaos.clock import SharedClock
from tests.chaos.counts import Compared, compare, unsettled
from tests.chaos.world import DAYS, START
from tests.support.crew import BEAT, WORKER, Crew
from tests.support.servers import RedisServer

SETTINGS = "tests.chaos.settings"
PATIENCE = 120.0
"""Seconds for programs to start, and for everything to settle, on a machine that has much else to do."""
WRONG = timedelta(days=400)
"""How far a clock is wrong that is wrong."""
SPARED, SPARED_SECONDS = 0.4, 4.0
"""Share of the rounds in which a sweep may go through before something is killed, and how long that is waited for."""
BEHIND = 7
"""Days that the clock is at most ahead of the last sweep, where it is right."""
LOOK = 0.01
"""Seconds between two looks whether a worker is in a transaction."""
BUSY = """
SELECT application_name, bool_or(xact_start IS NOT NULL) FROM pg_stat_activity
WHERE application_name LIKE 'chaos-%%' GROUP BY application_name
"""


@dataclass
class Program:
    """A worker or a beat that runs; `name` is what the database calls it."""

    name: str
    process: "Popen[str]"
    started: float

    @property
    def is_worker(self) -> bool:
        return "worker" in self.name


def _children(program: Program) -> list[psutil.Process]:
    """The processes of a worker that do the work."""
    with suppress(psutil.NoSuchProcess):
        found: list[psutil.Process] = psutil.Process(program.process.pid).children()
        return found
    return []


@dataclass
class Chaos:
    """One run of so many `kills`; `chance` decides everything that is left to chance."""

    folder: Path
    broker: RedisServer
    kills: int
    chance: Random
    say: Callable[[str], None] = print
    told: Counter[str] = field(default_factory=Counter)
    programs: list[Program] = field(default_factory=list)
    truth: datetime = START
    """What a clock that goes right shows."""

    def __post_init__(self) -> None:
        self.clock = SharedClock(self.folder / "clock")
        self.clock.set(START)

    def go(self) -> list[Compared]:
        """The whole run; gives the table."""
        asked: dict[str, set[int]] = {
            status: set(Matter.objects.filter(status=status).values_list("pk", flat=True))
            for status in (Status.REPLIED, Status.WAITING)
        }
        environment = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "CHAOS_CLOCK": str(self.clock.path),
            "REDIS_URL": self.broker.url,
            "NOTICE_LEASE": "2",
        }
        with Crew(self.folder, **environment) as crew:
            self.crew = crew
            for kind in ("worker", "worker", "beat", "beat"):
                self._start(kind)
            for number in range(self.kills):
                self._round(number)
            self._settle()
        return list(compare(START, self.clock.now(), asked))

    def _start(self, kind: str) -> None:
        self.told[f"{kind}s started"] += 1
        name = f"chaos-{kind}-{self.told[f'{kind}s started']}"
        own = WORKER if kind == "worker" else [*BEAT, "--schedule", str(self.folder / name)]
        process = self.crew.start(own, PGAPPNAME=name)
        self.programs.append(Program(name, process, time.monotonic()))

    def _round(self, number: int) -> None:
        """The clock goes on or jumps, now and then the broker falls, and something is killed."""
        self._go_on(int(DAYS / self.kills * (number + self.chance.random())))
        wrong = self._jump(number)
        if wrong or self.chance.random() < SPARED:
            self._let_sweep()
        if number % max(self.kills // 6, 3) == 2:
            self.broker.kill()
            self.told["redis killed"] += 1
            time.sleep(self.chance.random())
            self._kill(at_work=False)
            self.broker.start()
        else:
            self._kill()

    def _go_on(self, day: int) -> None:
        """Time passes until the morning of a day, but sweeps are never left behind by what would pass for a wrong
        clock."""
        last = Pulse.objects.values_list("swept_at", flat=True).first() or START
        self.truth = max(self.truth, START + timedelta(days=min(day, (last - START).days + BEHIND)))

    def _jump(self, number: int) -> bool:
        """Mostly the clock is right, by day or at night; else it is days behind, or more than a year ahead (True)."""
        luck = self.chance.random()
        moment, name = self.truth, "clock went on"
        if number == 1 or luck < 0.06:
            moment, name = self.truth + WRONG, "clock jumped ahead, wrongly"
        elif luck < 0.2:
            moment, name = self.truth - timedelta(days=self.chance.randint(1, 4)), "clock jumped back"
        elif luck < 0.35:
            moment, name = self.truth + timedelta(hours=12), "clock shows night"
        self.clock.set(max(moment, START))
        self.told[name] += 1
        return moment > self.truth + timedelta(days=1)

    def _let_sweep(self) -> None:
        """Wait a little until a sweep has seen this clock: done its work, or not believed it."""
        shown, give_up = self.clock.now(), time.monotonic() + SPARED_SECONDS
        seen = Pulse.objects.filter(Q(swept_at__gte=shown) | Q(held_since__gte=shown))
        while not seen.exists() and time.monotonic() < give_up:
            time.sleep(LOOK)

    def _kill(self, *, at_work: bool = True) -> None:
        """SIGKILL for a worker with all its processes, for one of them, or for a beat; for workers while they work."""
        kind = self.chance.choice(["worker", "process of a worker", "beat"])
        time.sleep(self.chance.random() / 2)
        chosen, busy = self._chosen(is_worker=kind != "beat", at_work=at_work)
        self.told[f"killed: {kind}"] += 1
        self.told["in the middle of a transaction"] += busy
        if kind == "process of a worker":
            for one in _children(chosen)[:1]:
                one.kill()
            return
        self.crew.kill(chosen.process)
        self.programs.remove(chosen)
        self._start(kind)

    def _chosen(self, *, is_worker: bool, at_work: bool) -> tuple[Program, bool]:
        """Who is killed, and whether it is in a transaction; a worker is waited for until it is `at_work`."""
        mine = [one for one in self.programs if one.is_worker == is_worker]
        if not (is_worker and at_work):
            return min(mine, key=lambda one: one.started), False
        patient, give_up = time.monotonic() + 1, time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            busy = self._busy()
            known = [one for one in mine if one.name in busy and _children(one)]
            working = [one for one in known if busy[one.name]]
            if known and (working or time.monotonic() > patient):
                return self.chance.choice(working or known), bool(working)
            time.sleep(LOOK)
        raise RuntimeError(f"no worker works:\n{self.crew.log.read_text()}")

    def _busy(self) -> dict[str, bool]:
        """The workers that are connected, and whether they are in a transaction."""
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            return dict(cursor.fetchall())

    def _settle(self) -> None:
        """The clock is right, nobody is killed any more: wait until nothing is left to do."""
        self.told["rungs fired before the last kill"] = Firing.objects.count()
        self.told["messages before the last kill"] = Digest.objects.count()
        give_up = time.monotonic() + PATIENCE
        while self.truth < START + timedelta(days=DAYS) and time.monotonic() < give_up:
            self._go_on(DAYS)
            self.clock.set(self.truth)
            self._let_sweep()
        self.clock.set(self.truth)
        while left := unsettled(self.clock.now()):
            if time.monotonic() > give_up:
                self.say(f"✗ left over: {left}\n{self.crew.log.read_text()[-4000:]}")
                return
            time.sleep(0.2)
