"""Celery's part in background jobs."""

import logging
import time

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.base.errors import DomainError
from liaison.base.files.services import store_generated
from liaison.base.jobs import services
from liaison.base.jobs.kinds import Product, kind_of
from liaison.base.jobs.models import Job

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_NOTES = 0.5
"""Progress is written to the database no more often."""


class ThrottledProgress:
    """Writes progress when some time has passed, and always the last step."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        if done < total and time.monotonic() - self._last < SECONDS_BETWEEN_NOTES:
            return
        self._last = time.monotonic()
        services.progress(job=self.job, done=done, total=total, now=timezone.now())


@shared_task(name=services.RUN_TASK)
def run(job_id: int) -> bool:
    """Do the work of one job; False when there was nothing to do. Running it twice does the work once."""
    job = services.claim(job_id=job_id, now=timezone.now())
    if job is None:
        return False
    try:
        product = _work(job)
        stored = store_generated(
            name=product.name, content=product.content, content_type=product.content_type, by=job.by, now=timezone.now()
        )
        services.finish(job=job, result=stored, now=timezone.now())
    except services.JobTaken:
        return False
    except DomainError as error:
        _fail(job, error)
    except Exception:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        _fail(
            job, _("生成时出了意外，管理员可以在日志中看到原因（任务 %(number)s）。可以重试一次。") % {"number": job.pk}
        )
    return True


def _work(job: Job) -> Product:
    kind = kind_of(job.kind)
    if kind is None:
        raise LookupError(f"This worker does not know jobs of kind {job.kind}.")
    if not kind.allows(job.by, job.permission):
        raise DomainError(_("您已没有做这件事的权限，任务没有执行。"))
    return kind.run(job, ThrottledProgress(job))


def _fail(job: Job, error: object) -> None:
    try:
        services.fail(job=job, error=error, now=timezone.now())
    except services.JobTaken:
        logger.info("job %s was taken by another worker before its failure was noted", job.pk)


@shared_task(name="jobs.requeue_stale")
def requeue_stale() -> int:
    """Announce forgotten jobs again; returns how many."""
    return services.requeue_stale(now=timezone.now())


@shared_task(name="jobs.purge_expired")
def purge_expired() -> int:
    """Delete the files of finished jobs that are past their time; returns how many."""
    return services.purge_expired(now=timezone.now())
