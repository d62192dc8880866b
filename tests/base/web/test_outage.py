"""Database or disk gone: the page says that the system is busy, and when to come back."""

import errno

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from liaison.base.codes import new_code
from tests.factories.accounts import UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [
        OperationalError("unable to open database file"),
        DatabaseError("file is not a database"),
        OSError(errno.EFBIG, "File too large"),
    ],
)
def test_outage_is_a_kind_503(client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def gone() -> None:
        raise error

    monkeypatch.setattr("opinions.intake.doors.enter_context", gone)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "系统正忙" in answer.content.decode()


@pytest.mark.django_db
def test_outage_is_json_for_programs(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("opinions.intake.api.find_matter", gone)
    answer = client.get(f"/api/v1/track/{new_code()}/")
    assert answer.status_code == 503
    assert answer.json()["detail"]
    assert answer["Retry-After"]


@pytest.mark.django_db
def test_errors_before_a_view_is_reached_are_json_for_programs(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, status in (("/api/nowhere", 404), ("/api/v1/track/%00/", 400)):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
        assert answer.json()["detail"]

    def gone(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("connection refused")

    client.force_login(UserFactory.create())
    monkeypatch.setattr("deputies.accounts.backends.Backend.get_user", gone)
    client.raise_request_exception = False
    answer = client.post("/api/v1/opinions/assisted/", {}, content_type="application/json")
    assert answer.status_code == 503
    assert answer.json()["detail"]
    assert answer["Retry-After"]
