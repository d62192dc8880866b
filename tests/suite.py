"""The whole suite behind `make test`: lint, two database rounds, browser journeys, and one verdict at the end.

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
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from liaison.run.catalogues import compile_catalogues
from tests.support.chromium import NoBrowser, ensure_chromium
from tests.support.servers import PostgresServer, RedisServer

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = os.environ.get("TEST_PROCESSES", "2")
LINT = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["lint-imports", "--no-logo"],
    ["mypy"],
    ["djlint", "templates", "--lint", "--quiet"],
]


def lint() -> bool:
    """Style, form, contracts, types, templates. All are run, so that one look shows everything."""
    results = [_run(_linter(command)) for command in LINT]
    return all(results)


def sqlite() -> bool:
    """Everything but the journeys on the embedded database and the local broker."""
    return _pytest(["-n", PROCESSES, "-m", "not journey"], TEST_DATABASE_URL="", TEST_REDIS_URL="")


def servers() -> bool:
    """The same tests, and those about the servers, on PostgreSQL and Redis."""
    with ExitStack() as stack:
        database = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(PostgresServer()).url
        broker = os.environ.get("TEST_REDIS_URL") or stack.enter_context(RedisServer()).url
        return _pytest(["-n", PROCESSES, "-m", "not journey"], TEST_DATABASE_URL=database, TEST_REDIS_URL=broker)


def journeys() -> bool:
    """A person's way through the running system, in a browser."""
    try:
        browser = ensure_chromium()
    except NoBrowser as error:
        print(f"✗ {error}", flush=True)
        return False
    parallel = ["-n", PROCESSES, "--dist", "loadfile"]  # each process starts a system of its own
    chosen = [*parallel, "-m", "journey", "tests/journeys"]
    return _pytest(chosen, CHROMIUM_PATH=browser, TEST_DATABASE_URL="", TEST_REDIS_URL="")


PARTS: dict[str, Callable[[], bool]] = {"lint": lint, "sqlite": sqlite, "servers": servers, "journeys": journeys}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"✗ unknown part {unknown[0]}; there are: {' '.join(PARTS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended too
    compile_catalogues()
    results = [_timed(name) for name in wanted or PARTS]
    print("\n" + "\n".join(f"{'✓' if passed else '✗'} {name:<9} {seconds:6.1f} s" for name, passed, seconds in results))
    return 0 if all(passed for _name, passed, _seconds in results) else 1


def _timed(name: str) -> tuple[str, bool, float]:
    print(f"\n── {name} ──", flush=True)
    begin = time.monotonic()
    passed = PARTS[name]()
    return name, passed, time.monotonic() - begin


def _linter(command: list[str]) -> list[str]:
    """The program of this very environment."""
    return [str(Path(sys.executable).parent / command[0]), *command[1:]]


def _pytest(arguments: list[str], **environment: str) -> bool:
    return _run([sys.executable, "-m", "pytest", "-q", *arguments], **environment)


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
