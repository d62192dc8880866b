"""Which troubles a text touches, by the words of `topics.toml`. Pure; no database."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("topics.toml")
MOST = 8
IN_TITLE = 2
"""A word in the title counts so much more."""

Topics = dict[int, int]
"""Numbers of topics, each with its weight."""


@dataclass(frozen=True)
class Lexicon:
    """Which topic a word stands for, and which family a topic belongs to."""

    words: dict[str, int]
    names: tuple[str, ...]
    families: tuple[int, ...]
    sizes: dict[str, tuple[int, ...]]
    """Lengths of the words that begin with a character, longest first."""
    any_word: "re.Pattern[str]"


@cache
def lexicon() -> Lexicon:
    """The topics as they stand in the file."""
    words: dict[str, int] = {}
    names: list[str] = []
    families: list[int] = []
    for family, topics in enumerate(tomllib.loads(_FILE.read_text("utf-8")).values()):
        for name, line in topics.items():
            words |= dict.fromkeys(line.split(), len(names))
            names.append(name)
            families.append(family)
    longest_first = sorted(words, key=len, reverse=True)
    sizes: dict[str, tuple[int, ...]] = {}
    for word in longest_first:
        sizes[word[0]] = tuple(dict.fromkeys((*sizes.get(word[0], ()), len(word))))
    return Lexicon(words, tuple(names), tuple(families), sizes, re.compile("|".join(map(re.escape, longest_first))))


def topics_of(head: str, body: str) -> Topics:
    """Topics that a text touches, the heaviest first."""
    found = Counter(_touched(body))
    for topic in _touched(head):
        found[topic] += IN_TITLE
    return dict(found.most_common(MOST))


def _touched(text: str) -> list[int]:
    known, found, at = lexicon(), [], 0
    while at < len(text):
        for size in known.sizes.get(text[at], ()):
            topic = known.words.get(text[at : at + size])
            if topic is not None:
                found.append(topic)
                at += size - 1
                break
        at += 1
    return found


def families_of(topics: Topics) -> Topics:
    """The weights of the topics, added up by family."""
    families, found = lexicon().families, dict[int, int]()
    for topic, weight in topics.items():
        found[families[topic]] = found.get(families[topic], 0) + weight
    return found
