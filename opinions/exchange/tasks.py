"""Celery's part in the exchange."""

from celery import shared_task
from django.utils import timezone

from opinions.exchange.delivery import deliver_all
from opinions.exchange.services.doors import forget_nonces as forget
from opinions.exchange.services.keeping import drop_contacts, drop_files, drop_former_secrets, strip_ended
from opinions.exchange.services.pushing import DELIVER
from opinions.exchange.services.telling import gather


@shared_task(name=DELIVER.task)
def deliver_due() -> int:
    """Deliver all that is due; returns how many went out."""
    return deliver_all(timezone.now())


@shared_task(name="exchange.gather_results")
def gather_results() -> int:
    """Queue the results that changed; returns how many."""
    return gather(now=timezone.now())


@shared_task(name="exchange.gather_all")
def gather_all() -> int:
    """The same over orders that were settled before, since a matter can be reopened; returns how many."""
    return gather(now=timezone.now(), settled=True)


@shared_task(name="exchange.forget_nonces")
def forget_nonces() -> int:
    """Forget what can no longer be replayed; returns how many."""
    return forget(now=timezone.now())


@shared_task(name="exchange.drop_old")
def drop_old() -> int:
    """Let go of what is kept no longer: contents, files, contacts of erased residents, secrets; returns how many."""
    now = timezone.now()
    return strip_ended(now=now) + drop_files(now=now) + drop_contacts(now=now) + drop_former_secrets(now=now)
