"""The web server's own settings."""

import os
from pathlib import Path

import pytest

from liaison.run import gunicorn_conf

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Server:
    """A gunicorn that is starting: it notes where the counters lay when the program was loaded."""

    def __init__(self) -> None:
        self.app = self
        self.seen: list[str | None] = []

    def wsgi(self) -> None:
        self.seen.append(os.environ.get(VARIABLE))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "")  # so that it is put back whatever a test sets
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(gunicorn_conf, "VAR_DIR", tmp_path / "var")


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
