"""Training a model of a district and noting it as a candidate.

The trainer is imported only here, when it is used: scikit-learn is large, and only training needs it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.workdays.arithmetic import local_today
from opinions.suggestion.labelled import LEAST_PER_LABEL, Labelled, Material, material_of
from opinions.suggestion.models import SuggestionModel
from opinions.suggestion.predictor import models_folder
from opinions.suggestion.queries import labelled_rows
from opinions.suggestion.services import register

TRAINER = "opinions.suggestion.training.train"
Progress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def train_folder(
    material: Material, folder: Path, *, source: str, now: datetime, progress: Progress = _silent
) -> dict[str, Any]:
    """Train on `material` and write the model to `folder`; returns what model.json says.

    Raises FolderTaken, and ImportError where scikit-learn is missing.
    """
    train: Callable[..., dict[str, Any]] = import_string(TRAINER)
    return train(material, folder, source=source, day=local_today(now), progress=progress)


def train_district(
    *,
    district: Organisation,
    by: User | None,
    now: datetime,
    rows: Sequence[Labelled] | None = None,
    source: str = "",
    progress: Progress = _silent,
) -> SuggestionModel:
    """Train a candidate for the district on its own matters, or on `rows` of a table called `source`.

    Running it again on the same material gives the same model and no second candidate.
    Raises NotTrainable, ImportError.
    """
    own = rows is None
    material = material_of(labelled_rows(district) if rows is None else rows, least=LEAST_PER_LABEL, leave_out_few=own)
    folder = f"{district.pk}/{now:%Y%m%d-%H%M%S-%f}"
    told = _("本区已办结的事项") if own else source
    meta = train_folder(material, models_folder() / folder, source=told, now=now, progress=progress)
    made = register(district=district, folder=folder, meta=meta, by=by, now=now)
    if made.folder != folder:
        _drop(models_folder() / folder)
    return made


def _drop(folder: Path) -> None:
    """Remove a model that is the same as one that is kept already."""
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()
