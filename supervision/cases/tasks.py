"""Celery's part in the sweep."""

from celery import shared_task
from django.utils import timezone

from supervision.cases import services


@shared_task(name="cases.sweep")
def sweep() -> None:
    """Run by beat; by hand it is `manage.py sweep`."""
    services.sweep(now=timezone.now())
