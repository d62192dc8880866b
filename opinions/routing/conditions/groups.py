"""Groups of conditions: a rule holds a list of them, and all groups must hold.

Stored as `[{"mode": "all"|"any"|"none", "conditions": […]}, …]`; a rule without groups holds for everything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from opinions.routing.conditions.base import BrokenCondition, Condition, Facts, Held, Names
from opinions.routing.conditions.kinds import KINDS
from opinions.routing.conditions.likeness import SimilarCount
from opinions.routing.conditions.moments import RaisedAt
from opinions.routing.conditions.words import Keywords, Mode

MOST_GROUPS, MOST_CONDITIONS = 6, 20
_READERS: dict[str, Callable[[Mapping[str, Any]], Condition]] = {
    one.kind: one.from_json for one in (*KINDS, Keywords, RaisedAt, SimilarCount)
}


@dataclass(frozen=True)
class GroupHeld:
    """Whether a group held, and what was asked; the answer of the last condition asked decided."""

    mode: Mode
    held: bool
    asked: tuple[Held, ...]


@dataclass(frozen=True)
class Group:
    """Conditions of which all, any, or none must hold."""

    mode: Mode
    conditions: tuple[Condition, ...]

    def evaluate(self, facts: Facts) -> GroupHeld:
        """Ask one condition after the other until the group is decided."""
        stop = self.mode != Mode.ALL
        asked: list[Held] = []
        for condition in self.conditions:
            answer = condition.evaluate(facts)
            asked.append(answer)
            if answer.held == stop:
                return GroupHeld(self.mode, self.mode == Mode.ANY, tuple(asked))
        return GroupHeld(self.mode, self.mode != Mode.ANY, tuple(asked))

    @property
    def costly(self) -> bool:
        return any(condition.costly for condition in self.conditions)

    def to_json(self) -> dict[str, Any]:
        return {"mode": self.mode.value, "conditions": [one.to_json() for one in self.conditions]}

    def sentence(self, names: Names) -> str:
        return joined(self.mode, [one.sentence(names) for one in self.conditions])


def joined(mode: str, told: Sequence[str]) -> str:
    """The sentences of a group as one."""
    if mode == Mode.NONE:
        return _("不是“%(told)s”") % {"told": _("”，也不是“").join(told)}
    return (_(" 并且 ") if mode == Mode.ALL else _(" 或者 ")).join(told)


def read_condition(row: Any) -> Condition:
    """The condition that `row` describes. Raises BrokenCondition."""
    if not isinstance(row, Mapping) or not isinstance(row.get("kind"), str):
        raise BrokenCondition(_("条件的写法不对。"))
    reader = _READERS.get(row["kind"])
    if reader is None:
        raise BrokenCondition(_("不认识的条件“%(kind)s”。") % {"kind": row["kind"][:40]})
    return reader(row)


def read_group(row: Any) -> Group:
    """The group that `row` describes. Raises BrokenCondition."""
    if not isinstance(row, Mapping) or not isinstance(row.get("conditions"), list):
        raise BrokenCondition(_("条件的写法不对。"))
    if row.get("mode") not in Mode.values:
        raise BrokenCondition(_("没有写明条件怎样组合。"))
    if not row["conditions"]:
        raise BrokenCondition(_("有一组条件是空的。"))
    if len(row["conditions"]) > MOST_CONDITIONS:
        raise BrokenCondition(_("一组最多 %(most)d 个条件。") % {"most": MOST_CONDITIONS})
    return Group(Mode(row["mode"]), tuple(read_condition(one) for one in row["conditions"]))


def read_groups(rows: Any) -> tuple[Group, ...]:
    """The groups of a rule in their stored form. Raises BrokenCondition."""
    if not isinstance(rows, list):
        raise BrokenCondition(_("条件的写法不对。"))
    if len(rows) > MOST_GROUPS:
        raise BrokenCondition(_("一条规则最多 %(most)d 组条件。") % {"most": MOST_GROUPS})
    return tuple(read_group(row) for row in rows)


def cheap_first(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The same groups with what is costly to ask at the end; the outcome is the same."""
    sorted_inside = (Group(one.mode, tuple(sorted(one.conditions, key=lambda c: c.costly))) for one in groups)
    return tuple(sorted(sorted_inside, key=lambda group: group.costly))
