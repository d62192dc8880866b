"""Training a classifier: the only module that needs scikit-learn. The same material gives the same model.

Linear judges see words, runs of one to three characters and troubles of title and text, weighed by tf-idf and picked by
chi². How good they are is measured on messages that they have not learned, and near-copies never stand on both sides.
What was tried and what it gave stands in ADR 0010.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from opinions.suggestion.classifier import Floats, lead, softmax, trusted
from opinions.suggestion.labelled import Labelled, Material
from opinions.suggestion.measures import (
    Judged,
    accuracy,
    accuracy_at,
    by_class,
    curve,
    macro_f1,
    proposed_threshold,
)
from opinions.suggestion.storing import write
from opinions.suggestion.words import FIELDS, Counts, counts, fingerprint

SEED = 20261122
FOLDS = 5
LEAST_MESSAGES = 2
"""A term is kept when so many messages have it that are no copies of each other: what only one person wrote is not."""
SHARES = (0.8, 1.0, 0.8, 1.0, 0.4, 0.4)
"""How much each of `FIELDS` counts."""
MOST_WEIGHTS = 400_000
"""Terms × labels that a model may have, so that its folder stays far below 10 MB."""
MOST_TERMS = 20_000
SHARPNESS = (1.0, 2.2, 1.5)
"""Makes the scores of the other judges as bold as those of logistic regression."""
VOTES = (0.4, 0.4, 0.2)
"""What logistic regression, SVM and naive Bayes count; they add up to 1."""

Numbers = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Fitted:
    """What was learned from some rows: which terms, how rare they are, and the judges' weights."""

    chosen: Sequence[Numbers]
    """Of each field, the columns that are kept, rising."""
    rarity: Sequence[Floats]
    weights: Floats
    offsets: Floats


def train(material: Material, folder: Path, *, source: str, day: date, progress: Progress) -> dict[str, Any]:
    """Learn, measure by cross-validation, and write the model; returns what model.json says. Raises FolderTaken."""
    rows = material.rows
    labels = sorted(material.sizes)
    truth = np.array([labels.index(row.label) for row in rows])
    alike = groups(rows)
    terms, matrices = _tables([counts(row.title, row.text) for row in rows], alike)
    outside = _judged_from_outside(matrices, truth, alike, len(labels), progress)
    trust = _trust(outside, truth)
    judged = _judged(outside, trust, truth, labels)
    fitted = _fit(matrices, truth, len(labels))
    meta = _meta(material, judged, labels, source=source, day=day)
    kept = [[field[at] for at in chosen] for field, chosen in zip(terms, fitted.chosen, strict=True)]
    checksum = write(folder, meta=meta, terms=kept, arrays=_arrays(fitted, trust))
    progress(FOLDS + 1, FOLDS + 1)
    return {**meta, "checksum": checksum}


def _tables(held: Sequence[Counts], alike: Numbers) -> tuple[list[list[str]], list[sparse.csr_matrix]]:
    """For each field its terms in order, and a table messages × terms of how often each occurs."""
    terms, matrices = [], []
    for number in range(len(FIELDS)):
        field = _common([one[number] for one in held], alike)
        known = {term: at for at, term in enumerate(field)}
        cells = [
            (row, known[term], n) for row, one in enumerate(held) for term, n in one[number].items() if term in known
        ]
        at, column, value = zip(*cells, strict=True) if cells else ((), (), ())
        shape = (len(held), len(field))
        matrices.append(sparse.csr_matrix((np.array(value, dtype=np.float32), (at, column)), shape=shape))
        terms.append(field)
    return terms, matrices


def _common(held: Sequence[Iterable[str]], alike: Numbers) -> list[str]:
    """The terms of at least `LEAST_MESSAGES` messages, near-copies counting once, in order."""
    messages: Counter[str] = Counter()
    last: dict[str, int] = {}
    for at in np.argsort(alike, kind="stable"):
        for term in held[at]:
            messages[term] += last.get(term) != alike[at]
            last[term] = alike[at]
    return sorted(term for term, count in messages.items() if count >= LEAST_MESSAGES)


def groups(rows: Sequence[Labelled]) -> Numbers:
    """A number for each message; near-copies share theirs.

    Near-copies have two of their four smallest hashes of five-character pieces in common.
    """
    parents = list(range(len(rows)))
    seen: dict[tuple[int, int], int] = {}
    for number, row in enumerate(rows):
        text = fingerprint(row.title, row.text)
        pieces = {crc32(text[at : at + 5].encode()) for at in range(max(1, len(text) - 4))}
        for pair in combinations(sorted(pieces)[:4], 2):
            parents[_root(parents, number)] = _root(parents, seen.setdefault(pair, number))
    return np.array([_root(parents, number) for number in range(len(rows))])


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


def _judged_from_outside(
    matrices: Sequence[sparse.csr_matrix], truth: Numbers, alike: Numbers, labels: int, progress: Progress
) -> Floats:
    """For every message the probabilities by judges that learned from others."""
    found = np.full((len(truth), labels), 1 / labels)
    for number, (inside, outside) in enumerate(_parts(truth, alike)):
        progress(number, FOLDS + 1)
        if len(set(truth[inside])) < 2:
            continue  # everything else is a copy of one label's messages: nothing could be learned from it
        fitted = _fit([matrix[inside] for matrix in matrices], truth[inside], labels)
        found[outside] = _probabilities(fitted, [matrix[outside] for matrix in matrices])
    progress(FOLDS, FOLDS + 1)
    return found


def _parts(truth: Numbers, alike: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a label whose messages are all alike stands in one part only
        yield from StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth, alike)


def _fit(matrices: Sequence[sparse.csr_matrix], truth: Numbers, labels: int) -> Fitted:
    """Choose terms and fit the judges. A label that is missing here gets no weight."""
    rarity = [_rarity(matrix) for matrix in matrices]
    chosen = _chosen([_weighed(*pair) for pair in zip(matrices, rarity, strict=True)], truth, labels)
    kept = [held[columns] for held, columns in zip(rarity, chosen, strict=True)]
    seen = _seen([matrix[:, columns] for matrix, columns in zip(matrices, chosen, strict=True)], kept)
    weights = np.zeros((seen.shape[1], len(SHARPNESS), labels), np.float32)
    offsets = np.full((len(SHARPNESS), labels), -20, np.float32)
    for number, judge in enumerate(_judges()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits make no difference
            judge.fit(seen, truth)
        present, coefficients, intercepts = _for_each_label(judge)
        weights[:, number, present] = coefficients.T
        offsets[number, present] = intercepts
    return Fitted(chosen, kept, weights, offsets)


def _judges() -> list[Any]:
    return [
        LogisticRegression(C=15, class_weight="balanced", max_iter=200, tol=1e-3),
        LinearSVC(C=0.2, class_weight="balanced", random_state=SEED),
        ComplementNB(alpha=0.3),
    ]


def _for_each_label(judge: Any) -> tuple[Numbers, Floats, Floats]:
    """The labels a judge knows, with weights and offset of each; of two labels scikit-learn keeps the second's only."""
    if isinstance(judge, ComplementNB):
        told = judge.feature_log_prob_
        return judge.classes_, told - told.mean(axis=0), np.zeros(len(judge.classes_))
    if len(judge.classes_) > 2:
        return judge.classes_, judge.coef_, judge.intercept_
    return (
        judge.classes_,
        np.vstack([-judge.coef_, judge.coef_]) / 2,
        np.concatenate([-judge.intercept_, judge.intercept_]) / 2,
    )


def _rarity(matrix: sparse.csr_matrix) -> Floats:
    """Weight of each term: the seldomer, the more; nothing for one that too few of these messages have."""
    having = np.bincount(matrix.indices, minlength=matrix.shape[1])
    weight = np.log((1 + matrix.shape[0]) / (1 + having)) + 1
    return np.where(having < 2, 0, weight).astype(np.float32)


def _weighed(matrix: sparse.csr_matrix, rarity: Floats) -> sparse.csr_matrix:
    """The logarithm of how often, times the rarity, each message of length 1."""
    weighed = matrix.copy()
    weighed.data = (1 + np.log(weighed.data)) * rarity[weighed.indices]
    return normalize(weighed)


def _seen(matrices: Sequence[sparse.csr_matrix], rarity: Sequence[Floats]) -> sparse.csr_matrix:
    """All fields side by side, each by its share."""
    parts = [_weighed(*pair) * share for *pair, share in zip(matrices, rarity, SHARES, strict=True)]
    return sparse.hstack(parts).tocsr()


def _chosen(weighed: Sequence[sparse.csr_matrix], truth: Numbers, labels: int) -> list[Numbers]:
    """The columns of each field that tell labels apart best, as many as the model may hold."""
    told = [
        np.nan_to_num(chi2(part, truth)[0]) * share if part.shape[1] else np.zeros(0)
        for part, share in zip(weighed, SHARES, strict=True)
    ]
    together = np.concatenate(told)
    most = min(MOST_TERMS, MOST_WEIGHTS // labels)
    best = np.sort(np.argsort(-together, kind="stable")[:most])
    starts = np.cumsum([0, *map(len, told)])
    return [best[(best >= a) & (best < b)] - a for a, b in pairwise(starts)]


def _probabilities(fitted: Fitted, matrices: Sequence[sparse.csr_matrix]) -> Floats:
    """The mean of what the judges say."""
    seen = _seen([matrix[:, columns] for matrix, columns in zip(matrices, fitted.chosen, strict=True)], fitted.rarity)
    scores = [seen @ fitted.weights[:, number] + fitted.offsets[number] for number in range(len(SHARPNESS))]
    shares = [softmax(one * sharp) * votes for one, sharp, votes in zip(scores, SHARPNESS, VOTES, strict=True)]
    total: Floats = np.sum(shares, axis=0)
    return total


def _trust(outside: Floats, truth: Numbers) -> Floats:
    """Slope and offset by which a lead becomes the share of proposals with such a lead that were right."""
    right = outside.argmax(axis=1) == truth
    if right.all() or not right.any():
        return np.array([1.0, 0.0])
    fitted = LogisticRegression(C=100).fit(lead(outside)[:, None], right)
    return np.array([max(0.0, float(fitted.coef_[0, 0])), float(fitted.intercept_[0])])


def _judged(outside: Floats, trust: Floats, truth: Numbers, labels: Sequence[str]) -> list[Judged]:
    best, sure = outside.argmax(axis=1), trusted(lead(outside), trust)
    return [Judged(labels[a], labels[b], float(c)) for a, b, c in zip(truth, best, sure, strict=True)]


def _arrays(fitted: Fitted, trust: Floats) -> dict[str, Floats]:
    return {
        "rarity": np.concatenate(fitted.rarity),
        "shares": np.array(SHARES, np.float32),
        "weights": fitted.weights.astype(np.float16),
        "offsets": fitted.offsets,
        "sharpness": np.array(SHARPNESS, np.float32),
        "votes": np.array(VOTES, np.float32),
        "trust": trust,
    }


def _meta(material: Material, judged: Sequence[Judged], labels: list[str], *, source: str, day: date) -> dict[str, Any]:
    """What the model is and what it is worth, by messages that it had not learned."""
    points = curve(judged)
    figures = {
        "macro_f1": macro_f1(judged),
        "accuracy": accuracy(judged),
        "accuracy_at_80": accuracy_at(judged),
        "curve": [vars(point) for point in points],
        "by_class": [{**vars(one), "f1": one.f1} for one in by_class(judged)],
    }
    return {
        "labels": labels, "trained_on": day.isoformat(), "rows": len(material.rows), "source": source,
        "copies": material.copies, "mixed": len(material.mixed), "too_few": list(material.too_few),
        "threshold": proposed_threshold(points), "figures": figures,
    }  # fmt: skip
