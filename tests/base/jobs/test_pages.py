"""The pages of background jobs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deputies.accounts.models import Role, User
from liaison.base.jobs import kinds
from liaison.base.jobs.kinds import Product
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.jobs.services import start_job
from liaison.base.jobs.tasks import run
from tests.factories.accounts import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Product("公示牌.pdf", b"%PDF-1.7", "application/pdf")
    kind = kinds.Kind("probe", lambda job, progress: made, lambda user, permission: user.role == Role.STREET_STAFF)
    monkeypatch.setitem(kinds._kinds, "probe", kind)


@pytest.fixture
def user() -> User:
    return UserFactory.create(role=Role.STREET_STAFF)


@pytest.fixture
def desk(client: Client, user: User) -> Client:
    return sign_in(client, user)


def _job(user: User) -> Job:
    return start_job(kind="probe", title="试做 <b>", params={}, permission="p", by=user, now=timezone.now())


def _page(name: str, *args: Any) -> str:
    return reverse(f"jobs:{name}", args=args)


def test_page_of_a_waiting_job_polls_and_has_a_link_for_those_without_javascript(desk: Client, user: User) -> None:
    job = _job(user)
    text = desk.get(_page("job", job.pk)).content.decode()
    assert 'hx-trigger="every 2s"' in text
    assert f'<a class="btn" href="{_page("job", job.pk)}">' in text
    assert "刷新进度" in text
    assert "没有运行" not in text
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert "没有运行" in desk.get(_page("job", job.pk)).content.decode()


def test_fragment_of_a_finished_job_stops_polling(desk: Client, user: User) -> None:
    job = _job(user)
    run(job.pk)
    text = desk.get(_page("job", job.pk), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "hx-trigger" not in text
    assert _page("download", job.pk) in text


def test_download_gives_the_file_under_its_name(desk: Client, user: User) -> None:
    job = _job(user)
    assert desk.get(_page("download", job.pk)).status_code == 409
    run(job.pk)
    response = desk.get(_page("download", job.pk))
    assert b"".join(response) == b"%PDF-1.7"
    assert response["Content-Disposition"].startswith("attachment")


def test_jobs_of_others_are_not_found(desk: Client) -> None:
    job = _job(UserFactory.create(role=Role.STREET_STAFF))
    run(job.pk)
    assert desk.get(_page("job", job.pk)).status_code == 404
    assert desk.get(_page("download", job.pk)).status_code == 404
    assert desk.post(_page("retry", job.pk)).status_code == 404
    assert "试做" not in desk.get(_page("list")).content.decode()


def test_download_after_the_permission_is_gone_is_refused(desk: Client, user: User) -> None:
    job = _job(user)
    run(job.pk)
    User.objects.filter(pk=user.pk).update(role=Role.DEPUTY)
    assert desk.get(_page("download", job.pk)).status_code == 403


def test_download_after_its_time_says_so(desk: Client, user: User) -> None:
    job = _job(user)
    run(job.pk)
    Job.objects.update(expires_at=timezone.now())
    assert desk.get(_page("download", job.pk)).status_code == 410
    assert "已过保存期限" in desk.get(_page("job", job.pk)).content.decode()


def test_failed_job_says_why_and_can_be_tried_again(desk: Client, user: User) -> None:
    job = _job(user)
    Job.objects.update(status=JobStatus.FAILED, error="范围内没有 <b>")
    text = desk.get(_page("job", job.pk)).content.decode()
    assert "范围内没有 &lt;b&gt;" in text
    assert desk.post(_page("retry", job.pk)).status_code == 302
    assert Job.objects.get().status == JobStatus.QUEUED
    assert desk.post(_page("retry", job.pk)).status_code == 409


def test_list_costs_the_same_at_1_and_at_30_rows(desk: Client, user: User) -> None:
    def cost() -> int:
        desk.get(_page("list"))
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(_page("list")).status_code == 200
        return len(caught)

    _job(user)
    at_one = cost()
    for _n in range(29):
        _job(user)
    assert cost() == at_one


def test_pages_need_an_account(client: Client) -> None:
    for name, args in (("list", ()), ("job", (1,)), ("download", (1,))):
        assert "/accounts/login/" in client.get(_page(name, *args))["Location"]
