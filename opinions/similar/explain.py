"""The words that made two messages alike, put together again from shared pairs. Pure; no database."""

from collections import Counter
from collections.abc import Iterable

from liaison.base.later import later
from opinions.similar.compare import Sitter
from opinions.similar.portrait import Portrait
from opinions.similar.text import spelled

rjieba = later("rjieba")

MOST_WORDS = 6
LONGEST_WORD = 12


def shared_words(one: Sitter, other: Portrait, *, most: int = MOST_WORDS) -> tuple[str, ...]:
    """What both say, the most telling first: runs of characters, none within another."""
    shared = one.portrait.told_marks & other.told_marks
    return _told({spelled(mark): one.squares[mark] for mark in shared}, most)


def words_of(group: Iterable[Sitter], *, most: int = MOST_WORDS) -> tuple[str, ...]:
    """What most of a group say: runs of the pairs that at least half of them have, and two in any case."""
    counts: Counter[str] = Counter()
    squares: dict[str, float] = {}
    size = 0
    for size, one in enumerate(group, start=1):  # noqa: B007 - counted
        for mark in one.portrait.told_marks:
            word = spelled(mark)
            counts[word] += 1
            squares[word] = one.squares[mark]
    least = max(2, size / 2)
    return _told({word: squares[word] for word, count in counts.items() if count >= least}, most)


def _told(squares: dict[str, float], most: int) -> tuple[str, ...]:
    squares.pop("", None)
    words = sorted(_runs(squares), key=lambda word: (-_worth(word, squares), word))
    found: list[str] = []
    for word in map(_whole, words[: most * 2]):
        if not any(word in other for other in found):
            found.append(word)
    return tuple(found[:most])


def _whole(word: str) -> str:
    """A run without the single characters at its ends, which belong to words that are not shared: 处飞线."""
    cut = rjieba.cut(word)
    long = [at for at, piece in enumerate(cut) if len(piece) > 1]
    return "".join(cut[long[0] : long[-1] + 1]) if long else word


def _worth(word: str, squares: dict[str, float]) -> float:
    return sum(squares.get(word[at : at + 2], 0.0) for at in range(len(word) - 1))


def _runs(pairs: Iterable[str]) -> list[str]:
    """Pairs put together where the end of one is the beginning of just one other."""
    begins: dict[str, list[str]] = {}
    ends: dict[str, list[str]] = {}
    for pair in sorted(pairs):
        begins.setdefault(pair[0], []).append(pair)
        ends.setdefault(pair[1], []).append(pair)
    follows = {row[0]: begins[sign][0] for sign, row in ends.items() if len(row) == len(begins.get(sign, ())) == 1}
    inner = set(follows.values())
    starts = [pair for row in begins.values() for pair in row if pair not in inner] or list(follows)[:1]
    return [_run(start, follows) for start in starts]


def _run(start: str, follows: dict[str, str]) -> str:
    word, last = start, start
    while last in follows and len(word) < LONGEST_WORD:
        last = follows[last]
        word += last[1]
    return word
