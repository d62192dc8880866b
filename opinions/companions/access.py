"""Who may do what around the deputies beside the one who leads. Screens and services ask here."""

from collections.abc import Sequence

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import STREET_ROLES, Role, User
from deputies.accounts.queries import streets_of
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.workflow import Transition, WrongState
from opinions.companions.models import Companion
from opinions.companions.states import COMPANION
from opinions.handling.models import Reply
from opinions.matters.models import Matter


def speaks(user: User, deputy: Deputy) -> bool:
    """Whether the user is this deputy in office, or helps the deputy (Z7)."""
    if deputy.status != DeputyStatus.ACTIVE:
        return False
    if user.role == Role.DEPUTY:
        return deputy.user_id == user.pk
    return user.role in STREET_ROLES and deputy.helper_id == user.pk


def may_invite(user: User, matter: Matter) -> bool:
    """The deputy who leads, the helper, the street and the district, while the matter is open."""
    if matter.deputy is None or not matter.is_open or not can(user, P.COMPANION_INVITE):
        return False
    if user.role == Role.DISTRICT_STAFF:
        return matter.district_id == user.organisation_id
    own_street = user.role in STREET_ROLES and matter.street_id in streets_of(user)
    return own_street or speaks(user, matter.deputy)


def refusal(user: User, companion: Companion, verb: str, *, unsigned: Sequence[Reply] = ()) -> DomainError | None:
    """Why the user may not do this now; None when it is open. `unsigned` are the answers that wait for this name."""
    row, matter = COMPANION[verb], companion.matter
    if row.permission == P.COMPANION_INVITE:
        allowed = may_invite(user, matter)
    else:
        allowed = can(user, row.permission) and speaks(user, companion.deputy)
    if not allowed:
        return NotAllowed()
    if companion.status not in row.sources or (verb == "sign_answer" and not unsigned):
        return WrongState()
    ended = not matter.is_open and verb != "sign_answer"
    return WrongState() if ended else None


def verbs_for(user: User, companion: Companion, *, unsigned: Sequence[Reply] = ()) -> list[Transition]:
    """What the user can do to the row right now. It comes with its deputy, and the matter with its own."""
    rows = (row for row in COMPANION.rows if row.sources)
    return [row for row in rows if refusal(user, companion, row.verb, unsigned=unsigned) is None]
