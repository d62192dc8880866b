"""What is wrong with rules, in words fit for staff.

Asked when a rule is saved, before a version is put in force, and every day of the versions in force, since bodies close
and categories are switched off later.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from deputies.organisations.models import HANDLER_KINDS, Organisation
from deputies.organisations.queries import current, district_of
from liaison.base.phrases import listing, quotable
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Category, Tier, Urgency
from opinions.catalog.queries import categories, responsible_for
from opinions.routing.conditions import CategoryIn, DeputyActive, DeputyAddressed, Group, Keywords, Mode, Names
from opinions.routing.engine import ReadyRule, read_rule
from opinions.routing.implication import always_excludes, covered_by, never_holds, words_of
from opinions.routing.models import Resolver, Rule, RuleSet
from opinions.routing.queries import helpers_of, not_allowed
from opinions.routing.resolve import CO_RESOLVERS, JUDICIAL, RESOLVERS_OF_TIER, bodies_of_kind, ring_of

MOST_CO, MOST_TAGS, LONGEST_TAG = 8, 5, 10
MOST_LIMIT = {Unit.WORKING_DAYS: 15, Unit.CALENDAR_DAYS: 21}
"""Longest limit for the reply to an opinion: that of complex matters (domain.md §4); with weekends it is 21 days."""
TIMED_TIERS = (Tier.STREET, Tier.DEPARTMENT)
"""Tiers at which bodies handle: a limit, co-handlers and the fast lane mean something there only."""
MOST_WORDS = 3000
"""Keywords of one version."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, and with which field of the rule's form.

    A warning keeps nothing from being put in force; `news` says that people are told when it comes up later.
    """

    field: str
    text: str
    warning: bool = False
    news: bool = False


@dataclass(frozen=True)
class Finding:
    """Something wrong with a rule of a version, or (without a rule) with the version.

    `sweeping` is a rule that leaves nothing to those behind it: whoever puts it in force says that it is meant so.
    """

    text: str
    warning: bool = False
    news: bool = False
    sweeping: bool = False
    rule_id: int | None = None
    order: int = 0
    name: str = ""

    @property
    def is_told(self) -> bool:
        """Whether those who keep the rules are told of it."""
        return self.news or not self.warning

    @property
    def told(self) -> str:
        """With the rule that it is about."""
        if self.rule_id is None:
            return self.text
        told = {"order": self.order, "name": self.name, "problem": self.text}
        return _("第 %(order)d 条“%(name)s”：%(problem)s") % told


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
    def co_handlers(self) -> Any: ...

    @property
    def urgency(self) -> Any: ...

    @property
    def limit_amount(self) -> Any: ...

    @property
    def limit_unit(self) -> Any: ...

    @property
    def tags(self) -> Any: ...

    @property
    def fast_lane(self) -> Any: ...

    @property
    def enabled(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Against what rules are checked: their district, names, and for a street's rules what the district allows."""

    district: Organisation
    held: Names
    street: Organisation | None = None
    allowing: RuleSet | None = None
    known: dict[str, Category] = field(default_factory=lambda: {row.code: row for row in categories()})


def rule_problems(rule: RuleLike, *, ground: Ground) -> list[Problem]:
    """Everything that is wrong with one rule by itself."""
    ready = read_rule(key=0, order=0, name=rule.name, conditions=rule.conditions)
    if ready.problem:
        return [*_name_problems(rule), Problem("conditions", ready.problem)]
    return [
        *_name_problems(rule),
        *_condition_problems(ready.groups, ground.held),
        *_outcome_problems(rule, ground),
        *_meeting_problems(rule, ready.groups, ground),
    ]


def _name_problems(rule: RuleLike) -> Iterator[Problem]:
    if not str(rule.name).strip():
        yield Problem("name", _("请给规则起个名称。"))


def _condition_problems(groups: Sequence[Group], held: Names) -> Iterator[Problem]:
    for condition in (one for group in groups for one in group.conditions):
        for text in condition.problems(held):
            yield Problem("conditions", text)
    clash = never_holds(groups, held)
    if clash:
        told = {"one": quotable(words_of(clash[0], held)), "other": quotable(words_of(clash[1], held))}
        yield Problem("conditions", _("这条规则永远不会生效：“%(one)s”与“%(other)s”互相矛盾。") % told)


def _outcome_problems(rule: RuleLike, ground: Ground) -> Iterator[Problem]:
    if rule.resolver not in RESOLVERS_OF_TIER.get(rule.tier, ()):
        names = listing(one.label for one in RESOLVERS_OF_TIER.get(rule.tier, ()))
        label = Tier(rule.tier).label if rule.tier in Tier.values else rule.tier
        yield Problem("resolver", _("“%(tier)s”只能交给：%(names)s。") % {"tier": label, "names": names})
    if rule.urgency and rule.urgency not in Urgency.values:
        yield Problem("urgency", _("没有这样的缓急。"))
    if ground.allowing is not None:
        refused = not_allowed(rule, ground.allowing)
        if refused:
            yield Problem("resolver", refused)
    yield from _body_problems(rule, "organisation", ground)
    yield from _helper_problems(rule, ground)
    yield from _limit_problems(rule)
    yield from _tag_problems(rule)


def _body_problems(one: Any, name: str, ground: Ground) -> Iterator[Problem]:
    """What is wrong with the body that a rule or a co-handler means."""
    if one.resolver == Resolver.NAMED:
        yield from _named_problems(one.organisation, name, ground.district)
    elif one.resolver in JUDICIAL:
        found = bodies_of_kind(JUDICIAL[one.resolver], ground.district)
        body = Resolver(one.resolver).label
        if not found:
            yield Problem(name, _("名录里没有%(body)s，事项会进入待分派。") % {"body": body}, warning=True)
        elif len(found) > 1:
            yield Problem(name, _("%(body)s有几个，事项会进入待分派。") % {"body": body}, warning=True)


def _named_problems(body: Organisation | None, name: str, district: Organisation) -> Iterator[Problem]:
    if body is None:
        yield Problem(name, _("请指定机构。"))
        return
    acting = current(body)
    if acting is None:
        ring = " → ".join(str(one) for one in ring_of(body))
        told = (
            _("“%(body)s”互相并入（%(ring)s），找不到接办的机构，请换一个。")
            if ring
            else _("“%(body)s”已经停用，请换一个机构。")
        )
        yield Problem(name, told % {"body": body, "ring": ring})
    elif acting != body:
        told = _("“%(body)s”已经并入“%(into)s”，事项会交给后者，请改成新的机构。")
        yield Problem(name, told % {"body": body, "into": acting}, warning=True, news=True)
    elif body.kind not in HANDLER_KINDS or district_of(body) != district:
        yield Problem(name, _("“%(body)s”不是本区的承办单位。") % {"body": body})


def _helper_problems(rule: RuleLike, ground: Ground) -> Iterator[Problem]:
    helpers = helpers_of(rule)
    if helpers and rule.tier not in TIMED_TIERS:
        yield Problem("co_resolvers", _("只有社区街道解决、部门办理的事项才有协办单位。"))
    if len(helpers) > MOST_CO:
        yield Problem("co_resolvers", _("协办单位最多 %(most)d 个。") % {"most": MOST_CO})
    for one in helpers:
        if one.resolver not in CO_RESOLVERS:
            yield Problem("co_resolvers", _("“%(whom)s”不能协办。") % {"whom": Resolver(one.resolver).label})
        yield from _body_problems(one, "co_bodies", ground)
        if (one.resolver, one.organisation) == (rule.resolver, rule.organisation):
            yield Problem("co_resolvers", _("主办单位不能同时是协办单位。"))


def _limit_problems(rule: RuleLike) -> Iterator[Problem]:
    if rule.fast_lane and rule.limit_amount:
        yield Problem("limit_amount", _("马上办的事项当天办结，不再另定时限。"))
    if (rule.fast_lane or rule.limit_amount) and rule.tier not in TIMED_TIERS:
        yield Problem("limit_amount", _("只有社区街道解决、部门办理的事项才能定答复时限或马上办。"))
    if not rule.limit_amount:
        return
    most = MOST_LIMIT.get(rule.limit_unit)
    if most is None:
        yield Problem("limit_unit", _("答复时限要按工作日或自然日计算。"))
    elif not 1 <= rule.limit_amount <= most:
        told = {"most": most, "unit": Unit(rule.limit_unit).label}
        yield Problem("limit_amount", _("答复时限要在 1 到 %(most)d %(unit)s之间。") % told)


def _tag_problems(rule: RuleLike) -> Iterator[Problem]:
    if len(rule.tags) > MOST_TAGS:
        yield Problem("tags", _("标签最多 %(most)d 个。") % {"most": MOST_TAGS})
    for tag in rule.tags:
        if not tag.strip() or len(tag) > LONGEST_TAG:
            yield Problem("tags", _("“%(tag)s”太长，标签最多 %(most)d 个字。") % {"tag": tag[:8], "most": LONGEST_TAG})


def _meeting_problems(rule: RuleLike, groups: Sequence[Group], ground: Ground) -> Iterator[Problem]:
    """A rule that catches only what its body cannot be found for finds nobody, ever."""
    if rule.resolver == Resolver.ADDRESSED_DEPUTY:
        for needed in (DeputyAddressed(value=True), DeputyActive(value=True)):
            clash = always_excludes(groups, needed, ground.held)
            if clash:
                told = {"condition": quotable(words_of(clash, ground.held))}
                yield Problem("resolver", _("“%(condition)s”时没有可以交给的代表。") % told)
                return
    if rule.resolver == Resolver.RESPONSIBLE:
        yield from _unanswered(groups, ground)


def _unanswered(groups: Sequence[Group], ground: Ground) -> Iterator[Problem]:
    """Categories that a rule sends to the responsible body where there is none."""
    wanted = (one for group in groups if group.mode != Mode.NONE for one in group.conditions)
    chosen = [one for one in wanted if isinstance(one, CategoryIn)]
    if not chosen:
        yield Problem("resolver", _("没有选类别这个条件，还没有定类别的事项会进入待分派。"), warning=True)
    for condition in chosen:
        rows = [ground.known[code] for code in condition.values if code in ground.known]
        none = [row.name for row in rows if not _answered(row, ground)]
        if none:
            told = _("%(names)s还没有定责任部门，事项会进入待分派。") % {"names": listing(none)}
            yield Problem("resolver", told, warning=True)


def _answered(category: Category, ground: Ground) -> bool:
    """Whether somebody answers for a category, or for all that lies in it."""
    below = [row for row in ground.known.values() if row.parent_id == category.pk]
    answered = responsible_for(category, ground.district.pk) is not None
    return answered or (bool(below) and all(responsible_for(row, ground.district.pk) for row in below))


def set_findings(rules: Sequence[Rule], *, ground: Ground) -> list[Finding]:
    """Everything wrong with a version, rule by rule; what stops it from being put in force first."""
    enabled = [rule for rule in rules if rule.enabled and not rule.is_place]
    if not enabled:
        return [Finding(_("没有启用任何规则。"))]
    told = [_finding(rule, problem) for rule in enabled for problem in rule_problems(rule, ground=ground)]
    ready = [_ready(rule) for rule in enabled]
    told += _order_findings(ready, ground.held)
    told += _size_findings(ready)
    return sorted(told, key=lambda one: (one.warning, one.order))


def _finding(rule: Rule, problem: Problem) -> Finding:
    return Finding(
        problem.text, problem.warning, problem.news, rule_id=rule.pk, order=rule.order, name=rule.name
    )  # fmt: skip


def order_changes(draft: RuleLike, rules: Sequence[Rule], *, instead_of: Rule | None, held: Names) -> list[Finding]:
    """What order would hide once the draft stands in place of a rule, or behind all others, and did not before."""
    if not draft.enabled:
        return []
    place = instead_of.order if instead_of else max((rule.order for rule in rules), default=0) + 1
    ready = read_rule(key=0, order=place, name=draft.name, conditions=draft.conditions)
    before = [_ready(rule) for rule in rules if rule.enabled and not rule.is_place]
    others = [rule for rule in before if rule.order != place]
    known = {one.told for one in _order_findings(before, held)}
    after = sorted([*others, ready], key=lambda rule: rule.order)
    return [one for one in _order_findings(after, held) if one.told not in known]


def _ready(rule: Rule) -> ReadyRule:
    return read_rule(key=rule.pk, order=rule.order, name=rule.name, conditions=rule.conditions)


def _order_findings(rules: Sequence[ReadyRule], held: Names) -> Iterator[Finding]:
    """Rules behind one that catches all of theirs. One that catches everything is meant so, perhaps: a warning."""
    sound = [rule for rule in rules if not rule.problem]
    for number, later in enumerate(sound):
        if not later.groups and number < len(sound) - 1:
            told = _("对所有事项都生效，后面的 %(count)d 条永远轮不到。") % {"count": len(sound) - 1 - number}
            yield Finding(told, warning=True, sweeping=True, rule_id=later.key, order=later.order, name=later.name)
            return
        earlier = next((one for one in sound[:number] if covered_by(one.groups, later.groups, held)), None)
        if earlier is not None:
            yield _hidden(later, earlier)


def _hidden(later: ReadyRule, earlier: ReadyRule) -> Finding:
    told = _("永远轮不到：第 %(earlier)d 条“%(other)s”已经包括了它。") % {
        "earlier": earlier.order,
        "other": earlier.name,
    }
    return Finding(told, rule_id=later.key, order=later.order, name=later.name)


def _size_findings(rules: Iterable[ReadyRule]) -> Iterator[Finding]:
    words = sum(
        len(one.values)
        for rule in rules
        for group in rule.groups
        for one in group.conditions
        if isinstance(one, Keywords)
    )
    if words > MOST_WORDS:
        told = {"most": MOST_WORDS, "held": words}
        yield Finding(_("一个版本的关键词最多 %(most)d 个，现在有 %(held)d 个，请精简。") % told)
