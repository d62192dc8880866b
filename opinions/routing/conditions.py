"""What a routing rule can ask of an opinion: conditions as small records, without a database.

A condition is kept as JSON, `{"kind": "channel_in", "values": ["qr"]}`. One that is unknown or broken is
never skipped: reading it raises BrokenCondition, which says in the user's words what is wrong with it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.roster.models import CongressLevel
from liaison.base.phrases import listing
from opinions.catalog.models import Reach, SourceChannel, Urgency

MOST_VALUES = 200
LONGEST_WORD = 30


class BrokenCondition(ValueError):
    """The stored form of a condition cannot be read; the message is fit for staff."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the engine knows of an opinion. Paths are codes, the thing itself first, then what it lies in."""

    categories: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    channel: str = ""
    level: str = ""
    text: str = ""
    reach: str = ""
    urgency: str = ""
    deputy_addressed: bool = False
    deputy_active: bool = False


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
    """One question put to the facts."""

    kind: ClassVar[str]

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
    says: ClassVar[Any] = ""

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Any:
        return cls(_strings(row, "values"))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "values": list(self.values)}

    def evaluate(self, facts: Facts) -> Held:
        seen = self.look(facts)
        return Held(self, any(one in self.values for one in seen), seen[:1])

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
class CategoryIn(InTree):
    kind: ClassVar[str] = "category_in"
    says: ClassVar[Any] = gettext_lazy("类别属于 %(values)s（含下级）")

    def look(self, facts: Facts) -> tuple[str, ...]:
        return facts.categories

    def nodes(self, names: Names) -> Mapping[str, Node]:
        return names.categories


@dataclass(frozen=True)
class DivisionWithin(InTree):
    kind: ClassVar[str] = "division_within"
    says: ClassVar[Any] = gettext_lazy("地点在 %(values)s 范围内")

    def look(self, facts: Facts) -> tuple[str, ...]:
        return facts.divisions

    def nodes(self, names: Names) -> Mapping[str, Node]:
        return names.divisions


@dataclass(frozen=True)
class _Chosen(OneOf):
    """A value out of an enumeration of the program."""

    choices: ClassVar[type[TextChoices]]

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Any:
        values = _strings(row, "values")
        for value in values:
            if value not in cls.choices.values:
                raise BrokenCondition(_("“%(value)s”不是可选的值。") % {"value": value})
        return cls(values)

    def word(self, value: str, names: Names) -> str:
        return str(self.choices(value).label) if value in self.choices.values else value


@dataclass(frozen=True)
class ChannelIn(_Chosen):
    kind: ClassVar[str] = "channel_in"
    says: ClassVar[Any] = gettext_lazy("来源渠道是 %(values)s")
    choices: ClassVar[type[TextChoices]] = SourceChannel

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.channel,)


@dataclass(frozen=True)
class LevelIn(_Chosen):
    kind: ClassVar[str] = "level_in"
    says: ClassVar[Any] = gettext_lazy("找的代表是 %(values)s")
    choices: ClassVar[type[TextChoices]] = CongressLevel

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.level,)


@dataclass(frozen=True)
class ReachIn(_Chosen):
    kind: ClassVar[str] = "reach_in"
    says: ClassVar[Any] = gettext_lazy("影响范围是 %(values)s")
    choices: ClassVar[type[TextChoices]] = Reach

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.reach,)


@dataclass(frozen=True)
class UrgencyIn(_Chosen):
    kind: ClassVar[str] = "urgency_in"
    says: ClassVar[Any] = gettext_lazy("缓急是 %(values)s")
    choices: ClassVar[type[TextChoices]] = Urgency

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.urgency,)


class Mode(TextChoices):
    """How the words of a Keywords condition are combined."""

    ANY = "any", gettext_lazy("任意一个")
    ALL = "all", gettext_lazy("全部")
    NONE = "none", gettext_lazy("都没有")


_KEYWORDS_SAY: dict[str, Any] = {
    Mode.ANY: gettext_lazy("内容提到 %(values)s 中的任意一个"),
    Mode.ALL: gettext_lazy("内容同时提到 %(values)s"),
    Mode.NONE: gettext_lazy("内容没有提到 %(values)s"),
}


@dataclass(frozen=True)
class Keywords:
    """Words that the text has: any of them, all, or none. Upper and lower case are one."""

    mode: Mode
    values: tuple[str, ...]
    kind: ClassVar[str] = "keywords"

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Keywords":
        if row.get("mode") not in Mode.values:
            raise BrokenCondition(_("没有写明关键词怎样组合。"))
        return cls(Mode(row["mode"]), _strings(row, "values"))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "mode": self.mode.value, "values": list(self.values)}

    def evaluate(self, facts: Facts) -> Held:
        text = facts.text.casefold()
        found = tuple(word for word in self.values if word.casefold() in text)
        held = {Mode.ANY: bool(found), Mode.ALL: len(found) == len(self.values), Mode.NONE: not found}[self.mode]
        return Held(self, held, found)

    def sentence(self, names: Names) -> str:
        return str(_KEYWORDS_SAY[self.mode]) % {"values": listing(f"“{word}”" for word in self.values)}

    def seen_words(self, seen: Iterable[str], names: Names) -> str:
        return listing(f"“{word}”" for word in seen) or _("没有提到")

    def problems(self, names: Names) -> list[str]:
        return []


@dataclass(frozen=True)
class _YesNo:
    """A condition on a plain fact."""

    value: bool
    kind: ClassVar[str] = ""
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


@dataclass(frozen=True)
class DeputyAddressed(_YesNo):
    kind: ClassVar[str] = "deputy_addressed"
    says: ClassVar[tuple[Any, Any]] = (gettext_lazy("居民指名找一位代表"), gettext_lazy("居民没有指名找代表"))

    def look(self, facts: Facts) -> bool:
        return facts.deputy_addressed


@dataclass(frozen=True)
class DeputyActive(_YesNo):
    kind: ClassVar[str] = "deputy_active"
    says: ClassVar[tuple[Any, Any]] = (gettext_lazy("指名的代表在任"), gettext_lazy("没有指名的代表，或该代表不在任"))

    def look(self, facts: Facts) -> bool:
        return facts.deputy_addressed and facts.deputy_active


_READERS: dict[str, Callable[[Mapping[str, Any]], Condition]] = {
    one.kind: one.from_json
    for one in (
        CategoryIn, DivisionWithin, ChannelIn, LevelIn, ReachIn, UrgencyIn, Keywords, DeputyAddressed, DeputyActive,
    )
}  # fmt: skip


def read_condition(row: Any) -> Condition:
    """The condition that `row` describes. Raises BrokenCondition."""
    if not isinstance(row, Mapping) or not isinstance(row.get("kind"), str):
        raise BrokenCondition(_("条件的写法不对。"))
    reader = _READERS.get(row["kind"])
    if reader is None:
        raise BrokenCondition(_("不认识的条件“%(kind)s”。") % {"kind": row["kind"][:40]})
    return reader(row)


def _strings(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of words, none of them empty, each once. Raises BrokenCondition."""
    values = row.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise BrokenCondition(_("条件的值写法不对。"))
    if not values:
        raise BrokenCondition(_("条件没有填任何值。"))
    if len(values) > MOST_VALUES:
        raise BrokenCondition(_("条件的值太多，最多 %(most)d 个。") % {"most": MOST_VALUES})
    return tuple(dict.fromkeys(value.strip() for value in values))
