"""What test processes begin with, made once for a run while the linters work, and then copied.

To migrate takes a process some ten seconds and a district of demo half a minute; a copy takes none.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2

from tests.support.servers import PostgresServer
from tests.support.system import System

ROOT = Path(__file__).resolve().parent.parent.parent


def embedded(folder: Path) -> str:
    """The file of an embedded database that is migrated, in `folder`."""
    _migrate(folder)
    return str(folder / "liaison.sqlite3")


def served(folder: Path, server: PostgresServer) -> str:
    """The name of a database of `server` that is migrated; nobody stays connected to it."""
    name = "liaison_template"
    connection = psycopg2.connect(server.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    _migrate(folder, DATABASE_URL=server.url_of(name))
    return name


def started(folder: Path, **environment: str) -> str:
    """The folder of a system that was started for the first time, with its demo district, and ended as by Ctrl-C."""
    folder.mkdir()
    system = System(folder, **environment).start()
    if system.stop() != 0:
        raise RuntimeError(f"the system did not end well:\n{system.log}")
    return str(folder)


def _migrate(folder: Path, **environment: str) -> None:
    folder.mkdir()
    own = {"VAR_DIR": str(folder), "DATABASE_URL": "", "DEVELOPMENT": "1", "DEBUG": "0", "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | own | environment, check=True)


class Workshop:
    """Makes what is ordered, one after the other, beside the run."""

    def __init__(self) -> None:
        self._hand = ThreadPoolExecutor(max_workers=1)

    def order(self, make: Callable[..., str], *args: object, **options: str) -> Future[str]:
        return self._hand.submit(make, *args, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand.shutdown(cancel_futures=True)
