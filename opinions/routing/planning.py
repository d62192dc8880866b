"""Drawing up a plan: the rules, the facts and the map together. Reads only; services and the try-out share it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deputies.organisations.models import HANDLER_KINDS, Organisation
from deputies.roster.models import Deputy
from opinions.catalog.models import Tier
from opinions.routing.engine import Decision, Trial, decide
from opinions.routing.facts import Raised, facts_of, kept
from opinions.routing.models import RoutingDecision, Rule
from opinions.routing.queries import Compiled
from opinions.routing.resolve import Found, find


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What routing decided. `holder` or `holder_deputy` has the first turn; `body` is who should handle it.

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

    @property
    def assign_to(self) -> Organisation | None:
        """The body to which the matter goes at once, without a person's confirmation."""
        handles = self.body is not None and self.body.kind in HANDLER_KINDS
        return self.body if handles and not self.confirm else None

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the matter that the plan sets."""
        return {
            "tier": self.tier, "holder": self.holder, "holder_deputy": self.holder_deputy, "urgency": self.urgency,
        }  # fmt: skip


def draw_up(compiled: Compiled, raised: Raised, *, now: datetime) -> Plan:
    """Decide by one version of the rules; writes nothing.

    Where no rule matches, or the body cannot be found, the street's queue gets the matter with the reason.
    """
    facts = facts_of(raised)
    decision = decide(compiled.rules, facts)
    rule = compiled.row(decision.rule) if decision.rule else None
    found = find(rule, raised) if rule else Found(problem=decision.problem)
    unsaved = _decision_row(compiled, decision, rule, found, now)
    unsaved.facts = kept(facts)
    return _plan(unsaved, raised, rule, found)


def _plan(unsaved: RoutingDecision, raised: Raised, rule: Rule | None, found: Found) -> Plan:
    if rule is None or found.problem:
        urgency = (rule.urgency if rule else "") or raised.urgency
        return Plan(
            tier=None, holder=raised.street, holder_deputy=None, body=None, urgency=urgency, confirm=True,
            problem=found.problem, decision=unsaved,
        )  # fmt: skip
    return Plan(
        tier=rule.tier, holder=None if found.deputy else _first_turn(rule.tier, raised), holder_deputy=found.deputy,
        body=found.organisation, urgency=rule.urgency or raised.urgency, confirm=rule.confirm, problem="",
        decision=unsaved,
    )  # fmt: skip


def _first_turn(tier: int, raised: Raised) -> Organisation:
    """Proposals and relays begin at the district; everything else is coordinated by the street (H4)."""
    return raised.district if tier in (Tier.PROPOSAL, Tier.RELAY) else raised.street


def _decision_row(
    compiled: Compiled, decision: Decision, rule: Rule | None, found: Found, now: datetime
) -> RoutingDecision:
    resolved = rule is not None and not found.problem
    return RoutingDecision(
        rule_set=compiled.rule_set, rule=rule, rule_name=rule.name if rule else "",
        why=[_trial(trial) for trial in decision.trials], tier=rule.tier if rule and resolved else None,
        organisation=found.organisation, deputy=found.deputy, problem=found.problem[:200], at=now,
    )  # fmt: skip


def _trial(trial: Trial) -> dict[str, Any]:
    asked = [
        {"condition": answer.condition.to_json(), "held": answer.held, "seen": list(answer.seen)}
        for answer in trial.asked
    ]
    return {"order": trial.rule.order, "rule": trial.rule.name, "matched": trial.matched, "asked": asked}
