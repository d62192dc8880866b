"""Housekeeping of intake."""

from celery import shared_task
from django.utils import timezone

from opinions.intake.services import keeping


@shared_task(name="intake.drop_stale_photos")
def drop_stale_photos() -> int:
    """Delete the photos of forms that never came back; returns how many."""
    now, dropped = timezone.now(), 0
    while found := keeping.drop_stale_photos(now=now):
        dropped += found
    return dropped


@shared_task(name="intake.drop_stale_tables")
def drop_stale_tables() -> int:
    """Delete uploaded tables that were not imported; returns how many."""
    now, dropped = timezone.now(), 0
    while found := keeping.drop_stale_tables(now=now):
        dropped += found
    return dropped
