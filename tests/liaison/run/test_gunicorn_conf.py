"""The web server's own settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from liaison.run import gunicorn_conf
from tests.support.system import ROOT

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Server:
    """A gunicorn that is starting: it notes where the counters lay when the program was loaded."""

    def __init__(self, *, broken: bool = False) -> None:
        self.app = self
        self.broken = broken
        self.seen: list[str | None] = []

    def wsgi(self) -> None:
        self.seen.append(os.environ.get(VARIABLE))
        if self.broken:
            raise ImportError


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "")  # so that it is put back whatever a test sets
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(gunicorn_conf, "VAR_DIR", tmp_path / "var")
    monkeypatch.setattr(gunicorn_conf.gc, "freeze", lambda: None)  # what the tests have made may go


def test_counters_lie_in_memory_where_no_full_disk_ends_a_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gunicorn_conf, "MEMORY", tmp_path)
    gunicorn_conf.on_starting(Server())
    folder = Path(os.environ[VARIABLE])
    assert folder.is_dir()
    assert folder.parent == tmp_path
    gunicorn_conf.on_exit(Server())
    assert not folder.exists()


def test_counters_lie_in_the_own_folder_without_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gunicorn_conf, "MEMORY", tmp_path / "none")
    gunicorn_conf.on_starting(Server())
    assert os.environ[VARIABLE] == str(tmp_path / "var" / "metrics")
    gunicorn_conf.on_exit(Server())
    assert (tmp_path / "var" / "metrics").is_dir()


def test_counters_lie_where_the_operator_says_and_begin_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.mkdir()
    (asked / "counter_1.db").touch()
    monkeypatch.setenv(VARIABLE, str(asked))
    gunicorn_conf.on_starting(Server())
    assert list(asked.iterdir()) == []
    gunicorn_conf.on_exit(Server())
    assert asked.is_dir()


def test_program_is_loaded_once_when_it_is_known_where_the_counters_lie() -> None:
    server = Server()
    gunicorn_conf.on_starting(server)
    assert server.seen == [os.environ[VARIABLE]]
    gunicorn_conf.on_exit(server)


def test_program_that_cannot_be_loaded_leaves_no_memory_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gunicorn_conf, "MEMORY", tmp_path)
    with pytest.raises(ImportError):
        gunicorn_conf.on_starting(Server(broken=True))
    assert list(tmp_path.iterdir()) == []


def test_loading_the_program_opens_no_connection_and_starts_no_thread() -> None:
    """Workers are copies: a connection would be shared by all of them, and a thread live on in none."""
    told = (
        "import threading, liaison.wsgi; from django.db import connections as c; "
        "print(threading.active_count(), [one.connection for one in c.all()])"
    )
    own = {**os.environ, "DEVELOPMENT": "1", "DEBUG": ""}
    done = subprocess.run([sys.executable, "-c", told], env=own, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split("\n")[0] == "1 [None]"
