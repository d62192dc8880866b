"""Which jobs a person has, and which ones wait for a worker."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from liaison.base.jobs.models import Job, JobStatus

NUDGE_AFTER = timedelta(seconds=60)
"""A queued job of which no worker has taken notice for so long is announced again."""
LEASE = timedelta(minutes=2)
"""A running job without a sign of life for so long has lost its worker."""
WAITING_LONG = timedelta(seconds=30)
"""After so long in the queue the page says that no worker may be running."""


def owned_by(user: Any) -> QuerySet[Job]:
    """The jobs that `user` started, newest first."""
    return Job.objects.filter(by=user).select_related("result").order_by("-id")


def stale(now: datetime) -> QuerySet[Job]:
    """Queued jobs to announce again, and running ones whose worker is lost."""
    unheard = Q(status=JobStatus.QUEUED, beat_at__lte=now - NUDGE_AFTER)
    lost = Q(status=JobStatus.RUNNING, beat_at__lte=now - LEASE)
    return Job.objects.filter(unheard | lost).order_by("id")


def expired(now: datetime) -> QuerySet[Job]:
    """Jobs whose result is past its time and still stored."""
    return Job.objects.filter(expires_at__lte=now, result__isnull=False).select_related("result").order_by("id")


def waits_long(job: Job, now: datetime) -> bool:
    """Whether a queued job has waited so long that the user should be told why."""
    return job.status == JobStatus.QUEUED and now - job.created_at >= WAITING_LONG
