"""Invented names: each given name carries 例, 示, 样 or 拟, so that nobody takes it for a real person."""

import random
from collections.abc import Iterator

from liaison.demo.source import data


def names(rng: random.Random) -> Iterator[str]:
    """Names without end, each once: a surname, a marker, and most often one more character."""
    parts = data("people")
    seen: set[str] = set()
    while True:
        marker, ending = rng.choice(parts["markers"]), rng.choice(parts["endings"])
        name = rng.choice(parts["surnames"]) + rng.choice((marker + ending, marker + ending, ending + marker, marker))
        if name not in seen:
            seen.add(name)
            yield name


def phones(start: int = 0) -> Iterator[str]:
    """Dummy numbers of the 13800000000 kind, each once."""
    number = 13800000000 + start
    while True:
        yield str(number)
        number += 1
