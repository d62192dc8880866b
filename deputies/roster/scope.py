"""Which bodies' records a user keeps in roster and register: the own body's and those of the bodies below it."""

from typing import Any

from deputies.accounts.models import DISTRICT_ROLES, STREET_ROLES
from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP, bodies
from liaison.base.stamps import cached

KEEPERS = (*STREET_ROLES, *DISTRICT_ROLES)


def organisations_below(user: Any) -> frozenset[int]:
    """Ids of the user's body and of all below it, merged ones counted under their successor. Empty for other roles."""
    if not getattr(user, "is_active", False) or user.role not in KEEPERS or user.organisation_id is None:
        return frozenset()
    return ids_below(user.organisation_id)


def ids_below(organisation_id: int) -> frozenset[int]:
    """Ids of a body and of all that stand below it or were merged into one of these."""
    return cached(STAMP, lambda: _below(organisation_id), part=f"below:{organisation_id}")


def _below(organisation_id: int) -> frozenset[int]:
    return frozenset(body.pk for body in bodies().by_id.values() if organisation_id in _upward(body))


def _upward(body: Organisation | None) -> set[int]:
    """The ids on the way up: the successor of a merged body, else its parent."""
    seen: set[int] = set()
    while body is not None and body.pk not in seen:
        seen.add(body.pk)
        body = body.merged_into if not body.active and body.merged_into is not None else body.parent
    return seen
