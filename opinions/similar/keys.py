"""The few keys under which a message is found again: its places with its troubles, then its rarest pairs. Pure."""

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from liaison.base.later import later
from opinions.similar.places import Place
from opinions.similar.portrait import Portrait
from opinions.similar.weights import Weights

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

MOST_NAMES, MOST_TOPICS, MOST_AREAS = 4, 2, 2
OF_TITLE, OF_LEAD, OF_ALL = 5, 8, 6
"""At most 4 × 2 keys of a place with a trouble, as many with a family of troubles, 4 of places, 2 of the division, and
19 of rare pairs; of an area with a trouble two in the stead of a place."""
_PLACE_AND_TOPIC, _PLACE_AND_FAMILY, _PLACE, _AREA_AND_TOPIC = 12.0, 5.0, 4.0, 3.0
_IN_TITLE = 1.5
_NO_DIVISION = 0


def keys_of(portrait: Portrait, weights: Weights, division_id: int | None = None) -> dict[int, float]:
    """Keys with what each is worth when two messages share it; at most 41."""
    found = {_key(word): worth for word, worth in _words(portrait, division_id or _NO_DIVISION)}
    for mark, worth in _rarest(portrait, weights):
        found.setdefault(mark, worth)
    return found


def _words(portrait: Portrait, division_id: int) -> Iterable[tuple[str, float]]:
    topics = list(portrait.topics)[:MOST_TOPICS]
    families = list(portrait.families)[:MOST_TOPICS]
    areas = _areas(portrait)
    for place in sorted(portrait.places, key=_telling)[: MOST_NAMES - len(areas)]:
        yield f"p:{place.name}", _PLACE
        if not (place.sure or place.kind):
            continue
        yield from ((f"p:{place.name}:t{topic}", _PLACE_AND_TOPIC) for topic in topics)
        yield from ((f"p:{place.name}:f{family}", _PLACE_AND_FAMILY) for family in families)
    yield from ((f"a:{area}:t{topic}", _PLACE_AND_FAMILY) for area in areas for topic in topics)
    yield from ((f"d:{division_id}:t{topic}", _AREA_AND_TOPIC) for topic in topics)


def _areas(portrait: Portrait) -> list[str]:
    """The areas of a message that names no place beyond doubt."""
    return [] if any(place.sure for place in portrait.places) else sorted(portrait.areas)[:MOST_AREAS]


def _telling(place: Place) -> tuple[bool, bool]:
    """Places with a clear beginning come first, those that may be ordinary words last."""
    return (not place.sure, not place.kind)


def _rarest(portrait: Portrait, weights: Weights) -> Iterable[tuple[int, float]]:
    """The rarest pairs of the title, of the first sentences and of the whole text."""
    for marks, most, factor in (
        (portrait.head, OF_TITLE, _IN_TITLE), (portrait.lead, OF_LEAD, 1.0), (portrait.marks, OF_ALL, 1.0)
    ):  # fmt: skip
        worth = weights(marks) * factor
        best = np.argsort(-worth, kind="stable")[:most]
        yield from zip(marks[best].tolist(), worth[best].tolist(), strict=True)


def _key(word: str) -> int:
    """A number of 32 bits, as pairs are; two words under one number cost a candidate, no more."""
    return int(np.uint32(zlib.crc32(word.encode())).view(np.int32))
