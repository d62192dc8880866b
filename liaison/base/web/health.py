"""What machines ask: is the process alive, may it get traffic, what do its counters say."""

import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from django_prometheus.exports import ExportToDjangoView
from kombu import Connection

from liaison.base.web.decorators import public


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
    """200 when database and broker answer and all migrations are applied; otherwise 503 with the reasons."""
    checks: dict[str, Callable[[], None]] = {
        "database": _check_database,
        "migrations": _check_migrations,
        "broker": _check_broker,
    }
    reasons = {}
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready" and why
            reasons[name] = type(error).__name__ if not isinstance(error, NotReady) else str(error)
    body = {"status": "unavailable" if reasons else "ok", "failing": reasons}
    return JsonResponse(body, status=503 if reasons else 200)


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
    return response


def _check_database() -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1")


@lru_cache(maxsize=1)
def _check_migrations() -> None:
    """Asked until it holds; migrations once applied stay applied for the life of this process."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        raise NotReady(f"{len(plan)} not applied")


def _check_broker() -> None:
    with Connection(settings.CELERY_BROKER_URL, transport_options=_impatient()) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def _impatient() -> dict[str, Any]:
    """Two seconds are enough for a broker that is there."""
    is_redis = settings.CELERY_BROKER_URL.startswith("redis")
    timeouts = {"socket_connect_timeout": 2, "socket_timeout": 2} if is_redis else {}
    return dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS) | timeouts
