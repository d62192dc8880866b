"""What of a message is compared, computed once and kept. Pure; no database."""

import json
import re
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from struct import Struct
from typing import TYPE_CHECKING

from liaison.base.later import later
from opinions.lexicon.queries import WORDS, Topics, families_of, topics_of
from opinions.similar.places import NO_NAMES, NO_NAMES_FILE, Names, Place, coded_areas_in, places_in, without_places
from opinions.similar.text import Marks, marks_of, nothing, plain, signs_of
from opinions.similar.weights import Lengths, Weights, sign_marks

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

HEAD = 30
"""Characters that stand for a title where there is none."""
LEAD = 90
_MAKING = 4
"""To be raised when portraits are made in another way."""
VERSION = zlib.crc32(WORDS.read_bytes() + NO_NAMES_FILE.read_bytes(), _MAKING) & 0x7FFF_FFFF
"""Portraits of another version, made in another way or by other word lists, are made anew."""
_PARTS = 5
_PLAQUE = re.compile(r".+附近（.*）|Near .+ \(.*\)", re.DOTALL)
"""What the form fills in for everybody who scans one plaque: it says where the plaque is, not where the trouble is."""
_BEGINNING = Struct(f"<i{_PARTS}i{len(Lengths._fields)}f")
"""What stands before the marks: the version, how many marks each part has, and the lengths."""


@dataclass(frozen=True)
class Portrait:
    """The pairs of a message, what is left of them without the places, and what it is about."""

    marks: Marks = field(default_factory=nothing)
    """Of title and text."""
    where: Marks = field(default_factory=nothing)
    """Of what was entered as the place: names are found in it, but it is not what was told."""
    rest: Marks = field(default_factory=nothing)
    """Without the names of places."""
    head: Marks = field(default_factory=nothing)
    """Those of the title, without the names of places."""
    lead: Marks = field(default_factory=nothing)
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
    def told_marks(self) -> frozenset[int]:
        return frozenset(self.marks.tolist())

    @cached_property
    def all_marks(self) -> frozenset[int]:
        return self.told_marks.union(self.where.tolist())

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
        parts = [self.marks, self.where, self.rest, self.head, self.lead]
        places = [[one.name, one.kind, one.sure] for one in self.places]
        rest = [self.signs, places, sorted(self.areas), list(self.topics.items())]
        return (
            _BEGINNING.pack(VERSION, *map(len, parts), *lengths)
            + b"".join(part.astype("<i4").tobytes() for part in parts)
            + json.dumps(rest).encode()
        )


def readable(kept: bytes) -> bool:
    """Whether a kept portrait is of today's making; others wait to be made anew (`renew`)."""
    return int.from_bytes(kept[:4], "little") == VERSION


def unpacked(kept: bytes) -> tuple[Portrait, Lengths]:
    """What `packed` made, but for the first sentences, which serve indexing only.

    Raises ValueError for another version.
    """
    version, *sizes = _BEGINNING.unpack_from(kept)
    if version != VERSION:
        raise ValueError(f"portrait of version {version}")
    marks, where, rest, head, lead = accumulate(sizes[:_PARTS])
    numbers = np.frombuffer(kept, dtype="<i4", count=lead, offset=_BEGINNING.size)
    signs, places, areas, topics = json.loads(kept[_BEGINNING.size + 4 * len(numbers) :])
    made = Portrait(
        numbers[:marks], numbers[marks:where], numbers[where:rest], numbers[rest:head], nothing(), signs,
        tuple(Place(*one) for one in places), frozenset(areas), dict(topics),
    )  # fmt: skip
    return made, Lengths(*sizes[_PARTS:])


def own_place(place: str) -> str:
    """What was entered as the place, unless the form had filled it in."""
    return "" if _PLAQUE.fullmatch(place) else place


def portrait(title: str, text: str, place: str = "", *, known: Names = NO_NAMES) -> Portrait:
    """What is compared of a message. `place` is what was entered as its place, `known` the names of the records."""
    plain_title, plain_text, plain_place = plain(title), plain(text), plain(own_place(place))
    body = f"{plain_title} {plain_text}".strip()
    named = f"{plain_place} {body}".strip()
    places = places_in(named, known)
    rest = without_places(body, places)
    head = without_places(plain_title, places) if plain_title else rest[:HEAD]
    return Portrait(
        marks_of(body), marks_of(plain_place), marks_of(rest), marks_of(head), marks_of(plain_text[:LEAD]),
        signs_of(rest), places, coded_areas_in(named), topics_of(head, rest),
    )  # fmt: skip
