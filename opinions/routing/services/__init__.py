"""Writes of routing: deciding about opinions, and keeping the rules."""

from opinions.routing.facts import Raised
from opinions.routing.planning import Plan
from opinions.routing.services.common import REROUTABLE, NothingToConfirm, NotReroutable
from opinions.routing.services.deciding import carry_out, confirm, plan, reroute, settle
from opinions.routing.services.overriding import Choice, override
from opinions.routing.services.reporting import report, standing_problems
from opinions.routing.services.rule_sets import (
    STREETS_MAY,
    DraftChanged,
    EverythingCaught,
    InvalidRuleSet,
    NeverInForce,
    NotADraft,
    NotInForce,
    activate,
    allow_streets,
    catches_everything,
    copy_rule_set,
    discard,
    reactivate,
    retire,
    start_street_set,
)
from opinions.routing.services.rules import (
    Helper,
    InvalidRule,
    PlaceTaken,
    RuleChanged,
    RuleDraft,
    add_place,
    delete_rule,
    findings_about,
    findings_with,
    load_default_rules,
    mark,
    move_rule,
    problems_with,
    restore_rule,
    save_rule,
)

__all__ = [
    "REROUTABLE", "STREETS_MAY", "Choice", "DraftChanged", "EverythingCaught", "Helper", "InvalidRule",
    "InvalidRuleSet", "NeverInForce", "NotADraft", "NotInForce", "NotReroutable", "NothingToConfirm", "PlaceTaken",
    "Plan", "Raised", "RuleChanged", "RuleDraft", "activate", "add_place", "allow_streets", "carry_out",
    "catches_everything", "confirm", "copy_rule_set", "delete_rule", "discard", "findings_about", "findings_with",
    "load_default_rules", "mark", "move_rule", "override", "plan", "problems_with", "reactivate", "report", "reroute",
    "restore_rule", "retire", "save_rule", "settle", "standing_problems", "start_street_set",
]  # fmt: skip
