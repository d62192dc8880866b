"""The ground of conditions: what the engine knows of an opinion, and the shapes that kinds of conditions share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Any, ClassVar, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from liaison.base.phrases import listing

MOST_VALUES = 200
LONGEST_WORD = 30


DAY = 24 * 60
NO_HOUR = DAY
"""The minute after the last of a day: that of opinions of which nobody knows the hour."""


class BrokenCondition(ValueError):
    """The stored form of a condition cannot be read; the message is fit for staff."""


@dataclass(frozen=True)
class Moment:
    """When it was raised, on the calendar of Asia/Shanghai; `workday_before` is about the day before."""

    at: datetime
    workday: bool
    workday_before: bool

    @property
    def minute(self) -> int:
        """Minutes since midnight; NO_HOUR where only the day is known: midnight stands for it in tables."""
        return self.at.hour * 60 + self.at.minute if self.at.time() != time.min else NO_HOUR


@dataclass(frozen=True)
class SimilarAsk:
    """A question for similar opinions: of the last `days`, within `metres` or the place that `within` names."""

    days: int
    within: str
    metres: int | None = None


def nothing_similar(_ask: SimilarAsk) -> int:
    """The answer where nobody counts."""
    return 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the engine knows of an opinion. Paths are codes, the thing itself first, then what it lies in.

    `similar` is asked only when a rule needs the number, so that it costs nothing where none does.
    """

    categories: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    channel: str = ""
    level: str = ""
    text: str = ""
    reach: str = ""
    wish: str = ""
    urgency: str = ""
    deputy_addressed: bool = False
    deputy_active: bool = False
    moment: Moment | None = None
    similar: Callable[[SimilarAsk], int] = field(default=nothing_similar, compare=False, repr=False)

    @cached_property
    def folded(self) -> str:
        """The text in one case."""
        return self.text.casefold()

    @cached_property
    def heads(self) -> frozenset[str]:
        """Every character of the text and every two that stand together: a word whose beginning is not here is not
        in the text, so that thousands of keywords cost one look each."""
        text = self.folded
        return frozenset(text) | {text[place : place + 2] for place in range(len(text))}


@dataclass(frozen=True)
class Node:
    """A category or division: its name, the code of the one it lies in, and whether it is in use."""

    name: str
    parent: str = ""
    active: bool = True


@dataclass(frozen=True)
class Names:
    """How codes are called. An unknown code stands for itself."""

    categories: Mapping[str, Node] = field(default_factory=dict)
    divisions: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """Whether a condition held, and what of the opinion it looked at."""

    condition: "Condition"
    held: bool
    seen: tuple[str, ...] = ()


class Condition(Protocol):
    """One question put to the facts. `costly` ones are asked after all others of their rule."""

    kind: ClassVar[str]
    costly: ClassVar[bool]

    def evaluate(self, facts: Facts) -> Held: ...

    def to_json(self) -> dict[str, Any]: ...

    def sentence(self, names: Names) -> str: ...

    def seen_words(self, seen: Iterable[str], names: Names) -> str: ...

    def problems(self, names: Names) -> list[str]: ...


@dataclass(frozen=True)
class OneOf:
    """A condition that one of `values` is met."""

    values: tuple[str, ...]
    kind: ClassVar[str] = ""
    costly: ClassVar[bool] = False
    says: ClassVar[Any] = ""

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Any:
        return cls(strings(row, "values"))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "values": list(self.values)}

    def evaluate(self, facts: Facts) -> Held:
        seen = self.look(facts)
        return Held(self, not self._set.isdisjoint(seen), seen[:1])

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.values)

    def look(self, facts: Facts) -> tuple[str, ...]:
        """What of the facts is compared."""
        raise NotImplementedError

    def word(self, value: str, names: Names) -> str:
        """One value in words."""
        raise NotImplementedError

    def sentence(self, names: Names) -> str:
        return str(self.says) % {"values": listing(self.word(value, names) for value in self.values)}

    def seen_words(self, seen: Iterable[str], names: Names) -> str:
        return listing(self.word(one, names) for one in seen if one) or _("没有填")

    def problems(self, names: Names) -> list[str]:
        return []


@dataclass(frozen=True)
class InTree(OneOf):
    """A value itself, or anything that lies in it."""

    def nodes(self, names: Names) -> Mapping[str, Node]:
        raise NotImplementedError

    def word(self, value: str, names: Names) -> str:
        node = self.nodes(names).get(value)
        return node.name if node else value

    def problems(self, names: Names) -> list[str]:
        nodes = self.nodes(names)
        gone = [value for value in self.values if value not in nodes or not nodes[value].active]
        return [_("“%(value)s”已经停用或不存在。") % {"value": self.word(value, names)} for value in gone]


@dataclass(frozen=True)
class Chosen(OneOf):
    """A value out of an enumeration of the program."""

    choices: ClassVar[type[TextChoices]]

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Any:
        values = strings(row, "values")
        for value in values:
            if value not in cls.choices.values:
                raise BrokenCondition(_("“%(value)s”不是可选的值。") % {"value": value})
        return cls(values)

    def word(self, value: str, names: Names) -> str:
        return str(self.choices(value).label) if value in self.choices.values else value


@dataclass(frozen=True)
class YesNo:
    """A condition on a plain fact."""

    value: bool
    kind: ClassVar[str] = ""
    costly: ClassVar[bool] = False
    says: ClassVar[tuple[Any, Any]] = ("", "")

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Any:
        if not isinstance(row.get("value"), bool):
            raise BrokenCondition(_("没有写明是或否。"))
        return cls(row["value"])

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "value": self.value}

    def look(self, facts: Facts) -> bool:
        raise NotImplementedError

    def evaluate(self, facts: Facts) -> Held:
        seen = self.look(facts)
        return Held(self, seen == self.value, ("yes" if seen else "no",))

    def sentence(self, names: Names) -> str:
        return str(self.says[0] if self.value else self.says[1])

    def seen_words(self, seen: Iterable[str], names: Names) -> str:
        return _("是") if "yes" in seen else _("否")

    def problems(self, names: Names) -> list[str]:
        return []


def strings(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of words, none of them empty, each once. Raises BrokenCondition."""
    values = row.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise BrokenCondition(_("条件的值写法不对。"))
    if not values:
        raise BrokenCondition(_("条件没有填任何值。"))
    if len(values) > MOST_VALUES:
        told = {"most": MOST_VALUES, "held": len(values)}
        raise BrokenCondition(_("一个条件最多写 %(most)d 个值，现在有 %(held)d 个。请合并，或分成几条规则。") % told)
    return tuple(dict.fromkeys(value.strip() for value in values))
