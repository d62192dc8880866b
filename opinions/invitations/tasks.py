"""Housekeeping of invitations."""

from celery import shared_task
from django.utils import timezone

from liaison.base.workdays.arithmetic import local_today
from opinions.invitations import services


@shared_task(name="invitations.drop_expired")
def drop_expired() -> int:
    """Delete links that stopped rating long ago; returns how many."""
    return services.drop_expired(today=local_today(timezone.now()))
