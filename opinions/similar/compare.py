"""How much alike two messages are, and what made them so. Pure; no database."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from liaison.base.later import later
from opinions.lexicon.queries import Topics, lexicon
from opinions.similar.places import FIRM, Place
from opinions.similar.portrait import Portrait
from opinions.similar.sounds import sound_alike
from opinions.similar.weights import FRESH, Lengths, Name, Weights, sign_marks

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

SAME = 0.5
"""From this score on two messages tell of the same thing."""
_NAMED_ALIKE, _NAMED_APART = 0.5, 0.35
_TELLING = 0.8
"""Share of the greatest weight from which on a shared name counts in full; a name that everybody uses says less."""
_SHORT = 20.0
_OTHER_FAMILY = 0.1
_ANOTHER = -0.2
"""Most odds of two messages about troubles of other families, unless one was copied or both tell of one firm: same
estate, another problem."""
_NOT_HERE = -4.0
"""Odds of two messages that name no place and come from different ones: two lifts are out of order."""
_FAR = 1000.0
_SHORT_NAME = 4
_TOLD_ALIKE, _BEYOND = 1.5, 0.2
"""Odds by what two messages tell count so much less from there on, so that a copy comes before them."""
_HELD, _COPIED = 0.3, 10.0
_COPY, _COPY_MARKS = 0.55, 12
_SHORT_COPY, _SHORT_MARKS = 0.8, 5
"""Messages share so much of the shorter one, if it has so many pairs, only when one was copied."""
_MOST_SIGNS = 0.2
"""More shared characters say no more: then one was copied, which is judged by itself."""
_LONG_MARKS, _LONG_SHARE = 30, 0.8
"""So many shared pairs, and so much of the shorter message, are a copy even where places differ."""

# Fitted by logistic regression, signs held to what they mean, over invented incidents and real messages (ADR 0012).
BIAS = -6.4
FACTORS: Mapping[str, float] = {
    "signs": 8.4, "topic": 0.6, "same": 2.0, "conflict": -2.0, "crossed": -4.8, "coded": -1.6, "other topic": -1.0,
    "silent": -1.0, "same signs": 8.8, "same head": 1.0, "same topic": 5.6, "same family": 2.0, "same silent": 2.4,
    "same other topic": -0.6, "same signs topic": -16.9, "firm": 0.2, "firm silent": 0.9, "firm other topic": 2.0,
    "area topic": 7.8, "area rest": 6.6, "area head": 0.2, "placeless topic": 0.2, "placeless rest": 4.5,
    "placeless subject": 4.7,
}  # fmt: skip


Position = tuple[float | None, float | None]
"""Latitude and longitude in degrees."""


class Verdict(StrEnum):
    """What two messages are to each other."""

    SAME = "same"
    ELSEWHERE = "elsewhere"
    """The same cause at another place: parent and child, not a duplicate."""
    OTHER = "other"


@dataclass(frozen=True)
class Setting:
    """What is known of a message beside its text."""

    division_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    day: int | None = None
    """Days on the calendar, from any fixed day on."""

    @property
    def position(self) -> Position:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Likeness:
    """How much two messages are alike, 0 to 1, and why."""

    score: float
    verdict: Verdict
    metres: float | None = None
    days: int | None = None


@dataclass(frozen=True)
class Sitter:
    """A message as it is compared: its portrait and setting with the weights of the records."""

    portrait: Portrait
    weights: Weights
    setting: Setting = field(default_factory=Setting)
    kept_lengths: Lengths | None = None

    @cached_property
    def lengths(self) -> Lengths:
        return self.kept_lengths or self.portrait.lengths_by(self.weights)

    @cached_property
    def squares(self) -> dict[int, float]:
        """The squared weight of each mark."""
        made = self.portrait
        marks = np.concatenate([made.marks, made.rest, made.head])
        return dict(zip(marks.tolist(), (self.weights(marks) ** 2).tolist(), strict=True))

    @cached_property
    def sign_squares(self) -> dict[str, float]:
        signs = self.portrait.signs
        return dict(zip(signs, (self.weights(sign_marks(signs)) ** 2).tolist(), strict=False))

    @cached_property
    def names(self) -> tuple[tuple[Place, Name], ...]:
        """The places with their names weighed."""
        return tuple((place, self.weights.name(place.name)) for place in self.portrait.places)

    @cached_property
    def sure_names(self) -> tuple[tuple[Place, Name], ...]:
        """Those beyond doubt. Learned names without a kind of place may be ordinary words; they count where nothing
        better is named."""
        return tuple(named for named in self.names if named[0].sure and (named[0].kind or named[0].name[0].isdigit()))


def compared(one: Sitter, other: Sitter) -> Likeness:
    """How much two messages are alike. The order of the two makes no difference."""
    traits = traits_of(one, other)
    metres, days = metres_between(one.setting, other.setting), _days(one.setting, other.setting)
    odds = BIAS + sum(factor * traits[name] for name, factor in FACTORS.items())
    odds -= (1.0 - _BEYOND) * max(0.0, odds - _TOLD_ALIKE)
    odds += _by_copy(traits) + _by_setting(one.setting, other.setting, metres, days)
    if traits["placeless"] and _elsewhere(one.setting, other.setting, metres):
        odds += _NOT_HERE
    if traits["other topic"] and not traits["firm"]:
        odds = min(odds, _ANOTHER)
    score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, max(odds, _of_copy(traits))))))
    return Likeness(score, _verdict(score, traits), metres, days)


def _verdict(score: float, traits: Mapping[str, float]) -> Verdict:
    if score >= SAME:
        return Verdict.SAME
    apart = traits["same"] == 0
    return Verdict.ELSEWHERE if apart and traits["topic"] >= 0.6 and traits["signs"] >= 0.15 else Verdict.OTHER


def _by_copy(traits: Mapping[str, float]) -> float:
    """What shared text adds to the odds, so that of several alike the copy comes first."""
    return _COPIED * max(0.0, traits["held"] - _HELD) if _copied(traits) else 0.0


def _of_copy(traits: Mapping[str, float]) -> float:
    """Least odds of a copy: by the share of the shorter text that stands in the longer one."""
    held = min(0.999, traits["held"])
    return math.log(held / (1.0 - held)) if held >= _COPY and _copied(traits) else -30.0


def _copied(traits: Mapping[str, float]) -> bool:
    """Whether so much is shared that it is no accident.

    Neighbours of two estates often write the same few words; a long text is not written twice.
    """
    shared = traits["shared"]
    if traits["conflict"]:
        return shared >= _LONG_MARKS and traits["held"] >= _LONG_SHARE
    return shared >= _COPY_MARKS or (shared >= _SHORT_MARKS and traits["held"] >= _SHORT_COPY)


def traits_of(one: Sitter, other: Sitter) -> dict[str, float]:
    """What the score is made of; every value lies between 0 and 1, `shared` counts pairs."""
    a, b = one.portrait, other.portrait
    shared = a.told_marks & b.told_marks
    named = _names(one, other)
    same = named["same"]
    overlap = _square(one, shared)
    text = {
        "signs": min(_MOST_SIGNS, _share(_sign_square(one, other), one.lengths.signs * other.lengths.signs)),
        "rest": math.sqrt(_share(_square(one, a.rest_marks & b.rest_marks), one.lengths.rest * other.lengths.rest)),
        "head": math.sqrt(max(_in_head(one, one, other), _in_head(one, other, one))),
        "topic": _cosine(a.topics, b.topics),
        "family": _cosine(a.families, b.families),
    }
    silent = float(not a.topics or not b.topics)
    other_topic = float(not silent and text["family"] < _OTHER_FAMILY)
    return {
        **text,
        **named,
        "held": _share(overlap, min(one.lengths.marks, other.lengths.marks) ** 2),
        "shared": float(len(shared)),
        "other topic": other_topic,
        "silent": silent,
        **{f"same {name}": same * value for name, value in text.items()},
        "same silent": same * silent,
        "same other topic": same * other_topic,
        "firm silent": named["firm"] * silent,
        "firm other topic": named["firm"] * other_topic,
        "same signs topic": same * text["signs"] * text["topic"],
        "area topic": named["area"] * text["topic"],
        "area rest": named["area"] * text["rest"],
        "area head": named["area"] * text["head"],
        "placeless topic": named["placeless"] * text["topic"] ** 2,
        "placeless subject": named["placeless"] and _cosine(a.topics, b.topics, lexicon().broad),
        "placeless rest": named["placeless"] * text["topic"] * text["rest"],
    }


def _square(one: Sitter, marks: frozenset[int]) -> float:
    return math.fsum(map(one.squares.__getitem__, marks))


def _sign_square(one: Sitter, other: Sitter) -> float:
    squares = one.sign_squares
    return math.fsum(map(squares.__getitem__, squares.keys() & other.portrait.signs))


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 0 else 0.0


def _in_head(weighed: Sitter, headed: Sitter, other: Sitter) -> float:
    """How much of the title of `headed` stands in the other's text; short titles count less."""
    found = headed.portrait.head_marks & other.portrait.rest_marks
    return _square(weighed, found) / (headed.lengths.head**2 + _SHORT) if found else 0.0


def _cosine(one: Topics, other: Topics, without: frozenset[int] = frozenset()) -> float:
    """How much two have in common, the topics `without` counting as shared by none."""
    product = sum(weight * other[topic] for topic, weight in one.items() if topic in other and topic not in without)
    if not product:
        return 0.0
    return min(1.0, product / math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values())))


_Found = list[tuple[Place, Name, float]]


def _names(one: Sitter, other: Sitter) -> dict[str, float]:
    """Whether the two name the same place (`same`), and whether it is a `firm`; places that differ (`conflict`), one of
    two roads only (`crossed`), or no place beyond doubt: then whether both are of one area, or nothing is said of
    where."""
    sure = bool(one.sure_names and other.sure_names)
    mine, others = _found(one, other, sure=sure), _found(other, one, sure=sure)
    telling = _TELLING * math.log(one.weights.total + FRESH)
    best = max((share * min(1.0, name.telling / telling) for _place, name, share in (*mine, *others)), default=0.0)
    same, found = float(best >= _NAMED_ALIKE), any(share >= _NAMED_ALIKE for *_named, share in (*mine, *others))
    if sure and not found and _mistyped(one, other):
        same, found = 1.0, True
    areas = one.portrait.areas, other.portrait.areas
    apart, together = bool(areas[0] and areas[1] and not areas[0] & areas[1]), _same_area(*areas)
    placeless = not (same or one.sure_names or other.sure_names)
    return {
        "same": same,
        "firm": float(any(place.kind == FIRM and share >= _NAMED_ALIKE for place, _name, share in (*mine, *others))),
        "conflict": float(sure and not found),
        "crossed": same * float(_way_missing(mine) and _way_missing(others)),
        "coded": float(apart),
        "area": float(placeless and together),
        "placeless": float(placeless and not apart and not together),
    }


def _mistyped(one: Sitter, other: Sitter) -> bool:
    """Whether a name of one is a name of the other, mistyped by its sound."""
    names = [place.name for place in other.portrait.places]
    return any(sound_alike(place.name, name) for place in one.portrait.places for name in names)


def _same_area(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two are of one area, and of one part of it where both name a part (a district or county of a city)."""
    parts = [frozenset(area for area in areas if area[-1] != "市") for areas in (one, other)]
    return bool(one & other) and (not all(parts) or bool(parts[0] & parts[1]))


def _found(one: Sitter, other: Sitter, *, sure: bool) -> _Found:
    """The places of one, each with how much of its name stands in the other message, 0 to 1."""
    names = one.sure_names if sure else one.names
    return [(place, name, _share_of(name, place, other.portrait)) for place, name in names]


def _share_of(name: Name, place: Place, other: Portrait) -> float:
    if not name.pairs:
        return float(any(place.name in one.name for one in other.places))
    if not name.numbered <= other.all_marks:
        return 0.0
    return sum(weight for pair, weight in name.pairs if pair in other.all_marks) / name.whole


def _way_missing(found: _Found) -> bool:
    """Whether a road is named that the other message does not know."""
    return any(
        place.kind == "way" and place.sure and len(place.name) <= _SHORT_NAME and share < _NAMED_APART
        for place, _name, share in found
    )


def metres_between(one: Setting, other: Setting) -> float | None:
    """Distance on the globe, good to a metre in ten kilometres."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north = math.radians(other.latitude - one.latitude)
    east = math.radians(other.longitude - one.longitude) * math.cos(math.radians((one.latitude + other.latitude) / 2))
    return 6_371_000.0 * math.hypot(north, east)


def _elsewhere(one: Setting, other: Setting, metres: float | None) -> bool:
    """Whether the settings say that two messages are of different places."""
    if metres is not None:
        return metres > _FAR
    return bool(one.division_id and other.division_id and one.division_id != other.division_id)


def _days(one: Setting, other: Setting) -> int | None:
    return None if one.day is None or other.day is None else abs(one.day - other.day)


def _by_setting(one: Setting, other: Setting, metres: float | None, days: int | None) -> float:
    """What distance, division and time add to the odds. Judged, not fitted: test files have none of them."""
    odds = 0.0
    if metres is not None:
        odds += (
            1.5
            if metres <= 100
            else 0.7
            if metres <= 300
            else 0.0
            if metres <= _FAR
            else -1.0
            if metres <= 3000
            else -3.0
        )
    elif one.division_id and other.division_id:
        odds += 0.3 if one.division_id == other.division_id else -0.5
    if days is not None:
        odds -= 1.5 if days > 365 else 0.5 if days > 90 else 0.0
    return odds
