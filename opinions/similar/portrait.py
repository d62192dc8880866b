"""What of a message is compared, computed once and kept. Pure; no database."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from struct import Struct

import numpy as np

from opinions.similar.places import NO_NAMES, Names, Place, coded_areas_in, places_in, without_places
from opinions.similar.text import NOTHING, Marks, marks_of, plain, signs_of
from opinions.similar.topics import Topics, families_of, topics_of
from opinions.similar.weights import Lengths, Weights, sign_marks

HEAD = 30
"""Characters that stand for a title where there is none."""
LEAD = 90
VERSION = 2
"""Portraits of another version are made anew."""
_PARTS = 4
_BEGINNING = Struct(f"<i{_PARTS}i{_PARTS}f")
"""What stands before the marks: the version, how many marks each part has, and the lengths."""


@dataclass(frozen=True)
class Portrait:
    """The pairs of a message, what is left of them without the places, and what it is about."""

    marks: Marks = field(default_factory=lambda: NOTHING)
    rest: Marks = field(default_factory=lambda: NOTHING)
    """Without the names of places."""
    head: Marks = field(default_factory=lambda: NOTHING)
    """Those of the title, without the names of places."""
    lead: Marks = field(default_factory=lambda: NOTHING)
    """Those of the first sentences, which a shortened copy keeps."""
    signs: str = ""
    """Single characters, without the names of places."""
    places: tuple[Place, ...] = ()
    areas: frozenset[str] = frozenset()
    topics: Topics = field(default_factory=dict)

    @cached_property
    def families(self) -> Topics:
        return families_of(self.topics)

    @cached_property
    def all_marks(self) -> frozenset[int]:
        return frozenset(self.marks.tolist())

    @cached_property
    def rest_marks(self) -> frozenset[int]:
        return frozenset(self.rest.tolist())

    @cached_property
    def head_marks(self) -> frozenset[int]:
        return frozenset(self.head.tolist())

    def lengths_by(self, weights: Weights) -> Lengths:
        """The lengths of its parts."""
        return Lengths(*(weights.length(part) for part in (self.marks, self.rest, self.head, sign_marks(self.signs))))

    def packed(self, lengths: Lengths) -> bytes:
        """For keeping; `unpacked` reads it."""
        parts = [self.marks, self.rest, self.head, self.lead]
        places = [[one.name, one.kind, one.sure] for one in self.places]
        rest = [self.signs, places, sorted(self.areas), list(self.topics.items())]
        return (
            _BEGINNING.pack(VERSION, *map(len, parts), *lengths)
            + b"".join(part.astype("<i4").tobytes() for part in parts)
            + json.dumps(rest).encode()
        )


def readable(kept: bytes) -> bool:
    """Whether a kept portrait is of today's making; others wait for the night, or for `similar index --refresh`."""
    return int.from_bytes(kept[:4], "little") == VERSION


def unpacked(kept: bytes) -> tuple[Portrait, Lengths]:
    """What `packed` made, but for the first sentences, which serve indexing only.

    Raises ValueError for another version.
    """
    version, *sizes = _BEGINNING.unpack_from(kept)
    if version != VERSION:
        raise ValueError(f"portrait of version {version}")
    marks, rest, head, lead = accumulate(sizes[:_PARTS])
    numbers = np.frombuffer(kept, dtype="<i4", count=lead, offset=_BEGINNING.size)
    signs, places, areas, topics = json.loads(kept[_BEGINNING.size + 4 * len(numbers) :])
    made = Portrait(
        numbers[:marks], numbers[marks:rest], numbers[rest:head], NOTHING, signs, tuple(Place(*one) for one in places),
        frozenset(areas), dict(topics),
    )  # fmt: skip
    return made, Lengths(*sizes[_PARTS:])


def portrait(title: str, text: str, place: str = "", *, known: Names = NO_NAMES) -> Portrait:
    """What is compared of a message. `place` is what was entered as its place, `known` the names of the records."""
    plain_title, plain_text, plain_place = plain(title), plain(text), plain(place)
    body = f"{plain_title} {plain_text}".strip()
    named = f"{plain_place} {body}".strip()
    places = places_in(named, known)
    rest = without_places(body, places)
    head = without_places(plain_title, places) if plain_title else rest[:HEAD]
    return Portrait(
        marks_of(named), marks_of(rest), marks_of(head), marks_of(plain_text[:LEAD]), signs_of(rest), places,
        coded_areas_in(named), topics_of(head, rest),
    )  # fmt: skip
