"""Models of the floor, for Django's registry."""

from deputies.accounts.models import Reveal, SignInPlace, UsedPassword, User
from deputies.contact_points.models import ContactPoint, DutySlot, FormerPointCode, Stationing
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import ChatGroup, Delegation, Deputy, FormerDeputyCode, Group, Term

__all__ = [
    "ChatGroup",
    "ContactPoint",
    "Delegation",
    "Deputy",
    "Division",
    "DutySlot",
    "FormerDeputyCode",
    "FormerPointCode",
    "Group",
    "Organisation",
    "Reveal",
    "SignInPlace",
    "Stationing",
    "Term",
    "UsedPassword",
    "User",
]
