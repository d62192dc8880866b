"""Reading proposals."""

from django.db.models import QuerySet

from deputies.accounts.models import User
from opinions.matters.models import Matter
from opinions.proposals.models import Proposal


def proposals_of(matter: Matter) -> list[Proposal]:
    """The proposals into which the matter was raised, the newest first."""
    return list(matter.proposals.select_related("lead"))


def visible_proposals(user: User) -> QuerySet[Proposal]:
    """Proposals that came of a matter in the user's scope."""
    sources = Matter.objects.visible_to(user).values("pk")
    return Proposal.objects.filter(sources__in=sources).select_related("lead", "created_by").distinct()
