"""Celery's part in publication."""

from celery import shared_task
from django.utils import timezone

from opinions.echo import services
from opinions.intake.services.following import HEED


@shared_task(name=HEED.task)
def heed_consents() -> None:
    """Asked for when a resident takes the consent back, and by beat each night."""
    services.heed_consents(now=timezone.now())
