"""From a message to what a model sees of it: words, runs of characters and the troubles that the lexicon finds, without
numbers and without names. Pure."""

import re
import unicodedata
from collections import Counter

from liaison.base.later import later
from opinions.lexicon.queries import troubles_in

rjieba = later("rjieba")

LONGEST = 1_000
"""Characters of a text that are looked at: what it is about stands early, and one message must not take long."""
RUNS = range(1, 4)
"""Lengths of the runs of characters."""
FIELDS = ("title_words", "text_words", "title_runs", "text_runs", "title_troubles", "text_troubles")
"""Title and text are told apart: a word in a title says more. The order is that of the model's parts."""

_LINE_BREAK = re.compile(r"_x000d_", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_APART = re.compile(r"[^\w]+")
_NAMED = re.compile(r"(?:我叫|姓名|联系人|反映人|身份证号?|微信号?|电话|手机)\s*[:：是为]?\s*[\w@.\-]{2,20}")
"""What follows these words is a person's name or number: neither helps to tell a category."""

Counts = tuple[Counter[str], ...]


def normalise(text: str) -> str:
    """The text in one width and case; numbers are one sign, names and numbers that are given as such are gone."""
    plain = unicodedata.normalize("NFKC", _LINE_BREAK.sub(" ", text[:LONGEST])).lower()
    return _DIGITS.sub("0", _NAMED.sub(" ", plain)).strip()


def fingerprint(title: str, text: str) -> str:
    """What makes two messages the same message: their letters and signs, without spacing and punctuation."""
    return _APART.sub("", normalise(f"{title} {text}"))


def words(text: str) -> list[str]:
    """The words of a normalised text, as a dictionary cuts them."""
    return [word for word in rjieba.cut(text) if word[0].isalnum()]


def runs(text: str) -> list[str]:
    """All runs of one to three characters that no sign or blank divides."""
    parts = _APART.split(text)
    return [part[at : at + size] for part in parts for size in RUNS for at in range(len(part) - size + 1)]


def counts(title: str, text: str) -> Counts:
    """How often each word, run and trouble occurs, for each of `FIELDS`."""
    title, text = normalise(title), normalise(text)
    return tuple(Counter(part(told)) for part in (words, runs, troubles_in) for told in (title, text))
