"""Rules of the demo beyond the default ones: a street's own, and a draft of the district."""

from datetime import datetime
from typing import Any

from deputies.organisations.models import Organisation
from opinions.catalog.models import Tier, Urgency
from opinions.routing.conditions import (
    CategoryIn,
    DayKind,
    Group,
    Keywords,
    Mode,
    RaisedAt,
    SimilarCount,
    Within,
)
from opinions.routing.models import Resolver
from opinions.routing.queries import active_set
from opinions.routing.services import (
    Helper,
    RuleDraft,
    activate,
    copy_rule_set,
    move_rule,
    save_rule,
    start_street_set,
)

NOISE = ("广场舞", "夜间施工", "装修噪音", "烧烤摊")
NIGHT = RaisedAt(DayKind.ANY, 22 * 60, 6 * 60)


def build_rules(*, district: Organisation, street: Organisation, now: datetime) -> None:
    """The street's rules are in force; the district's draft waits to be looked at."""
    made = start_street_set(district=district, street=street, by=None, now=now)
    save_rule(rule_set=made, rule=None, draft=_at_night(), by=None, now=now)
    activate(rule_set=made, by=None, now=now)
    in_force = active_set(district.pk)
    if in_force is None:
        return
    draft = copy_rule_set(source=in_force, note="增加成片问题的规则，待讨论", by=None, now=now)
    rule = save_rule(rule_set=draft, rule=None, draft=_together(), by=None, now=now)
    move_rule(rule=rule, to=2, by=None, now=now)


def _at_night() -> RuleDraft:
    """Noise, or anything about the neighbourhood at night, but no danger: the community goes and looks."""
    groups = [
        Group(Mode.ANY, (Keywords(Mode.ANY, NOISE), NIGHT)),
        Group(Mode.ALL, (CategoryIn(("community",)),)),
        Group(Mode.NONE, (Keywords(Mode.ANY, ("燃气", "漏电", "消防")),)),
    ]
    return _draft("噪音和夜间的社区事项，先由社区上门", Tier.STREET, Resolver.COMMUNITY, groups, tags=["夜间"])


def _together() -> RuleDraft:
    """The same from several homes of one estate within a week: the department leads, street and community help."""
    groups = [
        Group(Mode.ALL, (CategoryIn(("community.property", "community.lift")),)),
        Group(Mode.ANY, (SimilarCount(3, 7, Within.ESTATE), Keywords(Mode.ANY, ("整栋", "全小区", "几户人家")))),
    ]
    helpers = (Helper(resolver=Resolver.STREET_OFFICE.value), Helper(resolver=Resolver.COMMUNITY.value))
    return _draft(
        "一个小区里成片的物业和电梯问题", Tier.DEPARTMENT, Resolver.RESPONSIBLE, groups, co_handlers=helpers,
        urgency=Urgency.COMPLEX.value, limit_amount=10, limit_unit="working_days", tags=["成片问题"],
    )  # fmt: skip


def _draft(name: str, tier: Tier, resolver: Resolver, groups: list[Group], **fields: Any) -> RuleDraft:
    stored = [group.to_json() for group in groups]
    return RuleDraft(name=name, tier=tier.value, resolver=resolver.value, conditions=stored, **fields)
