"""The whole program as a person starts it: web, worker and beat, on a folder and a port of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

import psutil

from tests.support.servers import free_port

DEMO_PASSWORD = "Yunting-2026"
"""Password of all demo accounts, as the listing prints it."""
TEMPLATE = "TEST_TEMPLATE"
"""Names the folder of a system that has been started before, where the run has made one."""
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240.0
"""Seconds for set-up of the demo and for all three processes, on a busy machine too."""


def furnish(folder: Path) -> Path:
    """Copy the run's template into `folder`, so that the next start there is a second start; nothing without one."""
    if template := os.environ.get(TEMPLATE):
        shutil.copytree(template, folder, dirs_exist_ok=True)
    return folder


class System:
    """`python -m liaison.run` in `folder`; `url` is its address, `log` what the person who started it reads."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.output = folder / "system.log"
        own = {"VAR_DIR": str(folder), "PORT": str(self.port), "PUBLIC_URL": self.url, "DEVELOPMENT": "1", "DEBUG": "0"}
        from_outside = {key: value for key, value in os.environ.items() if key not in _TEST_RUN}
        self.environment = from_outside | {"DJANGO_SETTINGS_MODULE": "liaison.settings"} | own | environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start, and come back when the system is ready and has printed its listing."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "liaison.run"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + PATIENCE
        while not (self.answers("/readyz") and "Ctrl-C" in self.log):
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                raise RuntimeError(f"the system did not start:\n{self.log}")
            time.sleep(0.2)
        return self

    @property
    def log(self) -> str:
        return self.output.read_text(errors="replace")

    def listed(self, beginning: str) -> str:
        """The first address in the printed list whose path begins so: `listed("/d/")` is a deputy's page."""
        found = re.search(rf"{re.escape(self.url + beginning)}\S*", self.log)
        assert found is not None, f"no address with {beginning} in:\n{self.log}"
        return found.group()

    def answers(self, path: str) -> bool:
        """The web server gives a good answer at `path`."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def manage(self, *arguments: str) -> str:
        """Run a management command over the same database; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End as Ctrl-C does; returns the exit code. What does not end is killed, and that is an error."""
        assert self.process is not None
        family = self.family()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            for process in family:
                process.kill()
            self.process.kill()
            self.process.wait()
            raise

    def family(self) -> list[psutil.Process]:
        """All processes below the one that was started."""
        assert self.process is not None
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


_TEST_RUN = {
    "DATABASE_URL",
    "REDIS_URL",
    "TEST_SESSION_DIR",
    "TEST_TEMPLATE",
    "VAR_DIR",
    "LOG_LEVEL",
    "PYTEST_XDIST_WORKER",
}
"""Variables that tests/settings.py sets for itself and that must not leak into the system."""
