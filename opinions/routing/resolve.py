"""Finding the body or deputy that a rule names by description."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, community_body_of, current, street_office_of
from deputies.roster.models import CongressLevel, Deputy, DeputyStatus
from opinions.catalog.models import Tier
from opinions.catalog.queries import responsible_for
from opinions.routing.facts import Raised
from opinions.routing.models import Resolver, Rule

RESOLVERS_OF_TIER: dict[int, tuple[Resolver, ...]] = {
    Tier.DEPUTY: (Resolver.ADDRESSED_DEPUTY, Resolver.DISTRICT_DEPUTY),
    Tier.STREET: (Resolver.STREET, Resolver.STREET_OFFICE, Resolver.COMMUNITY),
    Tier.DEPARTMENT: (Resolver.RESPONSIBLE, Resolver.NAMED),
    Tier.PROPOSAL: (Resolver.COMMITTEE,),
    Tier.RELAY: (Resolver.COMMITTEE,),
}
"""Who can be meant on each tier (H4)."""


@dataclass(frozen=True)
class Found:
    """The body or deputy, or why there is none."""

    organisation: Organisation | None = None
    deputy: Deputy | None = None
    problem: str = ""


def find(rule: Rule, raised: Raised) -> Found:
    """Whom `rule` means for this opinion. A closed body leads to the one it was merged into."""
    return _FINDERS[Resolver(rule.resolver)](rule, raised)


def _addressed_deputy(rule: Rule, raised: Raised) -> Found:
    if raised.deputy is None:
        return Found(problem=_("居民没有指名找代表。"))
    return _reachable(raised.deputy)


def _district_deputy(rule: Rule, raised: Raised) -> Found:
    place = raised.electoral_district
    if place is None:
        return Found(problem=_("不知道属于哪个选区。"))
    in_office = Deputy.objects.active().filter(
        electoral_district=place, level__in=[CongressLevel.COUNTY, CongressLevel.TOWNSHIP]
    )
    reachable = in_office.exclude(user=None, helper=None).order_by("level", "id").first()
    if reachable is None:
        return Found(problem=_("%(place)s现在没有能接件的代表。") % {"place": place.name})
    return Found(deputy=reachable)


def _reachable(deputy: Deputy) -> Found:
    if deputy.status != DeputyStatus.ACTIVE:
        return Found(problem=_("%(name)s代表现在不在任。") % {"name": deputy.name})
    if deputy.user_id is None and deputy.helper_id is None:
        return Found(problem=_("%(name)s代表还没有账号，也没有结对联络员。") % {"name": deputy.name})
    return Found(deputy=deputy)


def _community(rule: Rule, raised: Raised) -> Found:
    return _body(community_body_of(raised.division), _("%(place)s没有对应的社区。") % {"place": raised.division.name})


def _street(rule: Rule, raised: Raised) -> Found:
    return Found(organisation=raised.street)


def _street_office(rule: Rule, raised: Raised) -> Found:
    return _body(
        street_office_of(raised.division), _("%(place)s没有对应的街道办事处。") % {"place": raised.division.name}
    )


def _responsible(rule: Rule, raised: Raised) -> Found:
    if raised.category is None:
        return Found(problem=_("还没有类别，找不到责任部门。"))
    body = responsible_for(raised.category, raised.district.pk)
    return _body(body, _("“%(category)s”还没有定责任部门。") % {"category": raised.category.name})


def _named(rule: Rule, raised: Raised) -> Found:
    held = bodies().get(rule.organisation_id)
    return _body(current(held) if held else None, _("规则指定的机构已经停用。"))


def _committee(rule: Rule, raised: Raised) -> Found:
    return Found(organisation=raised.district)


def _body(body: Organisation | None, problem: str) -> Found:
    return Found(organisation=body) if body else Found(problem=problem)


_FINDERS: dict[Resolver, Callable[[Rule, Raised], Found]] = {
    Resolver.ADDRESSED_DEPUTY: _addressed_deputy,
    Resolver.DISTRICT_DEPUTY: _district_deputy,
    Resolver.COMMUNITY: _community,
    Resolver.STREET: _street,
    Resolver.STREET_OFFICE: _street_office,
    Resolver.RESPONSIBLE: _responsible,
    Resolver.NAMED: _named,
    Resolver.COMMITTEE: _committee,
}
