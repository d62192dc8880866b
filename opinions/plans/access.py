"""Who keeps a plan and who looks after it: the bodies that handle plan and report, the committees accept or refuse.

No body handles an opinion that is in a proposal: the committee keeps the plan of a project made of one.
"""

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DEPARTMENT_ROLES, User
from opinions.handling.queries import leads, oversees
from opinions.matters.models import Matter
from opinions.plans.models import Measure, Plan


def keeps(user: User, matter: Matter) -> bool:
    """Whether the user's body writes the plan: the lead, one of several that answer separately, or the committee."""
    if can(user, Permission.MATTER_REPLY) and leads(user, matter):
        return True
    return looks_after(user, matter) and Plan.objects.filter(matter=matter, proposal__isnull=False).exists()


def works_on(user: User, measure: Measure) -> bool:
    """Whether the user reports on this measure: the keeper, or the body whose measure it is, whether or not the matter
    was given to it as well."""
    mine = user.role in DEPARTMENT_ROLES and measure.body_id == user.organisation_id
    return (can(user, Permission.MATTER_REPLY) and mine) or keeps(user, measure.plan.matter)


def looks_after(user: User, matter: Matter) -> bool:
    """Whether the user is of a committee that accepts measures or sends them back."""
    return can(user, Permission.MATTER_ASSIGN) and oversees(user, matter)
