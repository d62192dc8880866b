"""The classifier that a model folder holds: sums of weights over words and runs, several times, and their mean.

Needs numpy only. One message takes well below three milliseconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from opinions.suggestion.storing import ModelBroken, Stored, read
from opinions.suggestion.words import FIELDS, Counts, counts

Floats = npt.NDArray[Any]
ARRAYS = ("rarity", "shares", "weights", "offsets", "sharpness", "votes", "trust")


@dataclass(frozen=True)
class Proposal:
    """The likeliest label, and how often such proposals have been right, as a probability."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Classifier:
    """Weights of several linear judges over the same terms.

    `terms` gives each field's terms their numbers, `rarity` weighs a term by how seldom it is, `shares` says how much
    a field counts. A judge scores by its part of `weights` (terms × judges × labels) and its `offsets`; `sharpness`
    makes the scores of the judges comparable, `votes` says what each counts. `trust` (slope, offset) makes a
    probability to be right from the lead of the likeliest label over the second: that lead tells right from wrong
    better than the first label's share alone.
    """

    labels: Sequence[str]
    terms: Sequence[dict[str, int]]
    rarity: Floats
    shares: Floats
    weights: Floats
    offsets: Floats
    sharpness: Floats
    votes: Floats
    trust: Floats

    @classmethod
    def open(cls, folder: Path, *, checksum: str = "") -> "Classifier":
        """The classifier in a folder; with `checksum`, only this very one. Raises ModelBroken."""
        stored = read(folder)
        if checksum and stored.checksum != checksum:
            raise ModelBroken
        return cls.of(stored)

    @classmethod
    def of(cls, stored: Stored) -> "Classifier":
        """Raises ModelBroken where parts do not fit together."""
        try:
            made = cls(
                labels=[str(label) for label in stored.meta["labels"]],
                terms=numbered(stored.terms),
                **{name: stored.arrays[name] for name in ARRAYS},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelBroken from error
        made.check()
        return made

    def check(self) -> None:
        """Raise ModelBroken unless all parts have the sizes that the others ask for and hold numbers."""
        judges, known, labels = len(self.sharpness), sum(map(len, self.terms)), len(self.labels)
        sizes = {
            "rarity": (known,), "shares": (len(FIELDS),), "weights": (known, judges, labels),
            "offsets": (judges, labels), "sharpness": (judges,), "votes": (judges,), "trust": (2,),
        }  # fmt: skip
        arrays = {name: getattr(self, name) for name in sizes}
        fits = all(array.shape == sizes[name] and array.dtype.kind == "f" for name, array in arrays.items())
        if not (fits and judges and labels > 1 and len(self.terms) == len(FIELDS)):
            raise ModelBroken
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ModelBroken

    def propose(self, title: str, text: str) -> Proposal:
        """The likeliest label of a message. A message without any known term gets what is likeliest of all."""
        shares = self.judged(counts(title, text))
        return Proposal(self.labels[int(shares.argmax())], float(trusted(lead(shares), self.trust)))

    def judged(self, held: Counts) -> Floats:
        """The mean of what the judges say of each label, as shares of 1."""
        numbers, values = self.vector(held)
        scores = np.tensordot(values, self.weights[numbers].astype(np.float32), 1) + self.offsets
        shares: Floats = self.votes @ softmax(scores * self.sharpness[:, None])
        return shares

    def vector(self, held: Counts) -> tuple[npt.NDArray[np.int64], Floats]:
        """Numbers and values of the known terms: rare ones count more, each field has the length of its share."""
        numbers: list[int] = []
        values: list[Floats] = []
        for field, known, share in zip(held, self.terms, self.shares, strict=True):
            shared = sorted(known.keys() & field.keys())
            if shared:
                at = [known[term] for term in shared]
                times = np.array([field[term] for term in shared], dtype=np.float32)
                weighed = (1 + np.log(times)) * self.rarity[at]
                numbers += at
                values.append(weighed * (share / np.sqrt((weighed**2).sum())))
        return np.array(numbers, dtype=np.int64), np.concatenate([np.zeros(0, np.float32), *values])


def numbered(terms: Iterable[Sequence[str]]) -> list[dict[str, int]]:
    """Each field's terms with their numbers, which go on from field to field."""
    start, found = 0, []
    for field in terms:
        found.append({term: start + number for number, term in enumerate(field)})
        start += len(field)
    return found


def softmax(scores: Floats) -> Floats:
    """Scores as shares of 1, along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def lead(shares: Floats) -> Floats:
    """The logarithm of how many times likelier the likeliest label is than the second, along the last axis."""
    ordered = np.sort(np.clip(shares, 1e-9, 1), axis=-1)
    ahead: Floats = np.log(ordered[..., -1] / ordered[..., -2])
    return ahead


def trusted(ahead: Floats, trust: Floats) -> Floats:
    """How often a proposal with such a lead is right."""
    slope, offset = trust
    return 1 / (1 + np.exp(-(slope * ahead + offset)))
