"""What machines ask: is the process alive, may it get traffic, what do its counters say."""

import errno
import hmac
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryFile
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django_prometheus.exports import ExportToDjangoView
from kombu import Connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from liaison.base.web.decorators import public

PROBE_BYTES = 256 * 1024
"""What must still fit where files are kept."""


class NotReady(Exception):
    """A part that this process needs is missing; the message is for the operator's eyes."""


@public
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches neither database nor broker, so that their failure restarts nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 with the reasons when database or migrations are missing; else 200, "degraded" where a helper fails.

    Without broker or room for files a report is still taken in, so a balancer must not take the service away.
    """
    reasons: dict[str, str] = {}
    further = {name: import_string(path) for name, path in settings.HELPERS.items()}
    for name, check in {**_NEEDED, **_HELPERS, **further}.items():
        if name in further and not _NEEDED.keys().isdisjoint(reasons):
            continue
        try:
            check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready" and why
            reasons[name] = type(error).__name__ if not isinstance(error, NotReady) else str(error)
    unavailable = not _NEEDED.keys().isdisjoint(reasons)
    status = "unavailable" if unavailable else "degraded" if reasons else "ok"
    return JsonResponse({"status": status, "failing": reasons}, status=503 if unavailable else 200)


@public
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus, for the bearer of METRICS_TOKEN only; in development for everybody."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    proved = bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if not proved and (token or not settings.DEVELOPMENT):
        return HttpResponseForbidden("token\n", content_type="text/plain")
    response: HttpResponse = ExportToDjangoView(request)
    response.content += generate_latest(_Offered())
    return response


class _Offered(CollectorRegistry):
    """The gauges of settings.GAUGES, asked anew each time: they tell of the system, not of this process."""

    def collect(self) -> Iterator[Metric]:
        """None while the database is gone."""
        for path in settings.GAUGES:
            with suppress(DatabaseError):
                yield from import_string(path)()


def _check_database() -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")


@lru_cache(maxsize=1)
def _check_migrations() -> None:
    """Asked until it holds; migrations once applied stay applied for the life of this process."""
    missing = set(_migrations()) - set(MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations())
    if missing:
        raise NotReady(f"{len(missing)} not applied")


def _migrations() -> Iterator[tuple[str, str]]:
    """App and name of each migration, by the names of the files: imported, they would stay in every web process."""
    for label in (config.label for config in apps.get_app_configs()):
        name, _explicit = MigrationLoader.migrations_module(label)
        package = find_spec(name) if name else None
        for file in iter_modules((package and package.submodule_search_locations) or ()):
            if file.name[0] not in "_~":
                yield label, file.name


def _check_broker() -> None:
    _check_broker_folders()
    with Connection(settings.CELERY_BROKER_URL, transport_options=_impatient()) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def _check_broker_folders() -> None:
    """The folders of the local broker are folders and take files; its client says nothing until a task is sent."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name not in options:
            continue
        folder = Path(options[name])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise NotReady(f"{folder.name}: {errno.errorcode.get(error.errno or 0, 'OSError')}") from error


def _check_files() -> None:
    """A photo's worth can be written where files are kept; a full disk often still takes an empty file."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder, buffering=0) as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as error:
        raise NotReady(errno.errorcode.get(error.errno or 0, "OSError")) from error


def _impatient() -> dict[str, Any]:
    """Two seconds are enough for a broker that is there."""
    is_redis = settings.CELERY_BROKER_URL.startswith("redis")
    timeouts = {"socket_connect_timeout": 2, "socket_timeout": 2} if is_redis else {}
    return dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS) | timeouts


_NEEDED: dict[str, Callable[[], None]] = {"database": _check_database, "migrations": _check_migrations}
_HELPERS: dict[str, Callable[[], None]] = {"broker": _check_broker, "files": _check_files}
