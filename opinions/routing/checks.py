"""What is wrong with rules, in words fit for staff. Asked when a rule is saved and before a version is put in force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from deputies.organisations.models import HANDLER_KINDS, Organisation
from deputies.organisations.queries import district_of
from liaison.base.phrases import listing
from opinions.catalog.models import Tier, Urgency
from opinions.routing.conditions import Condition, DeputyActive, DeputyAddressed, Names
from opinions.routing.engine import read_rule
from opinions.routing.implication import contradicts, covered_by, never_holds
from opinions.routing.models import Resolver, Rule
from opinions.routing.resolve import RESOLVERS_OF_TIER


@dataclass(frozen=True)
class Problem:
    """What is wrong, and with which field of the rule's form."""

    field: str
    text: str


class RuleLike(Protocol):
    """A stored rule or a draft of one."""

    @property
    def name(self) -> Any: ...

    @property
    def conditions(self) -> Any: ...

    @property
    def tier(self) -> Any: ...

    @property
    def resolver(self) -> Any: ...

    @property
    def organisation(self) -> Any: ...

    @property
    def urgency(self) -> Any: ...


def rule_problems(rule: RuleLike, *, district: Organisation, held: Names) -> list[Problem]:
    """Everything that is wrong with one rule by itself."""
    ready = read_rule(key=0, order=0, name=rule.name, conditions=rule.conditions)
    if ready.problem:
        return [Problem("conditions", ready.problem)]
    return [
        *_name_problems(rule),
        *_condition_problems(ready.conditions, held),
        *_outcome_problems(rule, district),
        *_meeting_problems(rule, ready.conditions, held),
    ]


def _name_problems(rule: RuleLike) -> Iterator[Problem]:
    if not str(rule.name).strip():
        yield Problem("name", _("请给规则起个名称。"))


def _condition_problems(conditions: Sequence[Condition], held: Names) -> Iterator[Problem]:
    for condition in conditions:
        for text in condition.problems(held):
            yield Problem("conditions", text)
    clash = never_holds(conditions, held)
    if clash:
        told = {"one": clash[0].sentence(held), "other": clash[1].sentence(held)}
        yield Problem("conditions", _("这条规则永远不会生效：“%(one)s”与“%(other)s”互相矛盾。") % told)


def _outcome_problems(rule: RuleLike, district: Organisation) -> Iterator[Problem]:
    if rule.resolver not in RESOLVERS_OF_TIER.get(rule.tier, ()):
        names = listing(one.label for one in RESOLVERS_OF_TIER.get(rule.tier, ()))
        label = Tier(rule.tier).label if rule.tier in Tier.values else rule.tier
        yield Problem("resolver", _("“%(tier)s”只能交给：%(names)s。") % {"tier": label, "names": names})
    if rule.urgency and rule.urgency not in Urgency.values:
        yield Problem("urgency", _("没有这样的缓急。"))
    if rule.resolver == Resolver.NAMED:
        yield from _named_problems(rule.organisation, district)


def _named_problems(body: Organisation | None, district: Organisation) -> Iterator[Problem]:
    if body is None:
        yield Problem("organisation", _("请指定机构。"))
    elif not body.active:
        yield Problem("organisation", _("“%(body)s”已经停用，请换一个机构。") % {"body": body})
    elif body.kind not in HANDLER_KINDS or district_of(body) != district:
        yield Problem("organisation", _("“%(body)s”不是本区的承办单位。") % {"body": body})


def _meeting_problems(rule: RuleLike, conditions: Sequence[Condition], held: Names) -> Iterator[Problem]:
    """A rule for the addressed deputy that only catches opinions without one finds nobody, ever."""
    if rule.resolver != Resolver.ADDRESSED_DEPUTY:
        return
    for condition in conditions:
        if any(
            contradicts(condition, needed, held) for needed in (DeputyAddressed(value=True), DeputyActive(value=True))
        ):
            told = {"condition": condition.sentence(held)}
            yield Problem("resolver", _("“%(condition)s”时没有可以交给的代表。") % told)


def set_problems(rules: Sequence[Rule], *, district: Organisation, held: Names) -> list[str]:
    """Everything that keeps a version from being put in force, rule by rule."""
    enabled = [rule for rule in rules if rule.enabled]
    if not enabled:
        return [_("没有启用任何规则。")]
    told = [
        _("第 %(order)d 条“%(name)s”：%(problem)s") % {"order": rule.order, "name": rule.name, "problem": problem.text}
        for rule in enabled
        for problem in rule_problems(rule, district=district, held=held)
    ]
    return told or list(_covered(enabled, held))


def _covered(rules: Sequence[Rule], held: Names) -> Iterator[str]:
    """Rules behind one that catches all of theirs."""
    ready = [read_rule(key=rule.pk, order=rule.order, name=rule.name, conditions=rule.conditions) for rule in rules]
    for number, later in enumerate(ready):
        for earlier in ready[:number]:
            if covered_by(earlier.conditions, later.conditions, held):
                told = {"order": later.order, "name": later.name, "earlier": earlier.order, "other": earlier.name}
                yield _("第 %(order)d 条“%(name)s”永远轮不到：第 %(earlier)d 条“%(other)s”已经包括了它。") % told
                break
