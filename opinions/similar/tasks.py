"""The worker's part: indexing what is new, and at night learning, correcting and grouping."""

import time

from celery import shared_task
from django.utils import timezone

from opinions.similar import services

MOST_SECONDS = 60.0
"""A run ends after so long, so that other work gets its turn; the next one goes on."""
MOST_SECONDS_AT_NIGHT = 1_800.0


@shared_task(name=services.INDEX.task)
def index_waiting() -> int:
    """Index new opinions and find their ties; returns how many were looked at."""
    done, until = 0, time.monotonic() + MOST_SECONDS
    while time.monotonic() < until and (more := services.index_waiting(now=timezone.now())):
        done += more
    return done


@shared_task(name="similar.nightly")
def nightly() -> int:
    """Learn how common words are, index what was corrected, clear what is left of what is gone, and group; returns how
    many hot issues are open."""
    now = timezone.now()
    services.learn(now=now)
    services.refresh(now=now)
    services.clear_left_over(now=now)
    until = time.monotonic() + MOST_SECONDS_AT_NIGHT
    while time.monotonic() < until and services.index_waiting(now=now):
        pass
    return services.group_recent(now=now)
