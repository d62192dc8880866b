"""Who keeps a plan and who looks after it: the bodies that handle plan and report, the committees accept or refuse."""

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from opinions.handling.queries import handles, leads, oversees
from opinions.matters.models import Matter
from opinions.plans.models import Measure


def keeps(user: User, matter: Matter) -> bool:
    """Whether the user's body writes the plan: the lead, or one of several that answer separately."""
    return can(user, Permission.MATTER_REPLY) and leads(user, matter)


def works_on(user: User, measure: Measure) -> bool:
    """Whether the user reports on this measure: the keeper, or the body whose measure it is."""
    matter = measure.plan.matter
    mine = measure.body_id == user.organisation_id and handles(user, matter)
    return can(user, Permission.MATTER_REPLY) and (mine or leads(user, matter))


def looks_after(user: User, matter: Matter) -> bool:
    """Whether the user is of a committee that accepts measures or sends them back."""
    return can(user, Permission.MATTER_ASSIGN) and oversees(user, matter)
