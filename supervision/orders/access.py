"""Who supervises whom. Recusal: no body supervises itself; deputies supervise no body by these means (rule 2)."""

from django.db.models import Q

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, ids_below
from supervision.orders.models import Letter, Sponsorship

STAFF = (*DEPARTMENT_ROLES, *(role for role in STREET_ROLES if role != Role.LIAISON_OFFICER))
"""Who works for a body on what is asked of it."""


def acting_for(user: User) -> Organisation | None:
    """The body in whose name the user supervises or answers; of a station's staff the street above it."""
    return bodies().get(street_of(user) if user.role in STREET_ROLES else user.organisation_id)


def own_ids(user: User) -> list[int]:
    """The body for which the user acts, and those that were merged into it."""
    return streets_of(user)


def overseen_by(user: User) -> Q:
    """Condition on Matter: what the user's committee supervises. A street that only takes part (联办) does not."""
    if not can(user, P.ORDER_REMIND):
        return Q(pk__in=[])
    if user.role in DISTRICT_ROLES:
        return Q(district=user.organisation_id)
    return Q(street__in=streets_of(user)) if user.role in STREET_ROLES else Q(pk__in=[])


def letters_for(user: User) -> Q:
    """Condition on Letter: those of the own body at any stage, and once they are issued those to it, those that it has
    a copy of, and for the district those of its streets."""
    held = acting_for(user)
    if held is None or not can(user, P.ORDER_VIEW):
        return Q(pk__in=[])
    own = own_ids(user)
    copied = Letter.copies.through.objects.filter(organisation__in=own).values("letter")
    issued = Q(addressee__in=own) | Q(pk__in=copied)
    if user.role in DISTRICT_ROLES:
        issued |= Q(issuer__in=ids_below(held.pk))
    return Q(issuer__in=own) | Q(issued, number__isnull=False)


def issues(user: User, letter: Letter, permission: P = P.ORDER_DRAFT) -> bool:
    """Whether the user acts for the body that issues this letter."""
    held = own_ids(user)
    return can(user, permission) and letter.issuer_id in held and letter.addressee_id not in held


def answers(user: User, letter: Letter, permission: P = P.ORDER_ANSWER) -> bool:
    """Whether the user acts for the body to which it is written."""
    return can(user, permission) and letter.addressee_id in own_ids(user)


def own_case(user: User, case: Sponsorship) -> bool:
    """Whether the user is the leader who took the case; of one who has left, a leader of the same body."""
    if not can(user, P.CASE_SPONSOR):
        return False
    left = not case.sponsor.is_active and case.organisation == acting_for(user)
    return case.sponsor_id == user.pk or left
