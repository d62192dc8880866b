"""The stage: PostgreSQL, Redis, the invented district without opinions, and the web server as it runs in production."""

import os
import tempfile
from collections.abc import Iterator
from compileall import compile_dir
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django

from liaison.run.catalogues import compile_catalogues
from tests.support.servers import PostgresServer, RedisServer, free_port
from tests.support.web import ROOT, web_server

CONCURRENCY = 8
"""Requests at a time; the web server has as many threads, in two processes."""
GO_ON = "SELECT setval(pg_get_serial_sequence('opinions_matter', 'id'), (SELECT max(id) FROM opinions_matter))"
"""After rows were copied in with numbers of their own: the next matter gets a number behind them."""


@contextmanager
def stage() -> Iterator[int]:
    """Everything runs and Django is set up in this process too; yields the web server's port."""
    compile_catalogues()
    for package in ("deputies", "liaison", "opinions", "supervision"):
        compile_dir(ROOT / package, quiet=1)  # as in the image
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="liaison-bench-", ignore_cleanup_errors=True))
        database = stack.enter_context(PostgresServer()).url
        broker = stack.enter_context(RedisServer()).url
        port = free_port()
        os.environ |= _environment(Path(folder), database, broker, port)
        _prepare()
        stack.enter_context(web_server(dict(os.environ), program=("tests.bench.production",)))
        yield port


def _environment(folder: Path, database: str, broker: str, port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "VAR_DIR": str(folder),
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "DEVELOPMENT": "1",
        "DEBUG": "0",
        "DEMO": "1",
        "TRUSTED_PROXIES": "1",
        "PORT": str(port),
        "BIND": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": str(CONCURRENCY // 2),
        "LOG_LEVEL": "WARNING",
    }


def _prepare() -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from liaison.demo.build import build_world
    from liaison.run.prepare import collect_static
    from tests.bench.floor.models import Sent, Step

    call_command("migrate", interactive=False, verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Sent, Step):
            editor.create_model(model)
    collect_static(settings.STATIC_ROOT)
    build_world(now=timezone.now())
