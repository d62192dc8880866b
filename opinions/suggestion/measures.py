"""How good proposals are: macro-F1, accuracy, and accuracy over the part that a threshold lets through. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99)
"""Confidences at which the curve is drawn."""
COVERAGE = 0.8
WANTED_ACCURACY = 0.97
"""The accuracy for which a threshold is proposed; staff choose their own by the curve."""


@dataclass(frozen=True)
class Judged:
    """One proposal beside the truth. `confidence` is a probability."""

    truth: str
    proposed: str
    confidence: float

    @property
    def right(self) -> bool:
        return self.truth == self.proposed


@dataclass(frozen=True)
class Point:
    """What a threshold does: the share of messages that get a proposal, and the share of those that are right."""

    threshold: float
    coverage: float
    accuracy: float | None
    """None where nothing is proposed."""


@dataclass(frozen=True)
class ClassFigures:
    """How well one label is told, of `rows` messages that bear it."""

    label: str
    rows: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def accuracy(judged: Sequence[Judged]) -> float:
    """Share of right proposals; 0 for none at all."""
    return sum(one.right for one in judged) / len(judged) if judged else 0.0


def by_class(judged: Sequence[Judged]) -> list[ClassFigures]:
    """Figures of every label that occurs as truth or as proposal, in order of the labels."""
    found = []
    for label in sorted({one.truth for one in judged} | {one.proposed for one in judged}):
        rows = sum(one.truth == label for one in judged)
        proposed = sum(one.proposed == label for one in judged)
        right = sum(one.right and one.truth == label for one in judged)
        found.append(ClassFigures(label, rows, right / proposed if proposed else 0.0, right / rows if rows else 0.0))
    return found


def macro_f1(judged: Sequence[Judged]) -> float:
    """Mean of the labels' F1, each label counting the same; 0 for nothing."""
    figures = by_class(judged)
    return sum(one.f1 for one in figures) / len(figures) if figures else 0.0


def accuracy_at(judged: Sequence[Judged], coverage: float = COVERAGE) -> float:
    """Accuracy over the most confident share of the messages; of equally confident ones those that come first."""
    surest = sorted(judged, key=lambda one: -one.confidence)
    return accuracy(surest[: int(coverage * len(surest) + 1e-9)])


def curve(judged: Sequence[Judged], thresholds: Sequence[float] = THRESHOLDS) -> list[Point]:
    """What each threshold does, rising."""
    return [_point(judged, threshold) for threshold in sorted(thresholds)]


def _point(judged: Sequence[Judged], threshold: float) -> Point:
    through = [one for one in judged if one.confidence >= threshold]
    covered = len(through) / len(judged) if judged else 0.0
    return Point(threshold, covered, accuracy(through) if through else None)


def proposed_threshold(points: Sequence[Point], wanted: float = WANTED_ACCURACY) -> float:
    """The lowest threshold from which on the accuracy is `wanted`; the highest where none reaches it."""
    enough = [point.threshold for point in points if point.accuracy is not None and point.accuracy >= wanted]
    return min(enough, default=max((point.threshold for point in points), default=1.0))
