"""Which troubles a text touches, by the words of `topics.toml`; what says nothing, by `phrases.toml`. No database."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("topics.toml")
PHRASES = Path(__file__).with_name("phrases.toml")
MOST = 8
BROAD, NO_TOPIC = "broad", "none"
"""In the file: topics that touch many troubles, and the section of words that only look like one (猫腻)."""
IN_TITLE = 2
"""A word in the title counts so much more."""

Topics = dict[int, int]
"""Numbers of topics, each with its weight."""


@dataclass(frozen=True)
class Lexicon:
    """Which topic a word stands for, and which family a topic belongs to."""

    words: dict[str, int | None]
    """None for what only looks like a word of a topic."""
    names: tuple[str, ...]
    families: tuple[int, ...]
    family_names: tuple[str, ...]
    broad: frozenset[int]
    sizes: dict[str, tuple[int, ...]]
    """Lengths of the words that begin with a character, longest first."""


@cache
def lexicon() -> Lexicon:
    """The topics as they stand in the file."""
    words: dict[str, int | None] = {}
    names: list[str] = []
    families: list[int] = []
    sections = tomllib.loads(WORDS.read_text("utf-8"))
    broad = sections.pop(BROAD).split()
    words |= dict.fromkeys(sections.pop(NO_TOPIC)[NO_TOPIC].split())
    for family, topics in enumerate(sections.values()):
        for name, line in topics.items():
            words |= dict.fromkeys(line.split(), len(names))
            names.append(name)
            families.append(family)
    longest_first = sorted(words, key=len, reverse=True)
    sizes: dict[str, tuple[int, ...]] = {}
    for word in longest_first:
        sizes[word[0]] = tuple(dict.fromkeys((*sizes.get(word[0], ()), len(word))))
    numbers = frozenset(map(names.index, broad))
    return Lexicon(words, tuple(names), tuple(families), tuple(sections), numbers, sizes)


def tells_trouble(text: str) -> bool:
    """Whether a word of any topic stands in the text."""
    return next(_touched(text), None) is not None


def troubles_in(text: str) -> list[str]:
    """The names of the topics and of their families that a text touches, as often as it does."""
    known = lexicon()
    return [
        name
        for topic in _touched(text)
        for name in (known.names[topic], f"{known.family_names[known.families[topic]]}/")
    ]


def topics_of(head: str, body: str) -> Topics:
    """Topics that a text touches, the heaviest first."""
    found = Counter(_touched(body))
    for topic in _touched(head):
        found[topic] += IN_TITLE
    return dict(found.most_common(MOST))


def _touched(text: str) -> Iterator[int]:
    """The topic of each word that stands in the text, from left to right; of two that overlap the first."""
    known, at = lexicon(), 0
    while at < len(text):
        for size in known.sizes.get(text[at], ()):
            word = text[at : at + size]
            if word in known.words:
                if (topic := known.words[word]) is not None:
                    yield topic
                at += size - 1
                break
        at += 1


def families_of(topics: Topics) -> Topics:
    """The weights of the topics, added up by family."""
    families, found = lexicon().families, dict[int, int]()
    for topic, weight in topics.items():
        found[families[topic]] = found.get(families[topic], 0) + weight
    return found


@dataclass(frozen=True)
class Phrases:
    """Words that say nothing: in replies, and (everyday) in what residents write."""

    empty: tuple[str, ...]
    filling: tuple[str, ...]
    everyday: frozenset[str]


@cache
def phrases() -> Phrases:
    """The phrases as they stand in the file."""
    held = {name: line.split() for name, line in tomllib.loads(PHRASES.read_text("utf-8")).items()}
    return Phrases(tuple(held["empty"]), tuple(held["filling"]), frozenset(held["everyday"]))
