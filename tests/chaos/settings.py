"""The real settings for workers and beats of a chaos run: another clock, and beat asks often.

CHAOS_CLOCK names the file of the clock. Nothing of the product knows of it: `timezone.now` is put in place here, before
any model or service is imported.
"""

import os
from pathlib import Path

from django.utils import timezone

from liaison.settings import *  # noqa: F403
from liaison.settings import CELERY_BEAT_SCHEDULE
from tests.chaos.clock import SharedClock

timezone.now = SharedClock(Path(os.environ["CHAOS_CLOCK"])).now

EVERY = {"sweep": 0.5, "deliver-notices": 1.0}
"""Seconds between two runs; what else beat asks for is left out."""
CELERY_BEAT_SCHEDULE = {
    name: {**CELERY_BEAT_SCHEDULE[name], "schedule": seconds, "options": {"expires": 5}}
    for name, seconds in EVERY.items()
}
