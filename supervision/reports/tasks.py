"""Celery's part in monthly reports."""

from celery import shared_task
from django.utils import timezone

from supervision.reports import services


@shared_task(name="reports.draft_month")
def draft_month() -> int:
    """Draft last month's reports; run by beat on the first of the month, and harmless at any other time."""
    now = timezone.now()
    return services.draft_month(month=services.last_month(now), now=now)
