"""Web, worker and beat under one process manager: they start together and end together."""

import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import honcho.manager
from honcho.environ import parse_procfile
from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0
"""Seconds that the web server may take until it answers."""
LEAN = {"MALLOC_ARENA_MAX": "1", "PYTHONNODEBUGRANGES": "1"}
"""Memory that is not needed: a heap for each thread, though threads take turns; columns beside the lines in tracebacks.
The Dockerfile says so too."""
GRACE = 10
"""Seconds between asking the processes to end and ending them; an idle worker on the local broker takes five."""


class Ending:
    """How processes are ended: politely the leader alone, since a Celery worker must end its own pool; by force all."""

    def terminate(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def run_processes(*, address: str, listing: str) -> int:
    """Run the Procfile until Ctrl-C or until one process ends; returns the exit code.

    `address` is where the web server answers; `listing` is printed as soon as it does.
    """
    manager = Manager()
    manager._procmgr = Ending()
    honcho.manager.KILL_WAIT = GRACE
    procfile = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8"))
    for name, command in procfile.processes.items():
        manager.add_process(name, f"exec {command}", env=_environment(), cwd=str(ROOT))
    signal.signal(signal.SIGHUP, _as_termination)  # the terminal was closed
    threading.Thread(target=_announce, args=(address, listing), daemon=True).start()
    try:
        manager.loop()
    finally:
        _kill_what_is_left(manager)
    return _exit_code(manager)


def _environment() -> dict[str, str]:
    """The programs of this very environment, output line by line, no lecture where the demo is run as root."""
    own_programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([own_programs, os.environ.get("PATH", "")])
    return os.environ | {"PATH": path, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:::celery.platforms", **LEAN}


def _as_termination(signum: int, frame: Any) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _announce(address: str, listing: str) -> None:
    """Print the listing once the web server answers."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own address
                print(f"\n{listing}\n  Ctrl-C 停止 / stops everything\n", flush=True)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)


def _kill_what_is_left(manager: Manager) -> None:
    """Even after a broken pipe or another surprise no process stays behind."""
    for process in manager._processes.values():
        if "pid" in process and "returncode" not in process:
            manager._procmgr.kill(process["pid"])


def _exit_code(manager: Manager) -> int:
    """0 after Ctrl-C or a polite request to end; otherwise the code of the process that ended first."""
    if manager.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        return 0
    print("✗ 有一个进程意外退出，见上文。 One process ended by itself: see the lines above.", file=sys.stderr)
    return manager.returncode or 1
