"""The web server: address, processes, counters shared between processes. Read by gunicorn."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

VAR_DIR = Path(os.environ.get("VAR_DIR", Path(__file__).resolve().parent.parent.parent / "var"))
COUNTERS = "liaison-counters-"
MEMORY = Path("/dev/shm")  # noqa: S108 - files of single processes, in folders of their own

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "liaison.run.worker.PlainWorker"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60  # seconds; a page never takes that long, an upload on a poor line may
graceful_timeout = 4  # seconds; less than the five after which the process manager kills
keepalive = 5
limit_request_line = 8190  # bytes, the most it takes: a search for many Chinese words
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
control_socket_disable = True
if MEMORY.is_dir():  # the heartbeat belongs in memory
    worker_tmp_dir = str(MEMORY)


def on_starting(server: Arbiter) -> None:
    """Counters begin anew with the server; then the program is loaded once, and each worker is a copy that shares it.

    Not by `preload_app`, which would load prometheus_client before it is told where the counters lie. Loading opens no
    connection and starts no thread, which copies could not share. A new program takes a restart: HUP copies the old.
    """
    _begin_counters()
    try:
        server.app.wsgi()
    except BaseException:
        on_exit(server)  # which gunicorn asks for once it has started only
        raise
    gc.freeze()  # what is loaded now stays: collecting it again would copy every page of it


def _begin_counters() -> None:
    """Processes share counters through mapped files. On a full disk a write to such a file ends the process without a
    word (SIGBUS), so they belong in memory too.
    """
    asked = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if asked is None and MEMORY.is_dir():
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=COUNTERS, dir=MEMORY)
        return
    folder = Path(asked or VAR_DIR / "metrics")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def on_exit(server: Arbiter) -> None:
    """Memory is given back."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if folder.parent == MEMORY and folder.name.startswith(COUNTERS):
        shutil.rmtree(folder, ignore_errors=True)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Gauges of a process that ended are no longer added up."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - only after the folder is named

    multiprocess.mark_process_dead(worker.pid)
