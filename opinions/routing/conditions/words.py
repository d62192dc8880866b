"""Conditions on the words of an opinion."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.base.phrases import listing
from opinions.routing.conditions.base import BrokenCondition, Facts, Held, Names, strings


class Mode(TextChoices):
    """How words, or the conditions of a group, are combined."""

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
    costly: ClassVar[bool] = False

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Keywords":
        if row.get("mode") not in Mode.values:
            raise BrokenCondition(_("没有写明关键词怎样组合。"))
        return cls(Mode(row["mode"]), strings(row, "values"))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "mode": self.mode.value, "values": list(self.values)}

    @cached_property
    def _folded(self) -> tuple[tuple[str, str, str], ...]:
        """Beginning, word in one case, and the word as it was written."""
        folded = ((word.casefold(), word) for word in self.values)
        return tuple((one[:2], one, word) for one, word in folded)

    @cached_property
    def _heads(self) -> frozenset[str]:
        return frozenset(head for head, _one, _word in self._folded)

    def evaluate(self, facts: Facts) -> Held:
        found = self._found(facts)
        held = {Mode.ANY: bool(found), Mode.ALL: len(found) == len(self.values), Mode.NONE: not found}[self.mode]
        return Held(self, held, found)

    def _found(self, facts: Facts) -> tuple[str, ...]:
        heads, text = facts.heads, facts.folded
        if heads.isdisjoint(self._heads):
            return ()
        return tuple(word for head, one, word in self._folded if head in heads and one in text)

    def sentence(self, names: Names) -> str:
        alone = len(self.values) == 1 and self.mode != Mode.NONE
        said = _("内容提到 %(values)s") if alone else str(_KEYWORDS_SAY[self.mode])
        return said % {"values": listing(f"“{word}”" for word in self.values)}

    def seen_words(self, seen: Iterable[str], names: Names) -> str:
        return listing(f"“{word}”" for word in seen) or _("没有提到")

    def problems(self, names: Names) -> list[str]:
        return []
