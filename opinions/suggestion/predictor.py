"""Opening a model that is in use. Whatever is wrong with it, nothing is proposed and nothing else is disturbed.

The classifier is imported only when a model is opened: a worker starts, and everything else works, where the packages
behind it are missing.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from liaison.base.errors import DomainError
from opinions.suggestion.models import SuggestionModel

logger = logging.getLogger(__name__)
CLASSIFIER = "opinions.suggestion.classifier.Classifier"
MOST_OPEN = 8
"""Models that a process keeps open; one is a few megabytes."""
_open: dict[tuple[str, str], Any] = {}
_told: set[tuple[str, str]] = set()
"""Broken models that the log has been told of by this process."""


class Proposed(Protocol):
    """What a classifier answers."""

    @property
    def label(self) -> str: ...

    @property
    def confidence(self) -> float: ...


class Predictor(Protocol):
    """What is needed of a classifier."""

    def propose(self, title: str, text: str) -> Proposed: ...


def folder_of(model: SuggestionModel) -> Path:
    """Where the content of a model lies."""
    return models_folder() / model.folder


def models_folder() -> Path:
    """Where all models lie."""
    return Path(settings.VAR_DIR) / "models"


def predictor(model: SuggestionModel) -> Predictor | None:
    """The classifier of a model; None, and one line in the log, when it cannot be opened."""
    key = (str(folder_of(model)), model.checksum)
    if key not in _open:
        try:
            opened = _opened(model)
        except (ImportError, DomainError) as error:
            if key not in _told:
                logger.warning("no suggestions: model %s of district %s: %s", model.version, model.district_id, error)
                _told.add(key)
            return None
        while len(_open) >= MOST_OPEN:
            _open.pop(next(iter(_open)))
        _open[key] = opened
        _told.discard(key)
    found: Predictor = _open[key]
    return found


def _opened(model: SuggestionModel) -> Predictor:
    """Raises ImportError, ModelBroken."""
    open_classifier: Callable[..., Predictor] = import_string(CLASSIFIER).open
    return open_classifier(folder_of(model), checksum=model.checksum)


def forget_all() -> None:
    """Close all models of this process (tests call it)."""
    _open.clear()
    _told.clear()
