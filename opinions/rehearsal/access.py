"""Who rehearses which rules, and who reads what came out."""

from typing import Any

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DISTRICT_ROLES
from deputies.accounts.queries import street_of
from opinions.routing.models import RuleSet


def may_read(user: Any, rule_set: RuleSet) -> bool:
    """Whether the user reads rehearsals of a version: the district's people all of theirs, a street's its own."""
    if not can(user, Permission.RULES_VIEW):
        return False
    if user.role in DISTRICT_ROLES:
        return bool(user.organisation_id == rule_set.district_id)
    return rule_set.street_id is not None and street_of(user) == rule_set.street_id
