"""Housekeeping of intake."""

from celery import shared_task
from django.utils import timezone

from opinions.intake.services.keeping import drop_stale_photos, drop_stale_tables


@shared_task(name="intake.drop_stale_files")
def drop_stale() -> int:
    """Delete photos of forms that never came back, and tables that were not imported."""
    now = timezone.now()
    return drop_stale_photos(now=now) + drop_stale_tables(now=now)
