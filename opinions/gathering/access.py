"""Who decides on hot issues and topics."""

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import DISTRICT_ROLES, User


def may_decide(user: User, *, hidden: int) -> bool:
    """The district; a street only where every opinion of the issue is in its scope."""
    return can(user, P.MATTER_MERGE) and (user.role in DISTRICT_ROLES or hidden == 0)
