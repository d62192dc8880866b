"""python -m tests.chaos [kills] [seed]: everything once, however often workers, beats and Redis are killed."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from random import Random, SystemRandom

import django

from liaison.run.catalogues import compile_catalogues
from tests.support.servers import PostgresServer, RedisServer

MATTERS = 400


def main(kills: int, seed: int) -> int:
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and programs are ended too
    compile_catalogues()
    with (
        tempfile.TemporaryDirectory(prefix="liaison-chaos-", ignore_cleanup_errors=True) as folder,
        PostgresServer() as postgres,
        RedisServer() as broker,
    ):
        _prepare(Path(folder), postgres.url, broker.url)
        from tests.chaos.counts import HEADING
        from tests.chaos.run import Chaos
        from tests.chaos.world import build

        chance = Random(seed)
        build(MATTERS, chance)
        print(f"{MATTERS} matters, {kills} kills, seed {seed}; set up in {time.monotonic() - began:.0f} s", flush=True)
        chaos = Chaos(Path(folder), broker, kills, chance)
        table = chaos.go()
    print("\n".join(f"  {name:<44}{count:>9}" for name, count in sorted(chaos.told.items())))
    print("\n".join([HEADING, *map(str, table)]))
    print(f"  {time.monotonic() - began:.0f} s")
    return 1 if any(line.missing or line.extra for line in table) else 0


def _prepare(folder: Path, database: str, broker: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "liaison.settings", "VAR_DIR": str(folder), "DATABASE_URL": database,
        "REDIS_URL": broker, "DEVELOPMENT": "1", "DEBUG": "0", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*(given + [100, SystemRandom().randrange(10**6)][len(given) :])))
