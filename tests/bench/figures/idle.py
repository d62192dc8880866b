"""The memory of a web worker that has answered its first requests and waits."""

import os
from collections.abc import Iterator

import psutil

from liaison.demo.build import district
from liaison.demo.cast import Cast
from tests.bench.load import ask, fire
from tests.bench.table import Figure, at_most

MOST_MEGABYTES = 100
LOOKS = 40
"""First requests, to pages of residents and of the system, over all workers."""


def idle(port: int) -> Iterator[Figure]:
    """The largest worker's memory: all that it has in memory (RSS), and with its share of what all have in common
    (PSS)."""
    deputy = Cast(district()).shown
    pages = ["/", "/t/", f"/d/{deputy.code}/", "/readyz"]
    wanted = [ask("GET", f"http://127.0.0.1:{port}{path}", {"Accept-Language": "zh-CN"}) for path in pages]
    fire(port, wanted * LOOKS, concurrency=4)
    held = [worker.memory_full_info() for worker in workers(port)]
    share, resident = (max(getattr(one, name) for one in held) / 1e6 for name in ("pss", "rss"))
    told = f" (RSS, largest of {len(held)}; PSS {share:.0f} MB)"
    yield at_most("idle web worker", round(resident), MOST_MEGABYTES, unit=" MB", told=told)


def workers(port: int) -> list[psutil.Process]:
    """The web server's workers: children of the process on this port, which this one has started."""
    children = psutil.Process(os.getpid()).children()
    servers = [one for one in children if "gunicorn" in " ".join(one.cmdline()) and _serves(one, port)]
    return [worker for server in servers for worker in server.children()]


def _serves(process: psutil.Process, port: int) -> bool:
    return process.environ().get("PORT") == str(port)
