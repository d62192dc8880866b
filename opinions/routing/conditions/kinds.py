"""Conditions on plain facts: category, place, channel, level, scope, urgency, wish, the addressed deputy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from deputies.roster.models import CongressLevel
from opinions.catalog.models import Reach, SourceChannel, Urgency, Wish
from opinions.routing.conditions.base import Chosen, Facts, InTree, Names, Node, YesNo


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
class ChannelIn(Chosen):
    kind: ClassVar[str] = "channel_in"
    says: ClassVar[Any] = gettext_lazy("来源渠道是 %(values)s")
    choices: ClassVar[type[TextChoices]] = SourceChannel

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.channel,)


@dataclass(frozen=True)
class LevelIn(Chosen):
    kind: ClassVar[str] = "level_in"
    says: ClassVar[Any] = gettext_lazy("找的代表是 %(values)s")
    choices: ClassVar[type[TextChoices]] = CongressLevel

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.level,)


@dataclass(frozen=True)
class ReachIn(Chosen):
    kind: ClassVar[str] = "reach_in"
    says: ClassVar[Any] = gettext_lazy("影响范围是 %(values)s")
    choices: ClassVar[type[TextChoices]] = Reach

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.reach,)


@dataclass(frozen=True)
class UrgencyIn(Chosen):
    kind: ClassVar[str] = "urgency_in"
    says: ClassVar[Any] = gettext_lazy("缓急是 %(values)s")
    choices: ClassVar[type[TextChoices]] = Urgency

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.urgency,)


@dataclass(frozen=True)
class WishIn(Chosen):
    kind: ClassVar[str] = "wish_in"
    says: ClassVar[Any] = gettext_lazy("居民的希望是 %(values)s")
    choices: ClassVar[type[TextChoices]] = Wish

    def look(self, facts: Facts) -> tuple[str, ...]:
        return (facts.wish,)


@dataclass(frozen=True)
class DeputyAddressed(YesNo):
    kind: ClassVar[str] = "deputy_addressed"
    says: ClassVar[tuple[Any, Any]] = (gettext_lazy("居民指名找一位代表"), gettext_lazy("居民没有指名找代表"))

    def look(self, facts: Facts) -> bool:
        return facts.deputy_addressed


@dataclass(frozen=True)
class DeputyActive(YesNo):
    kind: ClassVar[str] = "deputy_active"
    says: ClassVar[tuple[Any, Any]] = (gettext_lazy("指名的代表在任"), gettext_lazy("没有指名的代表，或该代表不在任"))

    def look(self, facts: Facts) -> bool:
        return facts.deputy_addressed and facts.deputy_active


KINDS = (
    CategoryIn, DivisionWithin, ChannelIn, LevelIn, ReachIn, UrgencyIn, WishIn, DeputyAddressed, DeputyActive,
)  # fmt: skip
