"""For the worker: the kinds of background jobs of this capability, and its housekeeping."""

from celery import shared_task
from django.utils import timezone

from deputies.accounts import services
from deputies.accounts.proof_job import prove_ledger

__all__ = ["clear_attempts", "clear_sessions", "forget_sign_ins", "prove_ledger"]


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions that are over."""
    services.clear_sessions()


@shared_task(name="accounts.clear_attempts")
def clear_attempts() -> int:
    """Delete the counts of failed sign-ins whose lock is long over; the security log stays. Returns how many."""
    return services.clear_attempts(now=timezone.now())


@shared_task(name="accounts.forget_sign_ins")
def forget_sign_ins() -> int:
    """Delete the places of sign-ins that are no longer needed. Returns how many."""
    return services.forget_sign_ins(now=timezone.now())
