"""Rules and decisions in sentences, in the reader's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Tier, Urgency
from opinions.matters.models import Matter
from opinions.routing.conditions import BrokenCondition, Group, Mode, Names, joined, read_condition, read_group
from opinions.routing.models import Resolver, RoutingDecision, Rule, RuleSet
from opinions.routing.queries import helpers_of, names, rules_of


@dataclass(frozen=True)
class GroupWords:
    """A group of a rule in words: `lead` says how its conditions are combined, if there are several or none may be."""

    lead: str
    parts: tuple[str, ...]
    mode: str = Mode.ALL

    @property
    def sentence(self) -> str:
        """The group as one sentence."""
        return joined(self.mode, self.parts)


def sentences(conditions: Any, held: Names) -> list[GroupWords]:
    """The stored groups of a rule in words; a broken one says what is wrong with it."""
    told = []
    for row in conditions if isinstance(conditions, list) else [conditions]:
        try:
            group = read_group(row)
            told.append(GroupWords(lead(group), tuple(one.sentence(held) for one in group.conditions), group.mode))
        except BrokenCondition as error:
            told.append(GroupWords("", (_("条件有误：%(problem)s") % {"problem": error},)))
    return told


def lead(group: Group) -> str:
    """How the conditions of a group are combined."""
    if group.mode == Mode.NONE:
        return _("下面的都不符合")
    if len(group.conditions) == 1:
        return ""
    return _("下面的全部符合") if group.mode == Mode.ALL else _("下面的符合任意一条")


def outcome(rule: Any) -> str:
    """What a stored rule, or a draft of one, leads to, in words."""
    if getattr(rule, "is_place", False):
        return _("此处先看街道规则，街道没有相符的，再往下看")
    parts = [_("%(tier)s，交给%(whom)s") % {"tier": Tier(rule.tier).label, "whom": _whom(rule)}]
    helpers = helpers_of(rule)
    if helpers:
        parts.append(_("%(bodies)s协办") % {"bodies": listing(_whom(one) for one in helpers)})
    return _("；").join([*parts, *_terms(rule)])


def _terms(rule: Any) -> Iterator[str]:
    if rule.urgency:
        yield _("缓急定为“%(urgency)s”") % {"urgency": Urgency(rule.urgency).label}
    if rule.limit_amount:
        yield _("%(limit)s内答复") % {"limit": limit_words(rule.limit_amount, rule.limit_unit)}
    if rule.fast_lane:
        yield _("马上办，当天办结")
    if rule.tags:
        yield _("标签：%(tags)s") % {"tags": listing(rule.tags)}
    yield _("须人工确认") if rule.confirm else _("直接生效")


def limit_words(amount: int, unit: str) -> str:
    """A limit in words."""
    return _("%(amount)d%(unit)s") % {"amount": amount, "unit": f" {Unit(unit).label}"}


def _whom(one: Any) -> str:
    named = one.organisation if one.resolver == Resolver.NAMED else None
    return str(named or Resolver(one.resolver).label)


@dataclass(frozen=True)
class ShownRule:
    """A stored rule in words."""

    rule: Rule
    groups: list[GroupWords]
    outcome: str


def shown_rules(rule_set: RuleSet) -> list[ShownRule]:
    """All rules of a version in words, in order."""
    held = names()
    return [ShownRule(row, sentences(row.conditions, held), outcome(row)) for row in rules_of(rule_set)]


@dataclass(frozen=True)
class AskedWords:
    """One condition in words, with what was seen."""

    held: bool
    text: str
    seen: str = ""
    wanted: bool = True
    """Whether the rule wants it to hold; in a group of which none may, it does not."""

    @property
    def is_met(self) -> bool:
        """Whether it stood as the rule wants it."""
        return self.held == self.wanted


@dataclass(frozen=True)
class AskedGroup:
    """The conditions of a group that were asked; `lead` says how they are combined."""

    lead: str
    asked: tuple[AskedWords, ...]


@dataclass(frozen=True)
class TrialWords:
    """One rule that was tried. `owner` names the street whose rule it is; `barred` says why it was passed over."""

    order: int
    name: str
    matched: bool
    groups: tuple[AskedGroup, ...]
    owner: str = ""
    barred: str = ""

    @property
    def asked(self) -> tuple[AskedWords, ...]:
        """All conditions that were asked."""
        return tuple(one for group in self.groups for one in group.asked)


@dataclass(frozen=True)
class Why:
    """A decision in words; `fired` is the rule that fired, `passed` are those before it."""

    decision: RoutingDecision
    tier: str
    whom: str
    version: int | None
    street_version: int | None
    fired: TrialWords | None
    passed: tuple[TrialWords, ...]
    terms: tuple[str, ...] = ()


def why(matter: Matter) -> list[Why]:
    """The decisions on a matter, newest first, in the reader's language."""
    related = ("rule_set", "street_set", "organisation", "deputy", "overridden_by", "because")
    rows = matter.decisions.select_related(*related).order_by("-id")
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
        street_version=decision.street_set.version if decision.street_set else None,
        fired=next((trial for trial in trials if trial.matched), None),
        passed=tuple(trial for trial in trials if not trial.matched),
        terms=tuple(outcome_words(decision.outcome)),
    )


def outcome_words(kept: Mapping[str, Any]) -> Iterator[str]:
    """What a decision keeps beside tier and body, in words."""
    if kept.get("co"):
        yield _("协办：%(bodies)s") % {"bodies": listing(one["name"] for one in kept["co"])}
    if kept.get("fast_lane"):
        yield _("马上办，当天办结")
    elif kept.get("limit"):
        yield _("%(limit)s内答复") % {"limit": limit_words(*kept["limit"])}
    if kept.get("urgency"):
        yield _("缓急定为“%(urgency)s”") % {"urgency": Urgency(kept["urgency"]).label}
    if kept.get("tags"):
        yield _("标签：%(tags)s") % {"tags": listing(kept["tags"])}


def trial_words(trial: Mapping[str, Any], held: Names) -> TrialWords:
    """A stored trial in words. Decisions from before rules had groups keep one list: a group in which all must hold."""
    groups = groupby(trial["asked"], key=lambda row: (row.get("group", 0), row.get("mode", Mode.ALL)))
    told = tuple(_asked_group(mode, list(rows), held) for (_number, mode), rows in groups)
    return TrialWords(
        trial["order"], trial["rule"], trial["matched"], told, trial.get("owner", ""), trial.get("barred", "")
    )


def _asked_group(mode: str, rows: list[Mapping[str, Any]], held: Names) -> AskedGroup:
    if mode == Mode.NONE:
        label = _("下面的都不符合")
    else:
        label = _("下面的符合任意一条") if mode == Mode.ANY and len(rows) > 1 else ""
    return AskedGroup(label, tuple(_asked_words(row, held, wanted=mode != Mode.NONE) for row in rows))


def _asked_words(row: Mapping[str, Any], held: Names, *, wanted: bool) -> AskedWords:
    try:
        condition = read_condition(row["condition"])
    except BrokenCondition as error:
        return AskedWords(row["held"], _("条件有误：%(problem)s") % {"problem": error}, wanted=wanted)
    seen = condition.seen_words(row["seen"], held)
    return AskedWords(row["held"], condition.sentence(held), seen, wanted)
