"""Reading rules and decisions. Rules are kept per process and renewed by stamp."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from deputies.organisations.models import HANDLER_KINDS, Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from deputies.organisations.queries import bodies, current, division_tree
from deputies.roster.models import Deputy, DeputyStatus
from liaison.base.stamps import cached
from opinions.catalog.models import Tier
from opinions.catalog.queries import STAMP as CATALOG
from opinions.catalog.queries import category_tree
from opinions.clocks.services import OwnLimit
from opinions.handling import services as handling
from opinions.handling.queries import advises
from opinions.matters.models import Matter
from opinions.routing.conditions import DivisionWithin, Names, Node
from opinions.routing.engine import ReadyRule, read_rule
from opinions.routing.facts import Raised
from opinions.routing.models import CoHandler, Resolver, RoutingDecision, Rule, RuleSet, RuleSetStatus

_TOLD = (
    "order", "is_place", "enabled", "conditions", "tier", "resolver", "organisation_id", "urgency", "limit_amount",
    "limit_unit", "tags", "fast_lane", "confirm",
)  # fmt: skip
"""The fields that say what a rule does."""
STAMP = "routing"
"""Services that edit rules bump this stamp."""
_VERSION = re.compile(r"(?:s(?P<street>[0-9]{1,9})-)?(?P<number>[0-9]{1,6})")


@dataclass(frozen=True)
class Compiled:
    """Rules read and ready, in the order in which they are tried: those of the district, and at the marked place those
    of one street. `rows` holds the stored rules by key."""

    rule_set: RuleSet | None
    rules: tuple[ReadyRule, ...] = ()
    rows: Mapping[int, Rule] = field(default_factory=dict)
    street_set: RuleSet | None = None

    def row(self, rule: ReadyRule) -> Rule:
        """The stored rule behind a ready one."""
        return self.rows[rule.key]


def compile_set(rule_set: RuleSet | None, street_set: RuleSet | None = None) -> Compiled:
    """Read the enabled rules of a district's version, with those of a street's at the place that is marked for them.

    Without a district's version nothing is in force: a street only refines.
    """
    if rule_set is None:
        return Compiled(None)
    rows = rules_of(rule_set, enabled=True)
    own = rules_of(street_set, enabled=True) if street_set else []
    owner = str(street_set.street) if street_set else ""
    ready: list[ReadyRule] = []
    for row in rows:
        ready += [_ready(one, owner, rule_set) for one in own] if row.is_place else [_ready(row)]
    return Compiled(rule_set, tuple(ready), {row.pk: row for row in (*rows, *own)}, street_set)


def rules_of(rule_set: RuleSet, *, enabled: bool = False) -> list[Rule]:
    """The rules of a version in order, with their bodies; two statements."""
    rows = rule_set.rules.select_related("organisation").prefetch_related("co_handlers__organisation")
    rows = rows.filter(enabled=True) if enabled else rows
    return list(rows.order_by("order", "id"))


def _ready(row: Rule, owner: str = "", allowing: RuleSet | None = None) -> ReadyRule:
    barred = not_allowed(row, allowing) if allowing else ""
    return read_rule(key=row.pk, order=row.order, name=row.name, conditions=row.conditions, owner=owner, barred=barred)


def not_allowed(rule: Any, district_set: RuleSet) -> str:
    """Why the district does not let a street have a rule like this; empty when it does."""
    if rule.tier not in district_set.street_tiers:
        label = Tier(rule.tier).label if rule.tier in Tier.values else rule.tier
        return _("区里没有让街道自己定“%(tier)s”这一层级。") % {"tier": label}
    for resolver in dict.fromkeys((rule.resolver, *(one.resolver for one in helpers_of(rule)))):
        if resolver not in district_set.street_resolvers:
            label = Resolver(resolver).label if resolver in Resolver.values else resolver
            return _("区里没有让街道自己交给“%(whom)s”。") % {"whom": label}
    return ""


def helpers_of(rule: Any) -> list[Any]:
    """The co-handlers of a stored rule, or of a draft of one."""
    held = rule.co_handlers
    return list(held.all() if hasattr(held, "all") else held)


def active_rules(district_id: int, street_id: int | None = None) -> Compiled:
    """The versions in force in a district and one of its streets; without one for the district, no rules."""
    return cached(STAMP, lambda: _load_active(district_id, street_id), part=f"active:{district_id}:{street_id}")


def _load_active(district_id: int, street_id: int | None) -> Compiled:
    own = active_set(district_id, street_id) if street_id else None
    return compile_set(active_set(district_id), own)


def active_set(district_id: int, street_id: int | None = None) -> RuleSet | None:
    """The version in force of a district, or of one of its streets."""
    rows = RuleSet.objects.filter(district=district_id, street=street_id, status=RuleSetStatus.ACTIVE)
    return rows.select_related("district", "street").first()


def names() -> Names:
    """What categories and divisions are called, for sentences and checks."""
    categories = cached(CATALOG, _category_nodes, part="routing_nodes")
    return Names(categories, cached(ORGANISATIONS, _division_nodes, part="routing_nodes"))


def _category_nodes() -> dict[str, Node]:
    rows = category_tree().values()
    return {row.code: Node(row.name, row.parent.code if row.parent else "", row.active) for row in rows}


def _division_nodes() -> dict[str, Node]:
    rows = division_tree().by_id.values()
    return {row.code: Node(row.name, row.parent.code if row.parent else "", row.active) for row in rows}


def raised_of(matter: Matter) -> Raised:
    """What is known of a stored opinion (its own record and its contact point's: two statements at most)."""
    opinion = matter.opinion
    point = opinion.contact_point
    whole = opinion.latitude is not None and opinion.longitude is not None
    return Raised(
        division=matter.division, street=matter.street, district=matter.district, channel=opinion.channel,
        text=f"{matter.title}\n{opinion.content}", category=matter.category, deputy=opinion.addressed_to,
        electoral_district=point.electoral_district if point else None, reach=opinion.reach, wish=opinion.wish,
        urgency=matter.urgency, place=opinion.place, at=matter.opened_at, matter_id=matter.pk,
        position=(opinion.latitude, opinion.longitude) if whole else None,  # type: ignore[arg-type]
    )  # fmt: skip


def suggestion(matter: Matter) -> RoutingDecision | None:
    """The newest decision on a matter: tier and body that an assigning form offers first."""
    return matter.decisions.select_related("organisation", "deputy").order_by("-id").first()


@dataclass(frozen=True)
class Suggested:
    """What the newest decision would have a person do: give it to a lead, with co-handlers and a limit."""

    tier: int
    lead: Organisation
    co: tuple[Organisation, ...]
    limit: OwnLimit | None


def suggested(matter: Matter) -> Suggested | None:
    """The assignment that the newest decision suggests; None where a person decided or must decide otherwise.

    Bodies that closed since lead to their successors.
    """
    row = suggestion(matter)
    if row is None or row.overridden_by_id or row.tier not in handling.TIERS or row.organisation is None:
        return None
    lead = current(bodies().by_id[row.organisation.pk])
    if lead is None or lead.kind not in HANDLER_KINDS:
        return None
    held = (bodies().get(one["id"]) for one in row.outcome.get("co", ()))
    co = dict.fromkeys(acting for acting in (current(one) for one in held if one) if acting and acting != lead)
    limit = row.outcome.get("limit")
    return Suggested(row.tier, lead, tuple(co), OwnLimit(*limit) if limit else None)


def suggested_deputy(matter: Matter) -> Deputy | None:
    """The deputy whom the newest decision would have answer, once a person agrees; None where it says otherwise."""
    row = suggestion(matter)
    if row is None or row.overridden_by_id or row.tier != Tier.DEPUTY or matter.holder_deputy_id:
        return None
    return row.deputy if row.deputy is not None and row.deputy.status == DeputyStatus.ACTIVE else None


@advises
def advised(matter: Matter) -> tuple[Organisation, tuple[Organisation, ...]] | None:
    """Lead and co-handlers of what is suggested, for the form of 交办."""
    told = suggested(matter)
    return (told.lead, told.co) if told else None


def version_called(district_id: int, key: str) -> RuleSet | None:
    """The version of a district that an address calls `key`: its number, a street's as `s12-3`."""
    found = _VERSION.fullmatch(key)
    if found is None:
        return None
    street = int(found["street"]) if found["street"] else None
    rows = RuleSet.objects.select_related("district", "street")
    return rows.filter(district=district_id, street=street, version=int(found["number"])).first()


def fingerprint(rule_set: RuleSet) -> str:
    """What the rules of a version say, in short: the same text as long as nothing was edited."""
    told: list[Any] = [rule_set.street_tiers, rule_set.street_resolvers]
    for rule in rules_of(rule_set):
        helpers = sorted((one.resolver, one.organisation_id or 0) for one in rule.co_handlers.all())
        told.append([*(getattr(rule, name) for name in _TOLD), helpers])
    return digest(told)


def digest(told: Any) -> str:
    """The same text for the same content."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def standing(rule_set: RuleSet) -> str:
    """What a person sees who is about to put a draft in force, in short: its rules, and the version that goes."""
    present = active_set(rule_set.district_id, rule_set.street_id)
    return f"{present.pk if present else 0}:{fingerprint(rule_set)}"


def rules_naming(
    *, district_id: int, organisation_ids: Iterable[int] = (), division_codes: Iterable[str] = ()
) -> list[Rule]:
    """Rules of the versions in force and of drafts that name one of the bodies or places, streets' ones included."""
    standing = RuleSet.objects.filter(district=district_id).exclude(status=RuleSetStatus.RETIRED)
    rows = Rule.objects.filter(rule_set__in=standing).select_related("rule_set__street").prefetch_related("co_handlers")
    wanted, codes = set(organisation_ids), set(division_codes)
    ordered = rows.order_by("-rule_set__version", "order", "id")
    return [row for row in ordered if wanted & set(_named(row)) or codes & set(_division_codes(row.conditions))]


def _named(rule: Rule) -> Iterator[int]:
    named: list[Rule | CoHandler] = [rule, *rule.co_handlers.all()]
    yield from (one.organisation_id for one in named if one.organisation_id)


def _division_codes(groups: Any) -> Iterator[str]:
    for group in groups if isinstance(groups, list) else []:
        for row in group.get("conditions", ()) if isinstance(group, dict) else ():
            if isinstance(row, dict) and row.get("kind") == DivisionWithin.kind and isinstance(row.get("values"), list):
                yield from (value for value in row["values"] if isinstance(value, str))


def reasons_in_triage(matter_ids: Iterable[int]) -> dict[int, str]:
    """Why a person must distribute these matters: the problem of each one's newest decision; one statement."""
    rows = RoutingDecision.objects.filter(matter__in=list(matter_ids)).order_by("id")
    newest = dict(rows.values_list("matter_id", "problem"))
    return {matter: problem for matter, problem in newest.items() if problem}
