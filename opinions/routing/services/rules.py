"""Editing the rules of a draft."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, StaleState
from opinions.catalog.models import Tier
from opinions.routing.checks import Finding, Problem, order_changes, rule_problems
from opinions.routing.defaults import PLACE_NAME, default_rules
from opinions.routing.findings import findings_of, ground_of
from opinions.routing.models import CoHandler, Resolver, Rule, RuleSet
from opinions.routing.queries import digest, rules_of
from opinions.routing.services.rule_sets import CARRIED, activate, chain_of, lock_draft, log, new_set

name_verbs(
    {
        "save_rule": _("保存一条分派规则"),
        "move_rule": _("调整分派规则的顺序"),
        "delete_rule": _("删除一条分派规则"),
        "restore_rule": _("放回一条删除的分派规则"),
    }
)
MOST_RULES = 100
_OUT_OF_USE = 10_000
"""Numbers from here on are free while rules are renumbered."""


class InvalidRule(InvalidInput):
    """A rule that cannot be right; `problems` names the form fields."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(_("；").join(problem.text for problem in problems), field=problems[0].field)


class RuleChanged(DomainError):
    message = _("别人刚刚改过这条规则，没有保存。您填的都还在；再保存一次，就换成您填的。")


class PlaceTaken(InvalidInput):
    message = _("“此处先看街道规则”只能有一处，移动它就可以。")


@dataclass(frozen=True, kw_only=True)
class Helper:
    """A co-handler of a draft."""

    resolver: str
    organisation: Organisation | None = None


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """What a rule is to say; `conditions` are its groups in their stored form."""

    name: str
    tier: int
    resolver: str
    conditions: list[dict[str, Any]] = field(default_factory=list)
    organisation: Organisation | None = None
    co_handlers: tuple[Helper, ...] = ()
    urgency: str = ""
    limit_amount: int | None = None
    limit_unit: str = ""
    tags: list[str] = field(default_factory=list)
    fast_lane: bool = False
    confirm: bool = True
    enabled: bool = True


def problems_with(draft: RuleDraft, *, rule_set: RuleSet) -> list[Problem]:
    """Everything wrong with a draft of a rule by itself."""
    return rule_problems(draft, ground=ground_of(rule_set))


def findings_with(draft: RuleDraft, *, rule_set: RuleSet, rule: Rule | None) -> list[Finding]:
    """What would be hidden, and by what, if the draft stood in place of `rule`, or behind all others."""
    return order_changes(draft, rules_of(rule_set), instead_of=rule, held=ground_of(rule_set).held)


def content(rule: Rule) -> dict[str, Any]:
    """What a rule says, wherever it stands: enough to write it again."""
    says = {name: getattr(rule, name) for name in CARRIED if name != "organisation"}
    helpers = [[one.resolver, one.organisation_id] for one in rule.co_handlers.all()]
    return {**says, "organisation_id": rule.organisation_id, "co_handlers": helpers}


def mark(rule: Rule) -> str:
    """The same text as long as nobody edits the rule."""
    return digest(content(rule))[:16]


@transaction.atomic
def save_rule(
    *, rule_set: RuleSet, rule: Rule | None, draft: RuleDraft, seen: str = "", by: User | None, now: datetime
) -> Rule:
    """Add a rule at the end of a draft, or change one, with `seen` only as it stood under that mark.

    Raises NotADraft, InvalidRule, RuleChanged, StaleState when it is gone.
    """
    lock_draft(rule_set)
    rule = _as_it_stands(rule) if rule else None
    if rule is not None and seen and mark(rule) != seen:
        raise RuleChanged
    stopping = [one for one in problems_with(draft, rule_set=rule_set) if not one.warning]
    if stopping:
        raise InvalidRule(stopping)
    rule = rule or Rule(rule_set=rule_set, order=_next_order(rule_set))
    for name in CARRIED:
        setattr(rule, name, getattr(draft, name))
    rule.save()
    CoHandler.objects.filter(rule=rule).delete()
    CoHandler.objects.bulk_create(
        CoHandler(rule=rule, resolver=one.resolver, organisation=one.organisation) for one in draft.co_handlers
    )
    log(rule_set, "save_rule", {"order": rule.order, "name": rule.name}, by=by, now=now)
    return rule


def _as_it_stands(rule: Rule) -> Rule:
    """The rule of a locked draft, which may have been moved since it was read. Raises StaleState when it is gone."""
    found = Rule.objects.select_related("rule_set__district", "rule_set__street").filter(pk=rule.pk).first()
    if found is None:
        raise StaleState
    return found


def _next_order(rule_set: RuleSet) -> int:
    last: int = rule_set.rules.aggregate(last=Max("order"))["last"] or 0
    if last >= MOST_RULES:
        raise InvalidInput(_("规则太多了，请先合并或删除一些。"))
    return last + 1


def findings_about(rule: Rule) -> list[Finding]:
    """What is wrong with one rule of a draft, seen among the others: whether it is hidden, for one."""
    return [one for one in findings_of(rule.rule_set) if one.rule_id == rule.pk]


@transaction.atomic
def add_place(*, rule_set: RuleSet, by: User | None, now: datetime) -> Rule:
    """Mark where the rules of the streets are looked at; at first behind all others. Raises NotADraft, PlaceTaken."""
    lock_draft(rule_set)
    if rule_set.street_id or rule_set.rules.filter(is_place=True).exists():
        raise PlaceTaken
    rule = Rule.objects.create(
        rule_set=rule_set, order=_next_order(rule_set), name=PLACE_NAME, is_place=True, tier=Tier.STREET,
        resolver=Resolver.STREET,
    )  # fmt: skip
    log(rule_set, "save_rule", {"order": rule.order, "name": rule.name}, by=by, now=now)
    return rule


@transaction.atomic
def move_rule(*, rule: Rule, step: int = 0, to: int | None = None, by: User | None, now: datetime) -> None:
    """Move a rule of a draft by `step` places (-1 is earlier), or to number `to`; at an end it stays.

    Raises NotADraft, StaleState.
    """
    lock_draft(rule.rule_set)
    rule = _as_it_stands(rule)
    rules = list(rule.rule_set.rules.order_by("order", "id"))
    place = rules.index(rule)
    wanted = place + step if to is None else to - 1
    number = min(max(wanted, 0), len(rules) - 1)
    rules.insert(number, rules.pop(place))
    _renumber(rules)
    log(rule.rule_set, "move_rule", {"name": rule.name, "to": number + 1}, by=by, now=now)


@transaction.atomic
def delete_rule(*, rule: Rule, by: User | None, now: datetime) -> int:
    """Take a rule out of a draft; gives the number of the event, by which it can be put back. Raises NotADraft,
    StaleState."""
    rule_set = rule.rule_set
    lock_draft(rule_set)
    rule = _as_it_stands(rule)
    place = {"lineage": rule.lineage, "order": rule.order, "is_place": rule.is_place}
    kept = {"name": rule.name, "of": rule_set.pk, "rule": {**content(rule), **place}}
    rule.delete()
    _renumber(list(rule_set.rules.order_by("order", "id")))
    return log(rule_set, "delete_rule", kept, by=by, now=now)


@transaction.atomic
def restore_rule(*, rule_set: RuleSet, event: int, by: User | None, now: datetime) -> Rule:
    """Put back in its place what the event with this number took out of the draft. Raises NotADraft, and StaleState
    where there is no such event or the rule is back already."""
    lock_draft(rule_set)
    told = Event.objects.filter(chain=chain_of(rule_set), seq=event, verb="delete_rule").first()
    if told is None or told.data.get("of") != rule_set.pk:
        raise StaleState
    kept = dict(told.data["rule"])
    if rule_set.rules.filter(lineage=kept["lineage"]).exists():
        raise StaleState
    helpers, order = kept.pop("co_handlers"), kept.pop("order")
    rule = Rule.objects.create(rule_set=rule_set, order=_next_order(rule_set), **kept)
    CoHandler.objects.bulk_create(
        CoHandler(rule=rule, resolver=resolver, organisation_id=body) for resolver, body in helpers
    )
    rules = list(rule_set.rules.exclude(pk=rule.pk).order_by("order", "id"))
    _renumber([*rules[: order - 1], rule, *rules[order - 1 :]])
    log(rule_set, "restore_rule", {"name": rule.name}, by=by, now=now)
    return rule


def _renumber(rules: list[Rule]) -> None:
    """Number from 1 without gaps; by way of numbers out of use, since order is unique at every moment."""
    for offset in (_OUT_OF_USE, 1):
        for number, rule in enumerate(rules):
            rule.order = number + offset
        Rule.objects.bulk_update(rules, ["order"])


@transaction.atomic
def load_default_rules(*, district: Organisation, by: User | None, now: datetime) -> RuleSet | None:
    """Give a district that has no rules yet the default ones, in force at once; None where it has some."""
    if RuleSet.objects.filter(district=district, street=None).exists():
        return None
    made = new_set(district, None, note=str(_("系统默认规则")), by=by, now=now)
    for row in default_rules():
        if row is None:
            add_place(rule_set=made, by=by, now=now)
        else:
            helpers = tuple(Helper(resolver=one) for one in row.pop("co", ()))
            save_rule(rule_set=made, rule=None, draft=RuleDraft(**row, co_handlers=helpers), by=by, now=now)
    activate(rule_set=made, by=by, now=now)
    return made
