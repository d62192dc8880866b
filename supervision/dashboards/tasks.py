"""Celery's part in the rollups."""

from celery import shared_task
from django.utils import timezone

from supervision.dashboards import services


@shared_task(name="dashboards.follow")
def follow() -> None:
    """Run by beat; by hand it is `manage.py rollups`."""
    services.catch_up(now=timezone.now())
