"""What a user is to one deputy's part in a relay, and which verbs follow. Screens and services ask here."""

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import can
from deputies.accounts.models import DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.roster.states import DeputyStatus
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.workflow import Transition, WrongState
from opinions.matters.states import Status
from opinions.relays.models import Baton
from opinions.relays.states import BATON

OF_DEPUTY = ("relay_take", "relay_answer", "relay_decline")


class RelayOver(DomainError):
    message = _("这件事已经有了结果，或者不再接力，不需要再办。")


class NotInOffice(DomainError):
    message = _("这位代表现在不在任，不能再接力。请区人大收回，另请代表。")


def speaks(user: User, baton: Baton) -> bool:
    """Whether the user is the named deputy, or the one who helps the deputy (Z7)."""
    if user.role == Role.DEPUTY:
        return baton.deputy.user_id == user.pk
    return user.role in STREET_ROLES and baton.deputy.helper_id == user.pk


def of_committee(user: User, baton: Baton) -> bool:
    """Whether the user works for the committee that handed the matter up."""
    return user.role in DISTRICT_ROLES and baton.relay.matter.district_id == user.organisation_id


def records(user: User, baton: Baton) -> bool:
    """Whether the user enters what a deputy without an account has written back by letter."""
    return baton.deputy.user_id is None and of_committee(user, baton) and can(user, "matter.relay")


def refusal(user: User, baton: Baton, verb: str) -> DomainError | None:
    """Why the user may not do this to the part now; None when it is open."""
    row = BATON[verb]
    mine = speaks(user, baton) and can(user, row.permission)
    allowed = (
        mine or records(user, baton) if verb in OF_DEPUTY else of_committee(user, baton) and can(user, row.permission)
    )
    if not allowed:
        return NotAllowed()
    if baton.status not in row.sources:
        return WrongState()
    if baton.relay.matter.status != Status.RELAYED:
        return RelayOver()
    gone = baton.deputy.status != DeputyStatus.ACTIVE
    return NotInOffice() if gone and verb in OF_DEPUTY else None


def verbs_for(user: User, baton: Baton) -> list[Transition]:
    """What the user can do to the part right now. `baton` comes with its deputy, relay and matter."""
    return [row for row in BATON.rows if row.sources and refusal(user, baton, row.verb) is None]
