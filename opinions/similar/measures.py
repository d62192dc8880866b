"""How good search and grouping are, against messages of which a person said which belong together. Pure."""

import time
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from opinions.similar.corpus import TIED, Corpus, Message
from opinions.similar.grouping import Tie, groups_of


@dataclass(frozen=True)
class Figures:
    """`top1` is None where no message has a companion."""

    messages: int
    groups: int
    top1: float | None
    precision: float
    recall: float
    milliseconds: float
    """For one search, in memory."""

    @property
    def f1(self) -> float:
        return f1_of(self.precision, self.recall)


def evaluated(messages: Sequence[Message], groups: Sequence[Hashable]) -> Figures:
    """Search for every message among the others and group them all."""
    corpus, ties, right, asked = Corpus(messages), set[Tie](), 0, 0
    sizes = Counter(groups)
    begin = time.perf_counter()
    for number, group in enumerate(groups):
        found = corpus.alike_to(number)
        ties.update(
            Tie(min(number, other), max(number, other), like.score) for other, like in found if like.score >= TIED
        )
        asked += sizes[group] > 1
        right += sizes[group] > 1 and bool(found) and groups[found[0][0]] == group
    seconds = time.perf_counter() - begin
    precision, recall = pairwise(groups_of(ties), groups)
    several = sum(size > 1 for size in sizes.values())
    spent = 1000 * seconds / len(messages) if messages else 0.0
    return Figures(len(messages), several, right / asked if asked else None, precision, recall, spent)


def pairwise(found: Iterable[Sequence[int]], truth: Sequence[Hashable]) -> tuple[float, float]:
    """Precision and recall over pairs of members in one group; 1 where there is nothing to find or nothing found."""
    made = wanted = both = 0
    for group in found:
        made += _pairs(len(group))
        both += sum(_pairs(size) for size in Counter(truth[number] for number in group).values())
    wanted = sum(_pairs(size) for size in Counter(truth).values())
    return both / made if made else 1.0, both / wanted if wanted else 1.0


def f1_of(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _pairs(size: int) -> int:
    return size * (size - 1) // 2
