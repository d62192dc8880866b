"""The worker's part: looking at new matters, and a monthly training that makes candidates only."""

import logging

from celery import shared_task
from django.utils import timezone

from liaison.base.errors import DomainError
from opinions.suggestion.jobs import train_in_background
from opinions.suggestion.learning import train_district
from opinions.suggestion.queries import models_in_use
from opinions.suggestion.services import SUGGEST, suggest_waiting

logger = logging.getLogger(__name__)
__all__ = ["retrain", "suggest", "train_in_background"]


@shared_task(name=SUGGEST.task)
def suggest() -> int:
    """Propose categories for matters that no model has looked at; returns how many were looked at."""
    return suggest_waiting(now=timezone.now())


@shared_task(name="suggestion.retrain")
def retrain() -> int:
    """Train a candidate for every district that uses a model; returns how many. A person activates one."""
    made = 0
    for used in models_in_use().values():
        try:
            train_district(district=used.model.district, by=None, now=timezone.now())
            made += 1
        except (DomainError, ImportError) as error:
            logger.warning("district %s: no new candidate: %s", used.model.district_id, error)
    return made
