"""Messages in memory, searched the way the database is: by keys, then compared one by one. Pure; no database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from opinions.similar.compare import Likeness, Setting, Sitter, compared
from opinions.similar.grouping import Tie
from opinions.similar.keys import keys_of
from opinions.similar.places import Learner
from opinions.similar.portrait import portrait
from opinions.similar.text import plain
from opinions.similar.weights import Weights

PER_KEY = 150
"""Newest messages that are looked at under one key, however many have it."""
CANDIDATES = 40
"""Messages that are compared with the one searched for."""
TIED = 0.05
"""Ties below this score say nothing."""


@dataclass(frozen=True)
class Message:
    """A message as it was written, with what is known beside."""

    title: str
    text: str
    place: str = ""
    setting: Setting = field(default_factory=Setting)


class Corpus:
    """Messages, made comparable with names and weights learned from themselves."""

    def __init__(self, messages: Sequence[Message]) -> None:
        learner = Learner()
        for one in messages:
            learner.read(f"{plain(one.place)} {plain(one.title)} {plain(one.text)}")
        names = learner.names()
        portraits = [portrait(one.title, one.text, one.place, known=names) for one in messages]
        self.weights = Weights.of((one.marks, one.signs) for one in portraits)
        self.sitters = [Sitter(made, self.weights, one.setting) for made, one in zip(portraits, messages, strict=True)]
        self._keys = [keys_of(one, self.weights) for one in portraits]
        self._found: dict[int, list[int]] = defaultdict(list)
        for number, keys in enumerate(self._keys):
            for key in keys:
                self._found[key].append(number)

    def alike_to(self, number: int) -> list[tuple[int, Likeness]]:
        """The other messages that may be alike to one, the most alike first."""
        found = [(other, compared(self.sitters[number], self.sitters[other])) for other in self._candidates(number)]
        return sorted(found, key=lambda pair: (-pair[1].score, pair[0]))

    def _candidates(self, number: int) -> list[int]:
        worth: dict[int, float] = defaultdict(float)
        for key, weight in self._keys[number].items():
            for other in self._found[key][-PER_KEY:]:
                worth[other] += weight
        worth.pop(number, None)
        return sorted(worth, key=lambda other: (-worth[other], other))[:CANDIDATES]

    def ties(self) -> list[Tie]:
        """The ties between all messages that may be alike."""
        found = (
            Tie(min(number, other), max(number, other), like.score)
            for number in range(len(self.sitters))
            for other, like in self.alike_to(number)
            if like.score >= TIED
        )
        return sorted(set(found))
