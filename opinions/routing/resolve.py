"""Finding the body or deputy that a rule names by description. What is missing, closed or ambiguous is said."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from deputies.organisations.models import Division, DivisionLevel, Organisation, OrganisationKind
from deputies.organisations.queries import STAMP as ORGANISATIONS
from deputies.organisations.queries import bodies, current, district_of, division_tree
from deputies.roster.models import LEVELS_UPWARD, CongressLevel, Deputy, DeputyStatus
from liaison.base.phrases import listing
from liaison.base.stamps import cached
from opinions.catalog.models import Tier
from opinions.catalog.queries import responsible_for
from opinions.routing.facts import Raised
from opinions.routing.models import Resolver

JUDICIAL = {
    Resolver.COURT: OrganisationKind.COURT,
    Resolver.PROCURATORATE: OrganisationKind.PROCURATORATE,
    Resolver.SUPERVISORY: OrganisationKind.SUPERVISORY,
}
"""Bodies found by their kind; they handle no lawsuit here, and the resident is told so."""
AT_DEPARTMENTS = (Resolver.RESPONSIBLE, *JUDICIAL, Resolver.NAMED)
RESOLVERS_OF_TIER: dict[int, tuple[Resolver, ...]] = {
    Tier.DEPUTY: (Resolver.ADDRESSED_DEPUTY, Resolver.DISTRICT_DEPUTY),
    Tier.STREET: (Resolver.STREET, Resolver.STREET_OFFICE, Resolver.COMMUNITY),
    Tier.DEPARTMENT: AT_DEPARTMENTS,
    Tier.PROPOSAL: (Resolver.PROPOSAL_DRAFT, Resolver.COMMITTEE),
    Tier.RELAY: (Resolver.NEXT_CONGRESS, Resolver.COMMITTEE),
}
"""Who can be meant on each tier (H4)."""
CO_RESOLVERS = (Resolver.STREET_OFFICE, Resolver.COMMUNITY, *AT_DEPARTMENTS)
"""Who can help a lead: bodies that handle."""
ABOVE = LEVELS_UPWARD[LEVELS_UPWARD.index(CongressLevel.COUNTY) + 1 :]
"""The congresses to which a district relays."""


@dataclass(frozen=True)
class Found:
    """The body or deputy, or why there is none."""

    organisation: Organisation | None = None
    deputy: Deputy | None = None
    problem: str = ""


@dataclass
class Roster:
    """Deputies looked up while deciding; one for many decisions asks the database once for each place."""

    by_place: dict[int, Deputy | None] = field(default_factory=dict)
    above: bool | None = None

    def of(self, place: Division) -> Deputy | None:
        """The first deputy of an electoral district who can receive something."""
        if place.pk not in self.by_place:
            in_office = Deputy.objects.active().filter(
                electoral_district=place, level__in=[CongressLevel.COUNTY, CongressLevel.TOWNSHIP]
            )
            self.by_place[place.pk] = in_office.exclude(user=None, helper=None).order_by("level", "id").first()
        return self.by_place[place.pk]

    def has_above(self) -> bool:
        """Whether any deputy of a congress above is known."""
        if self.above is None:
            self.above = Deputy.objects.active().filter(level__in=ABOVE).exists()
        return self.above


def find(resolver: str, named_id: int | None, raised: Raised, roster: Roster | None = None) -> Found:
    """Whom `resolver` means for this opinion. A closed body leads to the one it was merged into."""
    asked = Resolver(resolver)
    if asked in JUDICIAL:
        return _judicial(asked, raised)
    if asked == Resolver.NAMED:
        return _named(named_id)
    return _FINDERS[asked](raised, roster or Roster())


def _addressed_deputy(raised: Raised, roster: Roster) -> Found:
    deputy = raised.deputy
    if deputy is None:
        return Found(problem=_("居民没有指名找代表。"))
    if deputy.status != DeputyStatus.ACTIVE:
        return Found(problem=_("%(name)s代表现在不在任。") % {"name": deputy.name})
    if deputy.user_id is None and deputy.helper_id is None:
        return Found(problem=_("%(name)s代表还没有账号，也没有结对联络员。") % {"name": deputy.name})
    return Found(deputy=deputy)


def _district_deputy(raised: Raised, roster: Roster) -> Found:
    place = raised.electoral_district or division_tree().at_level(raised.division.pk, DivisionLevel.ELECTORAL)
    if place is None:
        return Found(problem=_("不知道属于哪个选区。"))
    deputy = roster.of(place)
    if deputy is None:
        return Found(problem=_("%(place)s现在没有能接件的代表。") % {"place": place.name})
    return Found(deputy=deputy)


def _community(raised: Raised, roster: Roster) -> Found:
    missing = _("地点是%(place)s，找不到对应的社区。") % {"place": raised.division.name}
    return _acting_for(raised.division, (OrganisationKind.COMMUNITY,), missing)


def _street(raised: Raised, roster: Roster) -> Found:
    return Found(organisation=raised.street)


def _street_office(raised: Raised, roster: Roster) -> Found:
    missing = _("地点是%(place)s，找不到对应的街道办事处。") % {"place": raised.division.name}
    return _acting_for(raised.division, (OrganisationKind.STREET_OFFICE,), missing)


def _acting_for(division: Division, kinds: Collection[str], missing: str) -> Found:
    """The body of a kind nearest to a place; two at the same place are ambiguous."""
    held = bodies()
    for place in division_tree().ancestors(division.pk, include_self=True):
        acting = {current(body) for body in held.by_place.get(place.pk, ()) if body.kind in kinds} - {None}
        if acting:
            return _only(sorted((one for one in acting if one), key=lambda one: one.code))
    return Found(problem=missing)


def _only(found: list[Organisation]) -> Found:
    if len(found) > 1:
        told = listing(body.name for body in found)
        return Found(problem=_("有几个机构都对应得上：%(bodies)s，请人工确定。") % {"bodies": told})
    return Found(organisation=found[0])


def _responsible(raised: Raised, roster: Roster) -> Found:
    if raised.category is None:
        return Found(problem=_("还没有类别，找不到责任部门。"))
    body = responsible_for(raised.category, raised.district.pk)
    if body is None:
        return Found(problem=_("“%(category)s”还没有定责任部门。") % {"category": raised.category.name})
    return Found(organisation=body)


def _judicial(resolver: Resolver, raised: Raised) -> Found:
    found = bodies_of_kind(JUDICIAL[resolver], raised.district)
    if not found:
        return Found(problem=_("名录里没有%(body)s。") % {"body": resolver.label})
    return _only(found)


def bodies_of_kind(kind: OrganisationKind, district: Organisation) -> list[Organisation]:
    """The active bodies of a kind in a district, by code."""
    return cached(ORGANISATIONS, lambda: _load_kind(kind, district), part=f"kind:{kind}:{district.pk}")


def _load_kind(kind: OrganisationKind, district: Organisation) -> list[Organisation]:
    rows = (body for body in bodies().by_id.values() if body.active and body.kind == kind)
    return sorted((body for body in rows if district_of(body) == district), key=lambda body: body.code)


def _named(named_id: int | None) -> Found:
    held = bodies().get(named_id)
    if held is None:
        return Found(problem=_("规则指定的机构已经停用。"))
    acting = current(held)
    if acting is not None:
        return Found(organisation=acting)
    ring = ring_of(held)
    if ring:
        told = " → ".join(str(body) for body in ring)
        return Found(problem=_("规则指定的机构互相并入，找不到接办的：%(ring)s。") % {"ring": told})
    return Found(problem=_("规则指定的机构已经停用。"))


def ring_of(body: Organisation) -> list[Organisation]:
    """The bodies that a closed one leads through when its successors lead back to one of them; else none."""
    way: list[Organisation] = []
    held: Organisation | None = body
    while held is not None and not held.active:
        if held in way:
            return [*way[way.index(held) :], held]
        way.append(held)
        held = bodies().get(held.merged_into_id)
    return []


def _committee(raised: Raised, roster: Roster) -> Found:
    return Found(organisation=raised.district)


def _next_congress(raised: Raised, roster: Roster) -> Found:
    if not roster.has_above():
        return Found(problem=_("名册里还没有上一级人大的代表。"))
    return Found(organisation=raised.district)


_FINDERS: dict[Resolver, Callable[[Raised, Roster], Found]] = {
    Resolver.ADDRESSED_DEPUTY: _addressed_deputy,
    Resolver.DISTRICT_DEPUTY: _district_deputy,
    Resolver.COMMUNITY: _community,
    Resolver.STREET: _street,
    Resolver.STREET_OFFICE: _street_office,
    Resolver.RESPONSIBLE: _responsible,
    Resolver.COMMITTEE: _committee,
    Resolver.PROPOSAL_DRAFT: _committee,
    Resolver.NEXT_CONGRESS: _next_congress,
}
