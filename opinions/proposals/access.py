"""Who may write at a proposal or a research note."""

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can
from deputies.accounts.models import STREET_ROLES, Role, User
from deputies.accounts.queries import organisations_below
from deputies.roster.models import Deputy
from opinions.proposals.models import Proposal, ResearchNote


def may_edit(user: User, proposal: Proposal) -> bool:
    """The deputy who leads it and the helper, whoever drafted it, and the committee that keeps it."""
    if speaks(user, proposal.lead) or proposal.created_by_id == user.pk:
        return can(user, P.PROPOSAL_VIEW)
    return can(user, P.MATTER_RAISE) and proposal.organisation_id in organisations_below(user)


def may_found(user: User, proposal: Proposal) -> bool:
    """Whether the user may make a project of it: of the committee, and may write at it."""
    return can(user, P.MATTER_ASSIGN) and may_edit(user, proposal)


def may_write(user: User, note: ResearchNote) -> bool:
    """Whoever wrote the note, and the people of the body that keeps it."""
    if not can(user, P.RESEARCH_EDIT):
        return False
    return note.created_by_id == user.pk or note.organisation_id in organisations_below(user)


def speaks(user: User, deputy: Deputy | None) -> bool:
    """Whether the user is this deputy, or helps the deputy (Z7)."""
    if deputy is None:
        return False
    if user.role == Role.DEPUTY:
        return deputy.user_id == user.pk
    return user.role in STREET_ROLES and deputy.helper_id == user.pk
