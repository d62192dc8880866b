"""Who reports on a promise and who judges it. No body judges its own (recusal)."""

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, User
from deputies.accounts.queries import streets_of
from liaison.base.workflow import Transition
from opinions.matters.states import RESIDENT
from opinions.promises.models import Promise
from opinions.promises.states import JUDGE, PROMISE

OF_THE_BODY = ("report_promise", "ask_move_promise")
ASKED_ONLY = "refuse_move_promise"


def reports_on(user: User, promise: Promise) -> bool:
    """Whether the user speaks for the body that promised; for one without accounts its committee does."""
    if user.organisation_id == promise.organisation_id:
        return can(user, Permission.MATTER_REPLY if user.role in DEPARTMENT_ROLES else Permission.MATTER_ASSIGN)
    if not can(user, Permission.MATTER_ASSIGN) or not _oversees(user, promise):
        return False
    return not User.objects.filter(organisation=promise.organisation_id, is_active=True).exists()


def judges(user: User, promise: Promise) -> bool:
    """Whether the user is of the supervising side of this promise, and not of the body that made it."""
    return can(user, JUDGE) and user.organisation_id != promise.organisation_id and _oversees(user, promise)


def _oversees(user: User, promise: Promise) -> bool:
    if user.role in DISTRICT_ROLES:
        return promise.matter.district_id == user.organisation_id
    return user.role in STREET_ROLES and promise.matter.street_id in streets_of(user)


def may(user: User, verb: str, promise: Promise) -> bool:
    """Whether the verb is the user's to do, whatever the promise's state."""
    if PROMISE[verb].permission == RESIDENT:
        return False
    return reports_on(user, promise) if verb in OF_THE_BODY else judges(user, promise)


def verbs_for(user: User, promise: Promise) -> list[Transition]:
    """What the user can do with the promise now, in the order of the table."""
    rows = [row for row in PROMISE.verbs_from(promise.status) if row.verb != ASKED_ONLY or promise.asked_on]
    return [row for row in rows if may(user, row.verb, promise)]
