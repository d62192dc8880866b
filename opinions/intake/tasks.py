"""Housekeeping of intake."""

from celery import shared_task
from django.utils import timezone

from opinions.intake.services.photos import drop_stale_photos


@shared_task(name="intake.drop_stale_photos")
def drop_stale() -> int:
    """Delete photos of forms that never came back."""
    return drop_stale_photos(now=timezone.now())
