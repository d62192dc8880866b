"""What machines are told about this process."""

import resource
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from liaison.base.web import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ask_anew() -> None:
    health._check_migrations.cache_clear()


def test_healthz_answers_without_a_database(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert response.status_code == 200
    assert response.content == b"ok\n"


def test_readyz_is_ready_when_everything_answers(client: Client) -> None:
    response = client.get("/readyz")
    assert response.json() == {"status": "ok", "failing": {}}
    assert response.status_code == 200


def test_readyz_names_the_database_when_it_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise DatabaseError("no such host: secret-name")

    monkeypatch.setitem(health._NEEDED, "database", gone)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["failing"] == {"database": "DatabaseError"}


def test_readyz_counts_unapplied_migrations(client: Client) -> None:
    last = MigrationRecorder(connection).migration_qs.filter(app="opinions").order_by("-id")[:2]
    MigrationRecorder(connection).migration_qs.filter(pk__in=[one.pk for one in last]).delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["failing"] == {"migrations": "2 not applied"}


def test_readyz_names_the_broker_when_it_is_gone(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1"
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert list(response.json()["failing"]) == ["broker"]


@pytest.mark.parametrize("part", ["queue", "control"])
def test_readyz_names_the_folder_of_the_broker_that_is_a_file(
    client: Client, settings: Settings, tmp_path: Path, part: str
) -> None:
    folders = {name: tmp_path / name for name in ("queue", "control")}
    folders[part].write_text("a file where the folder should be")
    settings.CELERY_BROKER_URL = "filesystem://localhost"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "control_folder": str(folders["control"]),
    }
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["failing"] == {"broker": f"{part}: EEXIST"}


def test_readyz_names_the_file_store_when_it_takes_nothing(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.write_text("a file where the folder should be")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["failing"] == {"files": "EEXIST"}


def test_readyz_names_a_full_disk(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))  # the kernel itself refuses to write, as on a full disk
    try:
        with pytest.raises(health.NotReady, match="EFBIG"):
            health._check_files()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_metrics_show_counters(client: Client) -> None:
    client.get("/healthz")
    response = client.get("/metrics")
    assert response.status_code == 200
    assert b"django_http_requests_before_middlewares_total" in response.content


def test_metrics_without_a_token_are_closed_in_production(rf: RequestFactory, settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.DEVELOPMENT = "", False
    for given in ("", "Bearer ", "Bearer None"):
        assert health.metrics(rf.get("/metrics", headers={"Authorization": given})).status_code == 403


@pytest.mark.parametrize(
    ("given", "status"), [("", 403), ("Bearer wrong", 403), ("Bearer ключ", 403), ("Bearer right", 200)]
)
def test_metrics_want_the_token_when_one_is_set(
    rf: RequestFactory, settings: Settings, given: str, status: int
) -> None:
    settings.METRICS_TOKEN = "right"
    request = rf.get("/metrics", headers={"Authorization": given})
    assert health.metrics(request).status_code == status
