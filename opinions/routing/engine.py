"""Deciding: ordered rules, first match wins. Pure; the same rules and facts always give the same decision."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from opinions.routing.conditions import BrokenCondition, Facts, Group, GroupHeld, cheap_first, read_groups


@dataclass(frozen=True)
class ReadyRule:
    """A rule whose conditions were read; `problem` says why it could not be.

    `owner` names the street whose rule it is, none for the district's. `barred` says why the district does not let
    that street have it.
    """

    key: int
    order: int
    name: str
    groups: tuple[Group, ...] = ()
    problem: str = ""
    owner: str = ""
    barred: str = ""


@dataclass(frozen=True)
class Trial:
    """One rule put to the facts. Groups after the first that did not hold were not asked."""

    rule: ReadyRule
    matched: bool
    groups: tuple[GroupHeld, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The rule that fires, if any, and every rule that was tried up to it."""

    rule: ReadyRule | None
    trials: tuple[Trial, ...]
    problem: str = ""


def read_rule(*, key: int, order: int, name: str, conditions: object, owner: str = "", barred: str = "") -> ReadyRule:
    """A rule ready to be tried; a broken condition makes it one that reports itself."""
    try:
        groups = cheap_first(read_groups(conditions))
        return ReadyRule(key, order, name, groups, owner=owner, barred=barred)
    except BrokenCondition as error:
        return ReadyRule(key, order, name, problem=str(error), owner=owner, barred=barred)


def decide(rules: Iterable[ReadyRule], facts: Facts) -> Decision:
    """Try the rules in order; the first whose groups all hold fires.

    A broken rule ends the search: what it was meant to catch is not known, so a person decides. A street's rule that
    the district does not allow is passed over, and the trial says so.
    """
    trials: list[Trial] = []
    for rule in rules:
        if rule.barred:
            trials.append(Trial(rule, matched=False))
            continue
        if rule.problem:
            told = _("规则“%(rule)s”有误：%(problem)s") % {"rule": rule.name, "problem": rule.problem}
            return Decision(None, (*trials, Trial(rule, matched=False)), told)
        trial = _try(rule, facts)
        trials.append(trial)
        if trial.matched:
            return Decision(rule, tuple(trials))
    return Decision(None, tuple(trials), _("没有规则与这件事相符。") if trials else _("还没有生效的规则。"))


def _try(rule: ReadyRule, facts: Facts) -> Trial:
    answers: list[GroupHeld] = []
    for group in rule.groups:
        answer = group.evaluate(facts)
        answers.append(answer)
        if not answer.held:
            return Trial(rule, matched=False, groups=tuple(answers))
    return Trial(rule, matched=True, groups=tuple(answers))
