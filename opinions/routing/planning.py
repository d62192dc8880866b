"""Drawing up a plan: the rules, the facts and the map together. Reads only; services and the try-out share it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from deputies.organisations.models import HANDLER_KINDS, JUDICIAL_KINDS, Organisation
from deputies.roster.models import Deputy
from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Tier
from opinions.clocks.services import OwnLimit
from opinions.routing.conditions import GroupHeld
from opinions.routing.engine import Decision, Trial, decide
from opinions.routing.facts import Raised, facts_of, kept
from opinions.routing.models import RoutingDecision, Rule
from opinions.routing.queries import Compiled
from opinions.routing.resolve import Found, Roster, find

SAME_DAY = OwnLimit(0, Unit.WORKING_DAYS)
"""The limit of the fast lane (Z4): what can be done now is done today, or on the next working day."""
MOST_TAGS = 20


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What routing decided. `holder` or `holder_deputy` has the first turn; `body` is who should handle it, with `co`
    to help.

    `decision` is not saved: it waits for its matter (see `settle`). `problem` says why a person must decide.
    """

    tier: int | None
    holder: Organisation | None
    holder_deputy: Deputy | None
    body: Organisation | None
    urgency: str
    confirm: bool
    problem: str
    decision: RoutingDecision
    co: tuple[Organisation, ...] = ()
    limit: OwnLimit | None = None
    tags: tuple[str, ...] = ()
    fast_lane: bool = False

    @property
    def assign_to(self) -> Organisation | None:
        """The body to which the matter goes at once, without a person's confirmation."""
        handles = self.body is not None and self.body.kind in HANDLER_KINDS
        return self.body if handles and not self.confirm else None

    @property
    def before_court(self) -> bool:
        """Whether a court, procuratorate or supervisory commission takes part, which handles no lawsuit here."""
        return any(body.kind in JUDICIAL_KINDS for body in (self.body, *self.co) if body)

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the matter that the plan sets."""
        return {
            "tier": self.tier, "holder": self.holder, "holder_deputy": self.holder_deputy, "urgency": self.urgency,
            "fast_lane": self.fast_lane,
        }  # fmt: skip

    def tags_with(self, held: Iterable[str]) -> list[str]:
        """The tags that the matter has, and those of the rule."""
        return list(dict.fromkeys([*held, *self.tags]))[:MOST_TAGS]


@dataclass(frozen=True)
class Bodies:
    """Whom a rule found: the first, those who help, and what could not be found."""

    first: Found
    co: tuple[Organisation, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def problem(self) -> str:
        """Why a person must look: the first is missing, or one who should help."""
        if self.first.problem or not self.missing:
            return self.first.problem
        return _("协办单位没有定下来：%(why)s") % {"why": listing(self.missing)}


def draw_up(compiled: Compiled, raised: Raised, *, now: datetime, roster: Roster | None = None) -> Plan:
    """Decide by one version of the rules; writes nothing.

    Where no rule matches, or the body cannot be found, the street's queue gets the matter with the reason. `roster`
    lets many decisions share what they look up.
    """
    facts = facts_of(raised)
    decision = decide(compiled.rules, facts)
    rule = compiled.row(decision.rule) if decision.rule else None
    found = _bodies(rule, raised, roster or Roster()) if rule else Bodies(Found(problem=decision.problem))
    unsaved = _decision_row(compiled, decision, rule, found, now)
    unsaved.facts = kept(facts)
    return _plan(unsaved, raised, rule, found)


def _bodies(rule: Rule, raised: Raised, roster: Roster) -> Bodies:
    first = find(rule.resolver, rule.organisation_id, raised, roster)
    co: list[Organisation] = []
    missing: list[str] = []
    for helper in rule.co_handlers.all():
        found = find(helper.resolver, helper.organisation_id, raised, roster)
        if found.organisation is None:
            missing.append(found.problem)
        elif found.organisation != first.organisation:
            co.append(found.organisation)
    return Bodies(first, tuple(dict.fromkeys(co)), tuple(missing))


def _plan(unsaved: RoutingDecision, raised: Raised, rule: Rule | None, found: Bodies) -> Plan:
    first = found.first
    if rule is None or first.problem:
        urgency = (rule.urgency if rule else "") or raised.urgency
        return Plan(
            tier=None, holder=raised.street, holder_deputy=None, body=None, urgency=urgency, confirm=True,
            problem=first.problem, decision=unsaved,
        )  # fmt: skip
    turn = None if rule.confirm else first.deputy
    return Plan(
        tier=rule.tier, holder=None if turn else _first_turn(rule.tier, raised), holder_deputy=turn,
        body=first.organisation, urgency=rule.urgency or raised.urgency, confirm=rule.confirm or bool(found.missing),
        problem=found.problem, decision=unsaved, co=found.co, limit=own_limit(rule), tags=tuple(rule.tags),
        fast_lane=rule.fast_lane,
    )  # fmt: skip


def own_limit(rule: Rule) -> OwnLimit | None:
    """The limit that a rule sets for the reply; None where the policy rules."""
    if rule.fast_lane:
        return SAME_DAY
    return OwnLimit(rule.limit_amount, rule.limit_unit) if rule.limit_amount else None


def _first_turn(tier: int, raised: Raised) -> Organisation:
    """Proposals and relays begin at the district; everything else is coordinated by the street (H4)."""
    return raised.district if tier in (Tier.PROPOSAL, Tier.RELAY) else raised.street


def _decision_row(
    compiled: Compiled, decision: Decision, rule: Rule | None, found: Bodies, now: datetime
) -> RoutingDecision:
    resolved = rule is not None and not found.first.problem
    return RoutingDecision(
        rule_set=compiled.rule_set, street_set=compiled.street_set, rule=rule, rule_name=rule.name if rule else "",
        why=[_trial(trial) for trial in decision.trials], tier=rule.tier if rule and resolved else None,
        organisation=found.first.organisation, deputy=found.first.deputy, problem=found.problem[:200], at=now,
        outcome=_outcome(rule, found) if rule and resolved else {},
    )  # fmt: skip


def _outcome(rule: Rule, found: Bodies) -> dict[str, Any]:
    """What goes along with tier and body, as a decision keeps it; what a rule does not say is left out."""
    limit = own_limit(rule)
    told = {
        "co": [{"id": body.pk, "name": body.name} for body in found.co],
        "missing": list(found.missing),
        "limit": list(limit) if limit else None,
        "tags": rule.tags,
        "urgency": rule.urgency,
        "fast_lane": rule.fast_lane,
        "confirm": rule.confirm,
    }
    return {name: value for name, value in told.items() if value}


def _trial(trial: Trial) -> dict[str, Any]:
    rule = trial.rule
    row: dict[str, Any] = {"order": rule.order, "rule": rule.name, "matched": trial.matched}
    if rule.owner:
        row["owner"] = rule.owner
    if rule.barred:
        row["barred"] = rule.barred
    groups = trial.groups if trial.matched else trial.groups[-1:]
    return row | {"asked": [one for number, group in enumerate(groups) for one in _asked(number, group)]}


def _asked(number: int, group: GroupHeld) -> Iterable[dict[str, Any]]:
    """The answers of a group that decided; of a rule that did not match only the group that failed is kept."""
    for answer in group.asked:
        row = {"condition": answer.condition.to_json(), "held": answer.held, "seen": list(answer.seen)}
        yield row | {"group": number, "mode": group.mode.value}
