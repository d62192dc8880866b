"""Starting, carrying and ending background jobs.

The row is the truth; the broker only announces it. A job is claimed by compare-and-set, `attempts` tells the
claims apart, so a worker that was believed lost and comes back can no longer write.
"""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import remove
from liaison.base.jobs.kinds import kind_of
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.jobs.queries import expired, stale

logger = logging.getLogger(__name__)
KEPT = timedelta(days=7)
MOST_ATTEMPTS = 3
ANNOUNCE_SECONDS = 0.8
"""Longest time that starting a job waits for the broker."""
RUN_TASK = "jobs.run"


class JobTaken(Exception):
    """Another worker has the job, or it was ended: this one stops without a word."""


class NotReady(DomainError):
    """The result is asked for before there is one."""

    message = _("文件还没有做好，请稍后再来。")


class Expired(DomainError):
    """The result was kept for its time and is gone."""

    message = _("文件已过保存期限（7 天），请重新生成。")
    status_code = 410


class NotFailed(DomainError):
    """Only a failed job can be started again."""

    message = _("这个任务没有失败，不需要重试。")


def start_job(*, kind: str, title: str, params: dict[str, Any], permission: str, by: Any, now: datetime) -> Job:
    """Queue a job for the worker. Never waits for the broker longer than `ANNOUNCE_SECONDS`. Raises NotAllowed."""
    known = kind_of(kind)
    if known is None:
        raise ValueError(f"There is no kind of job called {kind}.")
    if not known.allows(by, permission):
        raise NotAllowed
    made = Job.objects.create(
        kind=kind, title=str(title)[:200], params=params, permission=str(permission), by=by, created_at=now, beat_at=now
    )
    _announce_on_commit(made)
    return made


def claim(*, job_id: int, now: datetime) -> Job | None:
    """Take a queued job for this worker; None when somebody else has it or it is ended."""
    claimed = Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(
        status=JobStatus.RUNNING, attempts=F("attempts") + 1, started_at=now, beat_at=now, done=0
    )
    return Job.objects.select_related("by").get(pk=job_id) if claimed else None


def progress(*, job: Job, done: int, total: int, now: datetime) -> None:
    """Note how far the work is; also the sign of life. Raises JobTaken."""
    _write(job, done=done, total=total, beat_at=now)


def finish(*, job: Job, result: StoredFile, now: datetime) -> None:
    """The work is done; the result is kept for `KEPT`. Raises JobTaken."""
    _write(
        job, status=JobStatus.DONE, done=job.total or 1, total=job.total or 1, result=result, error="",
        finished_at=now, expires_at=now + KEPT,
    )  # fmt: skip


def fail(*, job: Job, error: object, now: datetime) -> None:
    """The work cannot be done; `error` is a sentence for the user. Raises JobTaken."""
    _write(job, status=JobStatus.FAILED, error=str(error)[:500], finished_at=now)


def retry(*, job: Job, by: Any, now: datetime) -> None:
    """Queue a failed job once more. Raises NotFailed."""
    known = kind_of(job.kind)
    if known is None or job.by_id != by.pk or not known.allows(by, job.permission):
        raise NotAllowed
    again = Job.objects.filter(pk=job.pk, status=JobStatus.FAILED).update(
        status=JobStatus.QUEUED, error="", attempts=0, done=0, created_at=now, beat_at=now, finished_at=None
    )
    if not again:
        raise NotFailed
    _announce_on_commit(job)


def result_of(*, job: Job, by: Any, now: datetime) -> StoredFile:
    """The file to hand to `by`: asks for ownership and permission once more. Raises NotAllowed, NotReady, Expired."""
    known = kind_of(job.kind)
    if job.by_id != by.pk or known is None or not known.allows(by, job.permission):
        raise NotAllowed
    if job.status != JobStatus.DONE:
        raise NotReady
    if job.result is None or (job.expires_at and job.expires_at <= now):
        raise Expired
    return job.result


def requeue_stale(*, now: datetime) -> int:
    """Announce waiting jobs again and give back those whose worker is lost; returns how many were announced."""
    announced = 0
    for job in stale(now):
        if job.status == JobStatus.RUNNING and not _give_back(job, now):
            continue
        Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED).update(beat_at=now)
        _announce(job.pk)
        announced += 1
    return announced


def purge_expired(*, now: datetime) -> int:
    """Delete the files of results past their time; the rows stay and say so."""
    count = 0
    for job in expired(now):
        stored = job.result
        Job.objects.filter(pk=job.pk).update(result=None)
        if stored is not None:
            remove(stored)
        count += 1
    return count


def _give_back(job: Job, now: datetime) -> bool:
    """Return a lost job to the queue; after too many losses it fails, since it may be what kills the worker."""
    held = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    if job.attempts < MOST_ATTEMPTS:
        return bool(held.update(status=JobStatus.QUEUED, done=0))
    held.update(
        status=JobStatus.FAILED, error=str(_("后台程序多次中断，任务没有完成。请减少数量后重试。")), finished_at=now
    )
    return False


def _write(job: Job, **values: Any) -> None:
    """Write to a running job, only while this claim of it holds."""
    held = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)
    if not held.update(**values):
        raise JobTaken
    for name, value in values.items():
        setattr(job, name, value)


def _announce_on_commit(job: Job) -> None:
    transaction.on_commit(lambda: _announce(job.pk), robust=True)


def _announce(job_id: int) -> None:
    """Tell the broker in a thread of its own: a broker that does not answer must not keep the user waiting."""
    thread = threading.Thread(target=_send, args=(job_id,), name="announce-job", daemon=True)
    thread.start()
    thread.join(ANNOUNCE_SECONDS)


def _send(job_id: int) -> None:
    app = import_string(settings.TASK_APP)
    try:
        app.send_task(RUN_TASK, args=[job_id], retry=False, expires=60)
    except Exception as error:  # noqa: BLE001 - kombu raises transport-specific errors; beat announces again
        logger.warning("the broker cannot be reached; job %s waits for it: %s", job_id, error)
