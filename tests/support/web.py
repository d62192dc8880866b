"""A web server alone, as it runs in production."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from liaison.run.processes import LEAN

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0
"""Seconds until it must be ready, or be gone."""


@contextmanager
def web_server(environment: dict[str, str], *, program: tuple[str, ...] = ("gunicorn",)) -> Iterator[str]:
    """The address of gunicorn with the product's own configuration; `program` is the module that starts it."""
    command = [sys.executable, "-m", *program, "--config", "liaison/run/gunicorn_conf.py", "liaison.wsgi"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment | LEAN)
    url = f"http://localhost:{environment['PORT']}"
    try:
        wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Come back when `url` says that it is ready. Raises RuntimeError when it ends before, or takes too long."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and (process is None or process.poll() is None):
        try:
            if requests.get(f"{url}/readyz", timeout=5).status_code == requests.codes.ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not become ready")
