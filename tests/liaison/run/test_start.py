"""What the starter makes of failures inside the program."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import OperationalError
from django.db.migrations.exceptions import InconsistentMigrationHistory

from liaison.run.__main__ import in_one_sentence
from liaison.run.errors import StartError

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.mark.parametrize(
    ("error", "mentions"),
    [
        (ModuleNotFoundError("No module named 'qrcode'", name="qrcode"), "qrcode"),
        (ImportError("libgomp.so.1: cannot open shared object file"), "libgomp"),
        (PermissionError(13, "Permission denied", "/srv/var/liaison.sqlite3"), "/srv/var/liaison.sqlite3"),
        (ImproperlyConfigured("Set SECRET_KEY"), "SECRET_KEY"),
        (CommandError("unknown place"), "unknown place"),
        (OperationalError("file is not a database\nLINE 1"), "file is not a database"),
        (InconsistentMigrationHistory("applied before its dependency"), "applied before"),
    ],
)
def test_failure_becomes_one_sentence(error: Exception, mentions: str) -> None:
    def step() -> str:
        raise error

    with pytest.raises(StartError) as said:
        in_one_sentence(step)
    assert mentions in str(said.value)
    assert "\n" not in str(said.value)


def test_fault_of_the_program_is_not_hidden() -> None:
    def step() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_one_sentence(step)


def test_bootstrap_needs_no_package(tmp_path: Path) -> None:
    """The first step runs on a bare Python: isolated from every installed package."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "liaison.run.bootstrap", "run"],
        cwd=ROOT,
        env={"PORT": "none", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "PORT" in done.stderr
