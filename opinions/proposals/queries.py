"""Reading proposals."""

from django.db.models import QuerySet

from deputies.accounts.models import User
from deputies.roster.models import Deputy, Identity
from opinions.handling.queries import deputies_of
from opinions.matters.models import Matter
from opinions.proposals.models import Proposal


def proposals_of(matter: Matter) -> list[Proposal]:
    """The proposals into which the matter was raised, the newest first."""
    return list(matter.proposals.select_related("lead"))


def possible_leads(matter: Matter) -> list[Deputy]:
    """Deputies of the district who can lead a proposal; consultant deputies cannot (X6)."""
    rows = deputies_of(matter.district).filter(identity=Identity.DEPUTY)
    return list(rows.order_by("pinyin", "pk"))


def visible_proposals(user: User) -> QuerySet[Proposal]:
    """Proposals that came of a matter in the user's scope."""
    sources = Matter.objects.visible_to(user).values("pk")
    return Proposal.objects.filter(sources__in=sources).select_related("lead", "created_by").distinct()
