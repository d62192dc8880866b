"""Background jobs: queued, taken once, told of, lost and found, kept for a while."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connections
from django.utils import timezone

from deputies.accounts.models import Role, User
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.jobs import kinds, services
from liaison.base.jobs.kinds import Product, Progress
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.jobs.queries import LEASE, NUDGE_AFTER, waits_long
from liaison.base.jobs.tasks import requeue_stale, run
from tests.factories.accounts import UserFactory

NOW = timezone.now()
PDF = Product("result.pdf", b"%PDF-1.7 made", "application/pdf")


@pytest.fixture
def user(db: Any) -> User:
    return UserFactory.create(role=Role.STREET_STAFF)


@pytest.fixture
def work() -> Iterator[dict[str, Any]]:
    """A kind of job whose runner and permission a test may replace."""
    held: dict[str, Any] = {"run": lambda job, progress: PDF, "allows": lambda user, permission: True}

    def run_it(job: Job, progress: Progress) -> Product:
        made: Product = held["run"](job, progress)
        return made

    def allows(user: Any, permission: str) -> bool:
        return bool(held["allows"](user, permission))

    kinds._kinds["probe"] = kinds.Kind("probe", run_it, allows)
    yield held
    del kinds._kinds["probe"]


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs of which the broker was told."""
    told: list[int] = []
    monkeypatch.setattr(services, "_announce", told.append)
    return told


def _started(user: User, *, now: datetime = NOW) -> Job:
    return services.start_job(kind="probe", title="试做", params={"n": 1}, permission="p", by=user, now=now)


def _again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_start_job_is_queued_and_announced_after_commit(
    user: User, work: Any, announced: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = _started(user)
        assert announced == []
    assert announced == [job.pk]
    assert (job.status, job.params) == (JobStatus.QUEUED, {"n": 1})


def test_start_job_without_permission_is_refused(user: User, work: Any) -> None:
    work["allows"] = lambda user, permission: False
    with pytest.raises(NotAllowed):
        _started(user)
    assert not Job.objects.exists()


def test_start_job_of_an_unknown_kind_is_a_programming_error(user: User) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        services.start_job(kind="nonsense", title="", params={}, permission="", by=user, now=NOW)


@pytest.fixture
def deaf_broker() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen(8)
        yield f"redis://127.0.0.1:{ear.getsockname()[1]}/0"


def test_start_job_with_a_broker_that_does_not_answer_takes_less_than_a_second(
    user: User, work: Any, deaf_broker: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def send_task(*args: Any, **kwargs: Any) -> None:
        with socket.create_connection(("127.0.0.1", int(deaf_broker.rsplit(":", 1)[1].split("/")[0]))) as line:
            line.settimeout(30)
            line.recv(1)

    monkeypatch.setattr(current_app._get_current_object(), "send_task", send_task)
    begun = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = _started(user)
    assert time.monotonic() - begun < 1
    assert _again(job).status == JobStatus.QUEUED


def test_start_job_with_a_dead_broker_stays_queued(
    user: User, work: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def send_task(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app._get_current_object(), "send_task", send_task)
    with django_capture_on_commit_callbacks(execute=True):
        job = _started(user)
    assert _again(job).status == JobStatus.QUEUED
    assert not waits_long(job, NOW + timedelta(seconds=10))
    assert waits_long(job, NOW + timedelta(seconds=40))


def test_run_makes_the_file_and_keeps_it_for_seven_days(user: User, work: Any) -> None:
    job = _started(user)
    assert run(job.pk)
    done = _again(job)
    assert (done.status, done.percent) == (JobStatus.DONE, 100)
    assert done.finished_at is not None
    assert done.expires_at == done.finished_at + timedelta(days=7)
    assert done.result is not None
    assert done.result.file.read() == PDF.content
    done.result.file.close()


def test_run_twice_does_the_work_once(user: User, work: Any) -> None:
    calls: list[int] = []

    def count(job: Job, progress: Progress) -> Product:
        calls.append(job.pk)
        return PDF

    work["run"] = count
    job = _started(user)
    assert run(job.pk)
    assert not run(job.pk)
    assert calls == [job.pk]
    assert StoredFile.objects.count() == 1


def test_run_of_a_job_that_is_gone_does_nothing(db: Any) -> None:
    assert not run(999_999)


def test_run_tells_a_refusal_in_its_own_words(user: User, work: Any) -> None:
    def refuse(job: Job, progress: Progress) -> Product:
        raise DomainError("范围内没有可做的。")

    work["run"] = refuse
    job = _started(user)
    run(job.pk)
    assert (_again(job).status, _again(job).error) == (JobStatus.FAILED, "范围内没有可做的。")


def test_run_tells_an_accident_without_its_secrets(user: User, work: Any, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(job: Job, progress: Progress) -> Product:
        raise RuntimeError("secret path /srv/x")

    work["run"] = stumble
    job = _started(user)
    run(job.pk)
    failed = _again(job)
    assert failed.status == JobStatus.FAILED
    assert "secret" not in failed.error
    assert str(job.pk) in failed.error
    assert "secret path" in caplog.text


def test_run_asks_for_the_permission_once_more(user: User, work: Any) -> None:
    job = _started(user)
    work["allows"] = lambda user, permission: False
    run(job.pk)
    assert (_again(job).status, _again(job).result) == (JobStatus.FAILED, None)


def test_run_of_a_kind_that_is_gone_fails(user: User, work: Any) -> None:
    job = _started(user)
    Job.objects.update(kind="nonsense")
    run(job.pk)
    assert _again(job).status == JobStatus.FAILED


def test_progress_is_written_and_is_a_sign_of_life(user: User, work: Any) -> None:
    job = services.claim(job_id=_started(user).pk, now=NOW)
    assert job is not None
    services.progress(job=job, done=30, total=120, now=NOW + timedelta(seconds=90))
    seen = _again(job)
    assert (seen.done, seen.total, seen.percent) == (30, 120, 25)
    assert services.requeue_stale(now=NOW + LEASE + timedelta(seconds=1)) == 0
    assert _again(job).status == JobStatus.RUNNING


def test_a_worker_that_was_given_up_can_no_longer_write(user: User, work: Any, announced: list[int]) -> None:
    slow = services.claim(job_id=_started(user).pk, now=NOW)
    assert slow is not None
    services.requeue_stale(now=NOW + LEASE)
    quick = services.claim(job_id=slow.pk, now=NOW + LEASE)
    assert quick is not None
    for late in (
        lambda: services.progress(job=slow, done=1, total=2, now=NOW),
        lambda: services.fail(job=slow, error="x", now=NOW),
    ):
        with pytest.raises(services.JobTaken):
            late()
    services.progress(job=quick, done=1, total=2, now=NOW)
    assert _again(slow).status == JobStatus.RUNNING


def test_run_stops_quietly_when_it_was_given_up(user: User, work: Any) -> None:
    def lose(job: Job, progress: Progress) -> Product:
        Job.objects.filter(pk=job.pk).update(attempts=7)
        progress(1, 1)
        raise AssertionError("went on")

    work["run"] = lose
    job = _started(user)
    assert not run(job.pk)
    assert (_again(job).status, _again(job).attempts) == (JobStatus.RUNNING, 7)


def test_requeue_stale_announces_forgotten_jobs_again_and_fresh_ones_not(
    user: User, work: Any, announced: list[int]
) -> None:
    old, fresh = _started(user), _started(user, now=NOW + NUDGE_AFTER)
    assert services.requeue_stale(now=NOW + NUDGE_AFTER) == 1
    assert announced == [old.pk]
    assert services.requeue_stale(now=NOW + NUDGE_AFTER) == 0
    assert _again(fresh).status == JobStatus.QUEUED


def test_requeue_stale_gives_up_a_job_that_keeps_killing_its_worker(
    user: User, work: Any, announced: list[int]
) -> None:
    job = _started(user)
    now = NOW
    for _attempt in range(services.MOST_ATTEMPTS):
        assert services.claim(job_id=job.pk, now=now)
        now += LEASE
        services.requeue_stale(now=now)
    assert _again(job).status == JobStatus.FAILED
    assert "多次中断" in _again(job).error


def test_retry_queues_a_failed_job_and_no_other(user: User, work: Any) -> None:
    job = _started(user)
    with pytest.raises(services.NotFailed):
        services.retry(job=job, by=user, now=NOW)
    Job.objects.update(status=JobStatus.FAILED, error="x", attempts=3)
    services.retry(job=_again(job), by=user, now=NOW)
    again = _again(job)
    assert (again.status, again.error, again.attempts) == (JobStatus.QUEUED, "", 0)
    assert run(job.pk)


def test_result_is_for_the_owner_with_the_permission_in_time(user: User, work: Any) -> None:
    job = _started(user)
    with pytest.raises(services.NotReady):
        services.result_of(job=job, by=user, now=NOW)
    run(job.pk)
    job = _again(job)
    now = timezone.now()
    assert services.result_of(job=job, by=user, now=now) == job.result
    with pytest.raises(NotAllowed):
        services.result_of(job=job, by=UserFactory.create(), now=now)
    with pytest.raises(services.Expired):
        services.result_of(job=job, by=user, now=now + timedelta(days=7, seconds=1))
    work["allows"] = lambda user, permission: False
    with pytest.raises(NotAllowed):
        services.result_of(job=job, by=user, now=now)


def test_purge_expired_deletes_the_file_and_keeps_the_row(
    user: User, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    job = _started(user)
    run(job.pk)
    stored = _again(job).result
    assert stored is not None
    assert services.purge_expired(now=timezone.now() + timedelta(days=6)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert services.purge_expired(now=timezone.now() + timedelta(days=8)) == 1
    assert not StoredFile.objects.exists()
    assert not stored.file.storage.exists(str(stored.file.name))
    with pytest.raises(services.Expired):
        services.result_of(job=_again(job), by=user, now=timezone.now())


def test_a_kind_belongs_to_one_module() -> None:
    with pytest.raises(ValueError, match="plaques"):
        kinds.job("plaques", allows=lambda user, permission: True)(lambda job, progress: PDF)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing(user: User, work: Any, announced: list[int]) -> None:
    """A worker is killed in the middle; beat gives the job back; the next worker finishes it."""
    job = _started(user)
    _kill_in_the_middle(lambda: run(job.pk), work)
    lost = _again(job)
    assert (lost.status, lost.done, lost.total) == (JobStatus.RUNNING, 1, 10)
    assert requeue_stale() == 0
    Job.objects.update(beat_at=timezone.now() - LEASE)
    assert requeue_stale() == 1
    assert announced[-1] == job.pk
    assert run(job.pk)
    done = _again(job)
    assert (done.status, done.attempts) == (JobStatus.DONE, 2)
    assert StoredFile.objects.count() == 1


def _kill_in_the_middle(begin: Callable[[], object], work: dict[str, Any]) -> None:
    """Run `begin` in another process and kill it once its work is under way."""
    heard, tell = os.pipe()

    def stall(job: Job, progress: Progress) -> Product:
        progress(1, 10)
        os.write(tell, b"x")
        time.sleep(60)
        return PDF

    good, work["run"] = work["run"], stall
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            begin()
        finally:
            os._exit(1)
    os.read(heard, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(heard)
    os.close(tell)
    work["run"] = good
