"""Reading rules and decisions. Rules are kept per process and renewed by stamp."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deputies.organisations.queries import STAMP as ORGANISATIONS
from deputies.organisations.queries import division_tree
from liaison.base.stamps import cached
from opinions.catalog.models import Tier
from opinions.catalog.queries import STAMP as CATALOG
from opinions.catalog.queries import category_tree
from opinions.matters.models import Matter
from opinions.routing.conditions import BrokenCondition, Names, Node, read_condition
from opinions.routing.engine import ReadyRule, read_rule
from opinions.routing.facts import Raised
from opinions.routing.models import Resolver, RoutingDecision, Rule, RuleSet, RuleSetStatus

STAMP = "routing"
"""Services that edit rules bump this stamp."""


@dataclass(frozen=True)
class Compiled:
    """A version of the rules, read and ready; `rules` holds the enabled ones in order."""

    rule_set: RuleSet | None
    rules: tuple[ReadyRule, ...] = ()
    rows: tuple[Rule, ...] = ()

    def row(self, rule: ReadyRule) -> Rule:
        """The stored rule behind a ready one."""
        return next(row for row in self.rows if row.pk == rule.key)


def compile_set(rule_set: RuleSet) -> Compiled:
    """Read the enabled rules of a version."""
    rows = tuple(rule_set.rules.filter(enabled=True).select_related("organisation").order_by("order", "id"))
    ready = tuple(read_rule(key=row.pk, order=row.order, name=row.name, conditions=row.conditions) for row in rows)
    return Compiled(rule_set, ready, rows)


def active_rules(district_id: int) -> Compiled:
    """The version in force in a district; without one, no rules."""
    return cached(STAMP, lambda: _load_active(district_id), part=f"active:{district_id}")


def _load_active(district_id: int) -> Compiled:
    found = RuleSet.objects.filter(district=district_id, status=RuleSetStatus.ACTIVE).first()
    return compile_set(found) if found else Compiled(None)


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


def sentences(conditions: Any, held: Names) -> list[str]:
    """The stored conditions of a rule in words; a broken one says what is wrong with it."""
    told = []
    for row in conditions if isinstance(conditions, list) else [conditions]:
        try:
            told.append(read_condition(row).sentence(held))
        except BrokenCondition as error:
            told.append(_("条件有误：%(problem)s") % {"problem": error})
    return told


def outcome(rule: Rule) -> str:
    """What a rule leads to, in words."""
    whom = str(rule.organisation) if rule.resolver == Resolver.NAMED else str(Resolver(rule.resolver).label)
    parts = [_("%(tier)s，交给%(whom)s") % {"tier": Tier(rule.tier).label, "whom": whom}]
    if rule.urgency:
        parts.append(_("缓急定为“%(urgency)s”") % {"urgency": rule.get_urgency_display()})
    parts.append(_("须人工确认") if rule.confirm else _("直接生效"))
    return _("；").join(parts)


def raised_of(matter: Matter) -> Raised:
    """What is known of a stored opinion (its own record and its contact point's: two statements at most)."""
    opinion = matter.opinion
    point = opinion.contact_point
    return Raised(
        division=matter.division, street=matter.street, district=matter.district, channel=opinion.channel,
        text=f"{matter.title}\n{opinion.content}", category=matter.category, deputy=opinion.addressed_to,
        electoral_district=point.electoral_district if point else None, reach=opinion.reach, urgency=matter.urgency,
    )  # fmt: skip


@dataclass(frozen=True)
class AskedWords:
    """One condition in words, with what was seen."""

    held: bool
    text: str
    seen: str = ""


@dataclass(frozen=True)
class TrialWords:
    """One rule that was tried."""

    order: int
    name: str
    matched: bool
    asked: tuple[AskedWords, ...]


@dataclass(frozen=True)
class Why:
    """A decision in words; `fired` is the rule that fired, `passed` are those before it."""

    decision: RoutingDecision
    tier: str
    whom: str
    version: int | None
    fired: TrialWords | None
    passed: tuple[TrialWords, ...]


def why(matter: Matter) -> list[Why]:
    """The decisions on a matter, newest first, in the reader's language."""
    rows = matter.decisions.select_related("rule_set", "organisation", "deputy", "overridden_by").order_by("-id")
    held = names()
    return [in_words(row, held) for row in rows]


def in_words(decision: RoutingDecision, held: Names) -> Why:
    """One decision in words."""
    trials = tuple(trial_words(trial, held) for trial in decision.why)
    return Why(
        decision=decision,
        tier=str(Tier(decision.tier).label) if decision.tier else "",
        whom=str(decision.deputy or decision.organisation or ""),
        version=decision.rule_set.version if decision.rule_set else None,
        fired=next((trial for trial in trials if trial.matched), None),
        passed=tuple(trial for trial in trials if not trial.matched),
    )


def trial_words(trial: dict[str, Any], held: Names) -> TrialWords:
    """A stored trial in words."""
    return TrialWords(trial["order"], trial["rule"], trial["matched"], tuple(_asked_words(trial["asked"], held)))


def _asked_words(rows: Iterable[dict[str, Any]], held: Names) -> Iterator[AskedWords]:
    for row in rows:
        condition = read_condition(row["condition"])
        yield AskedWords(row["held"], condition.sentence(held), condition.seen_words(row["seen"], held))


def suggestion(matter: Matter) -> RoutingDecision | None:
    """The newest decision on a matter: tier and body that an assigning form offers first."""
    return matter.decisions.select_related("organisation", "deputy").order_by("-id").first()


@dataclass(frozen=True)
class ShownRule:
    """A stored rule in words."""

    rule: Rule
    conditions: list[str]
    outcome: str


def shown_rules(rule_set: RuleSet) -> list[ShownRule]:
    """All rules of a version in words, in order."""
    held = names()
    rows = rule_set.rules.select_related("organisation").order_by("order", "id")
    return [ShownRule(row, sentences(row.conditions, held), outcome(row)) for row in rows]
