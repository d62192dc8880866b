"""Celery's part in delivery."""

from celery import shared_task
from django.utils import timezone

from liaison.base.notices.delivery import deliver, due
from liaison.base.notices.services import DELIVER


@shared_task(name=DELIVER.task)
def deliver_due() -> int:
    """Deliver all that is due; returns how many went out."""
    sent = 0
    while rows := due(timezone.now()):
        sent += sum(deliver(row, timezone.now()) for row in rows)
    return sent
