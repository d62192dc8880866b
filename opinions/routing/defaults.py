"""The rules that a district starts with: all five tiers of H4, first match wins. Staff copy and change them."""

from collections.abc import Iterator
from typing import Any

from opinions.catalog.models import Reach, SourceChannel, Tier, Urgency
from opinions.routing.conditions import (
    CategoryIn,
    ChannelIn,
    Condition,
    DeputyActive,
    DeputyAddressed,
    Group,
    Keywords,
    Mode,
    ReachIn,
    UrgencyIn,
)
from opinions.routing.models import Resolver

DANGER = ("燃气泄漏", "煤气泄漏", "漏电", "触电", "塌陷", "高空坠物", "外墙脱落", "井盖缺失", "坍塌")
AT_DEPARTMENTS = ("community.charging", "community.fire", "community.lift", "community.property")
OF_DEPARTMENTS = ("urban", "traffic", "business", "education", "health")
STREET_TIERS = (Tier.STREET.value, Tier.DEPARTMENT.value)
STREET_RESOLVERS = (
    Resolver.STREET.value, Resolver.STREET_OFFICE.value, Resolver.COMMUNITY.value, Resolver.RESPONSIBLE.value,
)  # fmt: skip
"""What streets may decide by rules of their own, until the district says otherwise."""
PLACE_NAME = "此处先看街道规则"


def default_rules() -> Iterator[dict[str, Any] | None]:
    """The rules in order, as the fields of a RuleDraft; None marks where those of the streets are looked at."""
    yield _rule(
        "危及安全的，紧急交责任部门", Tier.DEPARTMENT, Resolver.RESPONSIBLE, _danger(), urgency=Urgency.URGENT,
        co=(Resolver.STREET_OFFICE,),
    )  # fmt: skip
    yield _rule(
        "全市全省的问题，请上级代表接力", Tier.RELAY, Resolver.NEXT_CONGRESS, _reach(Reach.CITY, Reach.PROVINCE)
    )
    yield _rule("指名找在任代表的，先由代表答复", Tier.DEPUTY, Resolver.ADDRESSED_DEPUTY, _addressed(), confirm=False)
    yield _rule(
        "全区性的问题，研究转为闭会期间建议", Tier.PROPOSAL, Resolver.PROPOSAL_DRAFT, _reach(Reach.DISTRICT),
        urgency=Urgency.COMPLEX,
    )  # fmt: skip
    yield None
    yield _rule("部门职责内的单一事项", Tier.DEPARTMENT, Resolver.RESPONSIBLE, _all(CategoryIn(OF_DEPARTMENTS)))
    yield _rule("须专业部门办的社区事项", Tier.DEPARTMENT, Resolver.RESPONSIBLE, _all(CategoryIn(AT_DEPARTMENTS)))
    yield _rule("社区和街道能解决的事项", Tier.STREET, Resolver.STREET, _all(CategoryIn(("community",))))
    yield _rule(
        "走访和网格收集的，先由街道梳理", Tier.STREET, Resolver.STREET, _all(_gathered(), DeputyAddressed(value=False))
    )


def _all(*conditions: Condition) -> list[Group]:
    return [Group(Mode.ALL, conditions)]


def _danger() -> list[Group]:
    told = Group(Mode.ANY, (Keywords(Mode.ANY, DANGER), UrgencyIn((Urgency.URGENT.value,))))
    return [*_all(CategoryIn(("urban", "traffic", "community"))), told]


def _reach(*reaches: Reach) -> list[Group]:
    return _all(ReachIn(tuple(reach.value for reach in reaches)))


def _addressed() -> list[Group]:
    return _all(DeputyActive(value=True))


def _gathered() -> Condition:
    return ChannelIn((SourceChannel.GRID.value, SourceChannel.VISIT.value))


def _rule(
    name: str,
    tier: Tier,
    resolver: Resolver,
    groups: list[Group],
    *,
    urgency: str = "",
    confirm: bool = True,
    co: tuple[Resolver, ...] = (),
) -> dict[str, Any]:
    return {
        "name": name, "tier": tier, "resolver": resolver, "urgency": urgency, "confirm": confirm, "co": co,
        "conditions": [group.to_json() for group in groups],
    }  # fmt: skip
