"""Who keeps a group of inspectors."""

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from deputies.accounts.queries import streets_of
from supervision.inspections.models import InspectorGroup


def keeps(user: User, group: InspectorGroup) -> bool:
    """Whether the group is of the user's committee."""
    return can(user, Permission.PROGRAMME_EDIT) and group.organisation_id in streets_of(user)
