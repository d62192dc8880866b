"""Celery's part in routing."""

from celery import shared_task
from django.utils import timezone

from opinions.routing import services


@shared_task(name="routing.check_rules")
def check_rules() -> int:
    """Run by beat every morning; returns how many problems stand."""
    return services.report(now=timezone.now())
