"""Celery's part: activations whose time has come, and tidying up. Importing it makes the background job known."""

from celery import shared_task
from django.utils import timezone

from opinions.rehearsal import services
from opinions.rehearsal.jobs import rehearse_in_background

__all__ = ["activate_planned", "purge_differences", "rehearse_in_background"]


@shared_task(name="rehearsal.activate_planned")
def activate_planned() -> int:
    """Run by beat every minute; returns how many had their turn. Two at once do each once."""
    now = timezone.now()
    return sum(services.fire(plan_id=key, now=now) for key in services.due_activations(now=now))


@shared_task(name="rehearsal.purge_differences")
def purge_differences() -> int:
    """Run by beat every night."""
    return services.purge(now=timezone.now())
