"""Reading who follows a matter with the deputy who leads it."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from deputies.accounts.models import User
from deputies.organisations.queries import ids_below
from deputies.roster.models import Delegation, Deputy, DeputyQuerySet, Group
from deputies.roster.states import DeputyStatus
from opinions.companions.models import Companion, Signature
from opinions.companions.states import PRESENT, CompanionStatus
from opinions.handling.models import Reply, ReplyStatus
from opinions.handling.queries import deputies_of
from opinions.matters.models import Matter

IN_OFFICE = Q(deputies__status=DeputyStatus.ACTIVE)


def companions_of(matter: Matter) -> list[Companion]:
    """Everybody who was ever invited, the earliest first, with `matter` itself in each row."""
    rows = list(matter.companions.select_related("deputy", "group", "delegation").order_by("id"))
    for row in rows:
        row.matter = matter
    return rows


def can_be_invited(matter: Matter) -> DeputyQuerySet:
    """Deputies of the district in office, for whom somebody reads, who neither lead the matter nor follow it."""
    held = matter.companions.filter(status__in=PRESENT).values("deputy")
    rows = deputies_of(matter.district).filter(Q(user__isnull=False) | Q(helper__isnull=False))
    return rows.exclude(pk=matter.deputy_id or 0).exclude(pk__in=held)


def groups_for(matter: Matter) -> QuerySet[Group]:
    """Active groups of the district and its streets that have somebody in office."""
    rows = Group.objects.filter(active=True, organisation__in=ids_below(matter.district_id))
    return rows.filter(IN_OFFICE).distinct()


def delegations_for(matter: Matter) -> QuerySet[Delegation]:
    """Delegations with somebody in office who is linked to a body of the district."""
    rows = Delegation.objects.filter(IN_OFFICE, deputies__organisation__in=ids_below(matter.district_id))
    return rows.select_related("term").distinct()


def invitations_of(user: User) -> QuerySet[Companion]:
    """Invitations that wait for the user's word."""
    return Companion.objects.filter(deputy__user=user, status=CompanionStatus.INVITED)


def answers_to_sign(matter: Matter, deputy: Deputy) -> list[Reply]:
    """The deputies' answers of the present round that do not bear this deputy's name yet."""
    issued = matter.replies.filter(status=ReplyStatus.ISSUED, deputy__isnull=False, round=matter.round)
    return list(issued.exclude(deputy=deputy).exclude(signatures__deputy=deputy).order_by("id"))


def signers_of(replies: Iterable[Reply]) -> dict[int, list[str]]:
    """The names under each answer beside its own deputy's, by the reply's id; one statement."""
    found: dict[int, list[str]] = {}
    rows = Signature.objects.filter(reply__in=[row.pk for row in replies]).select_related("deputy")
    for row in rows.order_by("id"):
        found.setdefault(row.reply_id, []).append(row.deputy.name)
    return found
