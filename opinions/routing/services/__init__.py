"""Writes of routing: deciding about opinions, and keeping the rules."""

from opinions.routing.facts import Raised
from opinions.routing.planning import Plan
from opinions.routing.services.common import REROUTABLE, NotReroutable
from opinions.routing.services.deciding import carry_out, plan, reroute, settle
from opinions.routing.services.overriding import Choice, override
from opinions.routing.services.rule_sets import (
    InvalidRule,
    InvalidRuleSet,
    NotADraft,
    RuleDraft,
    activate,
    copy_rule_set,
    delete_rule,
    discard,
    load_default_rules,
    move_rule,
    save_rule,
)

__all__ = [
    "REROUTABLE", "Choice", "InvalidRule", "InvalidRuleSet", "NotADraft", "NotReroutable", "Plan", "Raised",
    "RuleDraft", "activate", "carry_out", "copy_rule_set", "delete_rule", "discard", "load_default_rules",
    "move_rule", "override", "plan", "reroute", "save_rule", "settle",
]  # fmt: skip
