"""Celery's part in the roster."""

from celery import shared_task
from django.utils import timezone

from deputies.roster import services
from liaison.base.workdays.arithmetic import local_today


@shared_task(name="roster.end_due_terms")
def end_due_terms() -> int:
    """Run by beat every night; returns how many deputies left office."""
    now = timezone.now()
    return services.end_due_terms(now=now, today=local_today(now))
