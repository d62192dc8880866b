"""Category suggestion: how long one message takes, how large a model is, and, on labelled messages that somebody
brings, how often it is right.

`BENCH_LABELLED` names a table with the columns title, text, label; each fifth is held back in turn, and no near-copy
stands on both sides.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.utils import timezone
from sklearn.model_selection import StratifiedGroupKFold

from liaison.base.imports import read_table
from opinions.management.commands.suggest import MEGABYTE, judge
from opinions.suggestion.classifier import Classifier
from opinions.suggestion.labelled import Labelled, material_of, rows_of
from opinions.suggestion.learning import train_folder
from opinions.suggestion.measures import Judged, accuracy_at, macro_f1
from opinions.suggestion.storing import size_of
from opinions.suggestion.training import groups
from tests.bench.table import Figure, at_most
from tests.factories.suggestion import messages

MOST_MILLISECONDS, MOST_MEGABYTES = 3.0, 10.0
LEAST_F1, LEAST_ACCURACY = 0.90, 0.97
INVENTED, ASKED = 2_000, 500
BLUR = 0.1
"""Share of invented messages that bear a wrong label, as real ones do."""
FOLDS = 5


def suggestion(_port: int) -> Iterator[Figure]:
    """On invented messages speed and size only: how often a model is right there would say nothing."""
    rows = messages(INVENTED, blur=BLUR)
    judged, *costs = _trained_and_judged(rows, messages(ASKED, seed=2))
    yield from _costs(f"invented, {len(rows)} learned, {len(judged)} asked", *costs)
    labelled = os.environ.get("BENCH_LABELLED", "")
    if labelled:
        yield from _held_back(Path(labelled))
    else:
        yield Figure("macro-F1, accuracy at 80% coverage", "BENCH_LABELLED names no table", "≥ 0.9, ≥ 0.97")


def _held_back(table: Path) -> Iterator[Figure]:
    """Every fifth of the table in turn is held back: the figures are over all messages, each asked once."""
    rows = list(material_of(rows_of(read_table(table.read_bytes(), name=table.name))).rows)
    truth = [row.label for row in rows]
    parts = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=1).split(rows, truth, groups(rows))
    judged: list[Judged] = []
    for inside, outside in parts:
        found, *costs = _trained_and_judged([rows[at] for at in inside], [rows[at] for at in outside])
        judged += found
    what = f"{len(judged)} labelled messages, each held back once"
    yield _at_least(f"macro-F1, {what}", macro_f1(judged), LEAST_F1)
    yield _at_least("accuracy at 80% coverage", accuracy_at(judged), LEAST_ACCURACY)
    yield from _costs("labelled", *costs)


def _trained_and_judged(learned: list[Labelled], asked: list[Labelled]) -> tuple[list[Judged], float, float]:
    """What a model says that has learned from the first, asked about the second; milliseconds each, and megabytes."""
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as place:
        folder = Path(place) / "model"
        train_folder(material_of(learned), folder, source="bench", now=timezone.now())
        found, milliseconds = judge(Classifier.open(folder), asked)
        return found, milliseconds, size_of(folder) / MEGABYTE


def _at_least(what: str, value: float, least: float) -> Figure:
    """A share with three digits: the third is what it is about."""
    return Figure(what, f"{value:.3f}", f"≥ {least}", value >= least)


def _costs(what: str, milliseconds: float, megabytes: float) -> Iterator[Figure]:
    yield at_most(f"one suggestion, {what}", round(milliseconds, 2), MOST_MILLISECONDS, unit=" ms")
    yield at_most(f"model, {what}", round(megabytes, 2), MOST_MEGABYTES, unit=" MB")
