"""Who keeps which rules."""

from typing import Any

from deputies.accounts.access import Permission, can
from deputies.accounts.queries import street_of
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of
from opinions.routing.models import RuleSet


def may_keep(user: Any, rule_set: RuleSet) -> bool:
    """Whether the user edits a version: the district's staff its own, a street's people theirs."""
    own = district_of(user.organisation) if user.organisation else None
    return own is not None and own.pk == rule_set.district_id and may_keep_for(user, rule_set.street)


def may_keep_for(user: Any, street: Organisation | None) -> bool:
    """Whether the user keeps the rules of a street, or (None) of the own district."""
    if street is None:
        return can(user, Permission.RULES_EDIT)
    return can(user, Permission.STREET_RULES_EDIT) and street_of(user) == street.pk
