"""`make run` from the outside: what it starts, what it says, what it leaves behind."""

import signal
import socket
from pathlib import Path

import psutil
import pytest

from tests.support.system import System, furnish


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all starts; the first start of all is that of the template (tests/support/templates.py)."""
    return furnish(tmp_path_factory.mktemp("starts"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ending_leaves_no_process(folder: Path, how: signal.Signals) -> None:
    system = System(folder, DEMO="0").start()
    family = system.family()
    programs = " ".join(" ".join(process.cmdline()) for process in family)
    assert "gunicorn" in programs
    assert " worker " in programs
    assert " beat " in programs
    assert system.stop(how) == 0
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_one_dead_process_ends_all_with_an_error(folder: Path) -> None:
    system = System(folder, DEMO="0").start()
    family = system.family()
    beat = next(process for process in family if " beat " in " ".join(process.cmdline()))
    beat.kill()
    assert system.process is not None
    assert system.process.wait(20) != 0
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_taken_port_is_said_in_one_line(folder: Path) -> None:
    system = System(folder, DEMO="0")
    with socket.socket() as other:
        other.bind(("127.0.0.1", system.port))
        other.listen()
        with pytest.raises(RuntimeError):
            system.start()
    assert system.stop() == 1
    assert len(system.log.splitlines()) == 1
    assert str(system.port) in system.log
