"""The web server: address, processes, counters shared between processes. Read by gunicorn."""

import os
import shutil
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

VAR_DIR = Path(os.environ.get("VAR_DIR", Path(__file__).resolve().parent.parent.parent / "var"))
COUNTERS = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", VAR_DIR / "metrics"))

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60  # seconds; a page never takes that long, an upload on a poor line may
graceful_timeout = 4  # seconds; less than the five after which the process manager kills
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
control_socket_disable = True
if Path("/dev/shm").is_dir():  # noqa: S108 - the heartbeat belongs in memory
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# prometheus_client decides at import whether counters are shared between processes.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(COUNTERS)


def on_starting(server: Arbiter) -> None:
    """Counters begin anew with the server."""
    shutil.rmtree(COUNTERS, ignore_errors=True)
    COUNTERS.mkdir(parents=True, exist_ok=True)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Gauges of a process that ended are no longer added up."""
    from prometheus_client import multiprocess  # noqa: PLC0415 - only after the folder is named

    multiprocess.mark_process_dead(worker.pid)
