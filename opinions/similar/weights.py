"""How much each pair of characters says, from how many of the place's own messages have it. Pure; no database."""

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from liaison.base.later import later
from opinions.similar.text import Marks, pairs_of, spelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

SLOTS = 1 << 18
"""Pairs share this many counters; two pairs in one counter make each a little more common than it is."""
_FACTOR = 2_654_435_761
FRESH = 40.0
"""A place begins as if so many messages had been read: one message says little about what is rare."""
_LEAST = 0.05
_MOST_NAMES = 20_000
Floats: TypeAlias = "NDArray[np.float32]"


class Lengths(NamedTuple):
    """Lengths of a message's parts as vectors, by the weights of the records. Kept with it: they hardly change."""

    marks: float
    rest: float
    head: float
    signs: float


@dataclass(frozen=True)
class Name:
    """The name of a place as it is looked for in a message: its pairs with their weights."""

    pairs: tuple[tuple[int, float], ...]
    """None where all its characters stand in every text."""
    numbered: frozenset[int]
    """The pairs with a digit, which must all be found: 3区 is not 1区."""
    whole: float
    telling: float
    """Mean weight of its pairs. Of a name without pairs (仁和) nothing is known against it."""


def slots_of(marks: Marks) -> "NDArray[np.int64]":
    """The counter of each mark."""
    mixed = marks.view(np.uint32).astype(np.uint64) * np.uint64(_FACTOR)
    return ((mixed >> np.uint64(14)) & np.uint64(SLOTS - 1)).astype(np.int64)


class Weights:
    """The weight of a mark falls with the share of messages that have it (IDF)."""

    def __init__(self, counts: "NDArray[np.uint32] | None" = None, total: int = 0) -> None:
        self.counts = np.zeros(SLOTS, dtype=np.uint32) if counts is None else counts
        self.total = total
        self._table: Floats | None = None
        self._names: dict[str, Name] = {}

    @classmethod
    def of(cls, texts: Iterable[tuple[Marks, str]]) -> Self:
        """Counted over messages, each given as its marks and its single characters."""
        made = cls()
        for marks, signs in texts:
            made.count(marks, signs)
        return made

    def count(self, marks: Marks, signs: str) -> None:
        """Count one more message."""
        self.counts[np.unique(slots_of(np.concatenate([marks, sign_marks(signs)])))] += 1
        self.total += 1
        self._table = None
        self._names.clear()

    def __call__(self, marks: Marks) -> Floats:
        if self._table is None:
            table = np.log((self.total + FRESH) / (self.counts + np.float32(1.0)))
            self._table = np.maximum(table, _LEAST).astype(np.float32)
        return self._table[slots_of(marks)]

    def length(self, marks: Marks) -> float:
        """The length of a message as a vector."""
        weights = self(marks)
        return math.sqrt(float(np.dot(weights, weights)))

    def name(self, text: str) -> Name:
        """A name weighed; remembered, since the same places are named again and again."""
        if (held := self._names.get(text)) is not None:
            return held
        if len(self._names) >= _MOST_NAMES:
            self._names.clear()
        marks = pairs_of(text)
        weights: list[float] = self(np.array(marks, dtype=np.int32)).tolist()
        numbered = frozenset(mark for mark in marks if any(map(str.isdigit, spelled(mark))))
        whole = sum(weights)
        made = Name(tuple(zip(marks, weights, strict=True)), numbered, whole, whole / len(marks) if marks else math.inf)
        self._names[text] = made
        return made

    def packed(self) -> bytes:
        """For keeping; `unpacked` reads it."""
        return zlib.compress(self.counts.astype("<u4").tobytes(), 6)

    @classmethod
    def unpacked(cls, kept: bytes, total: int) -> Self:
        """What `packed` made of weights that had counted `total` messages."""
        return cls(np.frombuffer(zlib.decompress(kept), dtype="<u4").copy(), total)


def sign_marks(signs: str) -> Marks:
    """Single characters as marks: no pair begins with the character zero."""
    return np.array([ord(sign) for sign in signs if ord(sign) < 0x10000], dtype=np.int32)
