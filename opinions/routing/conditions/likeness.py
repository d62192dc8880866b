"""Conditions on how many similar opinions there were."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opinions.routing.conditions.base import BrokenCondition, Facts, Held, Names, SimilarAsk

LEAST, DAYS, METRES = (1, 1000), (1, 366), (20, 5000)
"""What may be asked: at least so many, in so many days, within so many metres."""


class Within(TextChoices):
    METRES = "metres", gettext_lazy("附近若干米内")
    ESTATE = "estate", gettext_lazy("同一小区")
    COMMUNITY = "community", gettext_lazy("同一社区")
    STREET = "street", gettext_lazy("同一街道")


@dataclass(frozen=True)
class SimilarCount:
    """At least so many similar opinions within so many days, near by or in the same place; itself not counted."""

    least: int
    days: int
    within: Within
    metres: int | None = None
    kind: ClassVar[str] = "similar"
    costly: ClassVar[bool] = True

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "SimilarCount":
        if row.get("within") not in Within.values:
            raise BrokenCondition(_("没有写明在多大范围内找类似的事。"))
        within = Within(row["within"])
        metres = _number(row, "metres", METRES, _("米数")) if within == Within.METRES else None
        return cls(_number(row, "least", LEAST, _("件数")), _number(row, "days", DAYS, _("天数")), within, metres)

    def to_json(self) -> dict[str, Any]:
        row = {"kind": self.kind, "least": self.least, "days": self.days, "within": self.within.value}
        return row | ({"metres": self.metres} if self.metres is not None else {})

    @property
    def ask(self) -> SimilarAsk:
        return SimilarAsk(self.days, self.within.value, self.metres)

    def evaluate(self, facts: Facts) -> Held:
        count = facts.similar(self.ask)
        return Held(self, count >= self.least, (str(count),))

    def sentence(self, names: Names) -> str:
        where = _("%(metres)d 米内") % {"metres": self.metres} if self.metres else self.within.label
        told = {"days": self.days, "where": where, "least": self.least}
        return _("%(days)d 天里%(where)s另有至少 %(least)d 件类似的事") % told

    def seen_words(self, seen: Iterable[str], names: Names) -> str:
        return _("%(count)s 件") % {"count": next(iter(seen), "0")}

    def problems(self, names: Names) -> list[str]:
        return []


def _number(row: Mapping[str, Any], key: str, bounds: tuple[int, int], name: str) -> int:
    value = row.get(key)
    low, high = bounds
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BrokenCondition(
            _("类似的事的%(name)s要在 %(low)d 到 %(high)d 之间。") % {"name": name, "low": low, "high": high}
        )
    return value
