"""Workers, beat and a writer as processes of their own, over the test's database, to be killed as a power cut would."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
CELERY = ["-m", "celery", "--quiet", "--app", "liaison"]
WORKER = [*CELERY, "worker", "--loglevel", "WARNING", "--concurrency", "2", "--without-gossip", "--without-mingle"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING"]


class Crew:
    """Starts programs of the product with `environment`, in `folder`; what still runs at the end is killed."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "crew.log"
        self.environment = os.environ | _same_place(folder) | environment
        self.running: list[subprocess.Popen[str]] = []

    def start(self, arguments: list[str], *, talks: bool = False, **own: str) -> "subprocess.Popen[str]":
        """Start a program in a process group of its own; `talks` connects its input and output to the test, `own` are
        variables of its own."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment | own,
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """SIGKILL for the process and all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in list(self.running):
            self.kill(process)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()


def tell(process: "subprocess.Popen[str]", order: dict[str, Any]) -> Any:
    """Give a talking program one order and wait for its answer; both are lines of JSON."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def _same_place(folder: Path) -> dict[str, str]:
    """The test's own database and keys, for the real settings."""
    held = connection.settings_dict
    address = f"{held['HOST']}:{held['PORT']}/{held['NAME']}"
    return {
        "DJANGO_SETTINGS_MODULE": "liaison.settings",
        "DATABASE_URL": f"postgres://{held['USER']}:{held['PASSWORD']}@{address}",
        "SECRET_KEY": settings.SECRET_KEY,
        "PHONE_KEY": settings.PHONE_KEY,
        "FIELD_KEY": settings.SALT_KEY[0],
        "VAR_DIR": str(folder),
        "DEVELOPMENT": "1",
        "DEBUG": "0",
        "PYTHONWARNINGS": "ignore:::celery.platforms",
    }
