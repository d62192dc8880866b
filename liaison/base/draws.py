"""Drawing at random so that anybody can draw again: the same seed and codes give the same rows everywhere. Pure.

The order is that of SHA-256 over "seed:code", as hexadecimal text; `sha256sum` on any machine shows it.
"""

from collections.abc import Iterable
from hashlib import sha256


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def drawn(codes: Iterable[str], *, seed: str, most: int) -> list[str]:
    """The first `most` codes in the order of the draw; a code counts once, and in what order they come does not."""
    return sorted(set(codes), key=lambda code: (_hash(f"{seed}:{code}"), code))[: max(most, 0)]


def digest(codes: Iterable[str]) -> str:
    """One number for a whole population: SHA-256 over its codes in order, each on its line."""
    return _hash("".join(f"{code}\n" for code in sorted(set(codes))))
