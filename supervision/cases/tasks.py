"""Celery's part in the sweep."""

from celery import shared_task
from django.utils import timezone

from supervision.cases import pulse, services


@shared_task(name="cases.sweep")
def sweep() -> None:
    """Run by beat, while its clock is believed; by hand it is `manage.py sweep`."""
    now = timezone.now()
    if pulse.believed(now=now):
        services.sweep(now=now)
