"""Start everything, try everything, print a line for each."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from liaison.run.catalogues import compile_catalogues
from tests.bad_input.failures import failures
from tests.bad_input.typed import typed
from tests.support.servers import PostgresServer, RedisServer
from tests.support.system import System

SPACE = "300m"
"""Of the disk that is filled; the demo takes a tenth of it."""


def main() -> int:
    if os.geteuid() != 0:
        print("✗ a disk that can be filled is mounted by root only", file=sys.stderr)
        return 2
    compile_catalogues()
    good = True
    with PostgresServer() as postgres, RedisServer() as redis, _small_disk() as folder:
        own = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "TRUSTED_PROXIES": "1"}
        system = System(folder, **own).start()
        try:
            door = system.listed("/d/").removeprefix(system.url)
            for line in chain(typed(system.url, door), failures(system, postgres)):
                print(line, flush=True)
                good = good and line.good
            print(system.manage("verify_ledger").strip())
        finally:
            system.stop()
    return 0 if good else 1


@contextmanager
def _small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="liaison-bad-input-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SPACE}", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


if __name__ == "__main__":
    sys.exit(main())
