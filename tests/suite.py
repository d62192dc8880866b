"""The whole suite behind `make test`: lint, two database rounds, browser journeys, and one verdict at the end.

The linters work beside the first part of the others, and show then what they have to say.

    python -m tests.suite               # everything
    python -m tests.suite lint          # chosen parts: lint sqlite servers journeys

A part that cannot run fails; none is left out in silence.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from liaison.run.catalogues import compile_catalogues
from tests.support.chromium import NoBrowser, ensure_chromium
from tests.support.servers import PostgresServer, RedisServer
from tests.support.templates import Workshop, embedded, served, started

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = os.environ.get("TEST_PROCESSES", "2")
EMBEDDED = {"TEST_DATABASE_URL": "", "TEST_REDIS_URL": ""}
LINT = [
    ["ruff", "check", "--no-cache", "."],
    ["ruff", "format", "--check", "."],
    ["lint-imports", "--no-logo"],
    ["mypy"],
    ["djlint", "templates", "--lint", "--quiet"],
]
ROUND = ["--dist", "worksteal", "-m", "not journey"]
"""Each process takes one half in order, so that what a file shares is made once, and who ends first helps the other."""


class Stage:
    """What the parts stand on: servers, and templates that are made beside the parts before."""

    def __init__(self, wanted: Iterable[str], keep: ExitStack) -> None:
        folder = Path(keep.enter_context(tempfile.TemporaryDirectory(prefix="liaison-templates-")))
        workshop = keep.enter_context(Workshop())
        self.servers = {name: os.environ.get(name, "") for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL")}
        self.templates: dict[str, Future[str]] = {}
        if "sqlite" in wanted:
            self.templates["sqlite"] = workshop.order(embedded, folder / "embedded")
        if "servers" in wanted and not self.servers["TEST_REDIS_URL"]:
            self.servers["TEST_REDIS_URL"] = keep.enter_context(RedisServer()).url
        if "servers" in wanted and not self.servers["TEST_DATABASE_URL"]:
            postgres = keep.enter_context(PostgresServer())
            self.servers["TEST_DATABASE_URL"] = postgres.url
            self.templates["servers"] = workshop.order(served, folder / "served", postgres)
        if "journeys" in wanted:
            self.templates["journeys"] = workshop.order(started, folder / "started")

    def template(self, part: str) -> dict[str, str]:
        """The template of `part` as its processes are told; none for a database server of somebody else."""
        ordered = self.templates.get(part)
        return {"TEST_TEMPLATE": ordered.result() if ordered else ""}


def lint(stage: Stage) -> bool:
    """Style, form, contracts, types, templates. All are run, so that one look shows everything."""
    results = [_run(_linter(command)) for command in LINT]
    return all(results)


def sqlite(stage: Stage) -> bool:
    """Everything but the journeys on the embedded database and the local broker."""
    return _pytest(ROUND, **EMBEDDED, **stage.template("sqlite"))


def servers(stage: Stage) -> bool:
    """The same tests, and those about the servers, on PostgreSQL and Redis."""
    return _pytest(ROUND, **stage.servers, **stage.template("servers"))


def journeys(stage: Stage) -> bool:
    """A person's way through the running system, in a browser; each process starts a system of its own."""
    try:
        browser = ensure_chromium()
    except NoBrowser as error:
        print(f"✗ {error}", flush=True)
        return False
    chosen = ["--dist", "loadfile", "-m", "journey", "tests/journeys"]
    return _pytest(chosen, CHROMIUM_PATH=browser, **EMBEDDED, **stage.template("journeys"))


class Beside:
    """A part that works beside others, in a process of its own; `shown` is its verdict, after all that it said."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.begin = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.suite", part],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: Future[tuple[str, float]] = Future()
        Thread(target=self._listen, daemon=True).start()

    def shown(self) -> tuple[str, bool, float]:
        output, seconds = self.said.result()
        print(output.rstrip(), flush=True)
        return self.part, self.process.wait() == 0, seconds

    def _listen(self) -> None:
        output, _none = self.process.communicate()
        self.said.set_result((output, time.monotonic() - self.begin))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait()


PARTS: dict[str, Callable[[Stage], bool]] = {"lint": lint, "sqlite": sqlite, "servers": servers, "journeys": journeys}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"✗ unknown part {unknown[0]}; there are: {' '.join(PARTS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended too
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what one process compiles is kept for the hundred that follow
    compile_catalogues()
    names = wanted or list(PARTS)
    with ExitStack() as keep:
        others = [name for name in names if name != "lint"]
        beside = [keep.enter_context(Beside("lint"))] if others and "lint" in names else []
        stage = Stage(names, keep)
        results = [_timed(name, stage) for name in others[:1] or names]
        results += [part.shown() for part in beside]
        results += [_timed(name, stage) for name in others[1:]]
    print("\n" + "\n".join(f"{'✓' if passed else '✗'} {name:<9} {seconds:6.1f} s" for name, passed, seconds in results))
    return 0 if all(passed for _name, passed, _seconds in results) else 1


def _timed(name: str, stage: Stage) -> tuple[str, bool, float]:
    print(f"\n── {name} ──", flush=True)
    begin = time.monotonic()
    passed = PARTS[name](stage)
    return name, passed, time.monotonic() - begin


def _linter(command: list[str]) -> list[str]:
    """The program of this very environment."""
    return [str(Path(sys.executable).parent / command[0]), *command[1:]]


def _pytest(arguments: list[str], **environment: str) -> bool:
    return _run([sys.executable, "-m", "pytest", "-q", "-n", PROCESSES, *arguments], **environment)


def _run(command: list[str], **environment: str) -> bool:
    """Run in a folder of its own for what tests/settings.py lets the program write."""
    with tempfile.TemporaryDirectory(prefix="liaison-tests-") as folder:
        own = environment | {"TEST_SESSION_DIR": folder}
        return subprocess.run(command, cwd=ROOT, env=os.environ | own, check=False).returncode == 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
