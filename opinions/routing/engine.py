"""Deciding: ordered rules, first match wins. Pure; the same rules and facts always give the same decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from opinions.routing.conditions import BrokenCondition, Condition, Facts, Held, read_condition


@dataclass(frozen=True)
class ReadyRule:
    """A rule whose conditions were read; `problem` says why it could not be."""

    key: int
    order: int
    name: str
    conditions: tuple[Condition, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Trial:
    """One rule put to the facts. Conditions after the first that did not hold were not asked."""

    rule: ReadyRule
    matched: bool
    asked: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The rule that fires, if any, and every rule that was tried up to it."""

    rule: ReadyRule | None
    trials: tuple[Trial, ...]
    problem: str = ""


def read_rule(*, key: int, order: int, name: str, conditions: object) -> ReadyRule:
    """A rule ready to be tried; a broken condition makes it one that reports itself."""
    try:
        if not isinstance(conditions, Sequence) or isinstance(conditions, str):
            raise BrokenCondition(_("条件的写法不对。"))
        return ReadyRule(key, order, name, tuple(read_condition(row) for row in conditions))
    except BrokenCondition as error:
        return ReadyRule(key, order, name, problem=str(error))


def decide(rules: Iterable[ReadyRule], facts: Facts) -> Decision:
    """Try the rules in order; the first whose conditions all hold fires.

    A broken rule ends the search: what it was meant to catch is not known, so a person decides.
    """
    trials: list[Trial] = []
    for rule in rules:
        if rule.problem:
            told = _("规则“%(rule)s”有误：%(problem)s") % {"rule": rule.name, "problem": rule.problem}
            return Decision(None, (*trials, Trial(rule, matched=False)), told)
        asked = _ask(rule.conditions, facts)
        matched = all(answer.held for answer in asked)
        trials.append(Trial(rule, matched, asked))
        if matched:
            return Decision(rule, tuple(trials))
    return Decision(None, tuple(trials), _("没有规则与这件事相符。") if trials else _("还没有生效的规则。"))


def _ask(conditions: Iterable[Condition], facts: Facts) -> tuple[Held, ...]:
    asked: list[Held] = []
    for condition in conditions:
        answer = condition.evaluate(facts)
        asked.append(answer)
        if not answer.held:
            break
    return tuple(asked)
