"""A run that leaves tests out must fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.strictness import COMPUTING

ROOT = Path(__file__).resolve().parent.parent.parent
EMPTY = pytest.ExitCode.NO_TESTS_COLLECTED
OK = pytest.ExitCode.OK


def run(folder: Path, text: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(f"import pytest\n{text}\n")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  postgresql\n  sqlite\n  redis\n")
    usual = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.strictness", *options, "."]
    return subprocess.run(command, cwd=folder, env=usual | environment, capture_output=True, text=True, check=False)


LEFT_OUT = [
    "@pytest.mark.skip\ndef test_it(): pass",
    "def test_it(): pytest.skip('not here')",
    "pytest.skip('no module', allow_module_level=True)",
    "@pytest.mark.xfail\ndef test_it(): assert 0",
    "@pytest.mark.xfail\ndef test_it(): pass",
]


def test_complete_run_passes(tmp_path: Path) -> None:
    assert run(tmp_path, "def test_it(): pass").returncode == OK


@pytest.mark.parametrize("text", LEFT_OUT)
def test_left_out_test_fails_the_run(tmp_path: Path, text: str) -> None:
    done = run(tmp_path, f"def test_other(): pass\n{text}")
    assert done.returncode != OK
    assert "left out without an allowed reason" in done.stdout


def test_left_out_test_in_another_process_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, f"def test_other(): pass\n{LEFT_OUT[1]}", "-p", "xdist.plugin", "-n", "2")
    assert done.returncode != OK
    assert "left out without an allowed reason" in done.stdout


@pytest.mark.parametrize(("marker", "without", "with_servers"), [("postgresql", EMPTY, OK), ("sqlite", OK, EMPTY)])
def test_marked_test_runs_in_its_round_only(tmp_path: Path, marker: str, without: int, with_servers: int) -> None:
    text = f"@pytest.mark.{marker}\ndef test_it(): pass"
    assert run(tmp_path, text).returncode == without
    assert run(tmp_path, text, TEST_DATABASE_URL="postgres://x").returncode == with_servers


def test_files_that_compute_are_there() -> None:
    tests = Path(__file__).resolve().parent.parent
    assert [place for place in COMPUTING if not (tests / place).is_file()] == []
