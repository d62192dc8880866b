"""Keeping the rules: drafts are copied, edited, checked and put in force; what was in force is never edited."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.stamps import bump
from opinions.routing.checks import Problem, rule_problems, set_problems
from opinions.routing.defaults import default_rules
from opinions.routing.models import Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import STAMP, names

name_verbs(
    {
        "copy_rules": _("复制分派规则为草稿"),
        "save_rule": _("保存一条分派规则"),
        "move_rule": _("调整分派规则的顺序"),
        "delete_rule": _("删除一条分派规则"),
        "activate_rules": _("分派规则生效"),
        "discard_rules": _("删除规则草稿"),
    }
)
MOST_RULES = 100
_CARRIED = ("name", "enabled", "conditions", "tier", "resolver", "organisation", "urgency", "confirm")


class NotADraft(DomainError):
    message = _("只有草稿可以修改；请先复制出一个草稿。")


class InvalidRule(InvalidInput):
    """A rule that cannot be right; `problems` names the form fields."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(_("；").join(problem.text for problem in problems), field=problems[0].field)


class InvalidRuleSet(InvalidInput):
    """A version that may not be put in force; `problems` says why, rule by rule."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(_("；").join(problems))


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """What a rule is to say; `conditions` in their stored form."""

    name: str
    tier: int
    resolver: str
    conditions: list[dict[str, Any]] = field(default_factory=list)
    organisation: Organisation | None = None
    urgency: str = ""
    confirm: bool = True
    enabled: bool = True


@transaction.atomic
def copy_rule_set(*, source: RuleSet, note: str, by: User | None, now: datetime) -> RuleSet:
    """A new draft with the rules of `source`."""
    made = _new_set(source.district, note=note, by=by, now=now)
    Rule.objects.bulk_create(
        Rule(rule_set=made, order=number, **{name: getattr(rule, name) for name in _CARRIED})
        for number, rule in enumerate(source.rules.order_by("order", "id"), 1)
    )
    _record(made, "copy_rules", {"from": source.version}, by=by, now=now)
    return made


def _new_set(district: Organisation, *, note: str, by: User | None, now: datetime) -> RuleSet:
    newest = RuleSet.objects.filter(district=district).aggregate(newest=Max("version"))["newest"] or 0
    return RuleSet.objects.create(district=district, version=newest + 1, note=note[:200], created_by=by, created_at=now)


@transaction.atomic
def save_rule(*, rule_set: RuleSet, rule: Rule | None, draft: RuleDraft, by: User | None, now: datetime) -> Rule:
    """Add a rule at the end of a draft, or change one. Raises NotADraft, InvalidRule."""
    _lock_draft(rule_set)
    problems = rule_problems(draft, district=rule_set.district, held=names())
    if problems:
        raise InvalidRule(problems)
    if rule is None:
        last = rule_set.rules.aggregate(last=Max("order"))["last"] or 0
        if last >= MOST_RULES:
            raise InvalidInput(_("规则太多了，请先合并或删除一些。"))
        rule = Rule(rule_set=rule_set, order=last + 1)
    for name in _CARRIED:
        setattr(rule, name, getattr(draft, name))
    rule.save()
    _record(rule_set, "save_rule", {"order": rule.order, "name": rule.name}, by=by, now=now)
    return rule


@transaction.atomic
def move_rule(*, rule: Rule, step: int, by: User | None, now: datetime) -> None:
    """Move a rule of a draft by `step` places: -1 is earlier, 1 is later; at an end it stays. Raises NotADraft."""
    _lock_draft(rule.rule_set)
    rules = list(rule.rule_set.rules.order_by("order", "id"))
    place = rules.index(rule)
    to = min(max(place + step, 0), len(rules) - 1)
    rules.insert(to, rules.pop(place))
    _renumber(rules)
    _record(rule.rule_set, "move_rule", {"name": rule.name, "to": to + 1}, by=by, now=now)


@transaction.atomic
def delete_rule(*, rule: Rule, by: User | None, now: datetime) -> None:
    """Take a rule out of a draft. Raises NotADraft."""
    rule_set = rule.rule_set
    _lock_draft(rule_set)
    name = rule.name
    rule.delete()
    _renumber(list(rule_set.rules.order_by("order", "id")))
    _record(rule_set, "delete_rule", {"name": name}, by=by, now=now)


def _renumber(rules: list[Rule]) -> None:
    """Number from 1 without gaps; by way of numbers out of use, since order is unique at every moment."""
    for offset in (10_000, 1):
        for number, rule in enumerate(rules):
            rule.order = number + offset
            rule.save(update_fields=["order"])


@transaction.atomic
def activate(*, rule_set: RuleSet, by: User | None, now: datetime) -> None:
    """Put a draft in force and retire the version before it. Raises NotADraft, InvalidRuleSet."""
    _lock_draft(rule_set)
    rules = list(rule_set.rules.select_related("organisation").order_by("order", "id"))
    problems = set_problems(rules, district=rule_set.district, held=names())
    if problems:
        raise InvalidRuleSet(problems)
    in_force = RuleSet.objects.filter(district=rule_set.district, status=RuleSetStatus.ACTIVE)
    in_force.update(status=RuleSetStatus.RETIRED)
    rule_set.status, rule_set.activated_at = RuleSetStatus.ACTIVE, now
    rule_set.save(update_fields=["status", "activated_at"])
    bump(STAMP)
    _record(rule_set, "activate_rules", {"rules": len(rules)}, by=by, now=now)


@transaction.atomic
def discard(*, rule_set: RuleSet, by: User | None, now: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    _lock_draft(rule_set)
    _record(rule_set, "discard_rules", {}, by=by, now=now)
    rule_set.delete()


@transaction.atomic
def load_default_rules(*, district: Organisation, by: User | None, now: datetime) -> RuleSet | None:
    """Give a district that has no rules yet the default ones, in force at once; None where it has some."""
    if RuleSet.objects.filter(district=district).exists():
        return None
    made = _new_set(district, note=str(_("系统默认规则")), by=by, now=now)
    for draft in default_rules():
        save_rule(rule_set=made, rule=None, draft=RuleDraft(**draft), by=by, now=now)
    activate(rule_set=made, by=by, now=now)
    return made


def _lock_draft(rule_set: RuleSet) -> None:
    """Let one editor at a time at a district's rules, and make sure that this version is still a draft."""
    bump(STAMP)
    standing = RuleSet.objects.filter(pk=rule_set.pk).values_list("status", flat=True).first()
    if standing is None:
        raise StaleState
    if standing != RuleSetStatus.DRAFT:
        raise NotADraft


def _record(rule_set: RuleSet, verb: str, data: dict[str, Any], *, by: User | None, now: datetime) -> None:
    data = {"version": rule_set.version, **data}
    record(f"rules:{rule_set.district_id}", Fact(verb=verb, data=data), by=by, now=now)


def problems_of(rules: Iterable[Rule], *, district: Organisation) -> list[str]:
    """What keeps a version from being put in force."""
    return set_problems(list(rules), district=district, held=names())
