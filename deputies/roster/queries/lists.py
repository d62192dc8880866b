"""Reading the roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from deputies.accounts.models import STREET_ROLES, Role, User
from deputies.accounts.queries import organisations_below
from deputies.organisations.models import STREET_KINDS, DivisionLevel, Organisation, OrganisationKind
from deputies.organisations.queries import bodies, division_tree
from deputies.roster.models import ChatGroup, Deputy, DeputyQuerySet, Group, Identity, Term
from deputies.roster.states import DeputyStatus

ORDER = ("pinyin", "id")
LIST_RELATED = ("organisation", "term", "electoral_district")
LINKING_KINDS = (*STREET_KINDS, OrganisationKind.STATION, OrganisationKind.CONGRESS)
"""Kinds of bodies that link deputies with residents."""


def filtered(user: User, chosen: Mapping[str, str]) -> DeputyQuerySet:
    """The deputies in the user's scope that fit the filters of the list."""
    rows = Deputy.objects.visible_to(user).matching(chosen.get("q", ""))
    status = chosen.get("status", "")
    if not status:
        rows = rows.exclude(status=DeputyStatus.ENDED)
    elif status != "all":
        rows = rows.filter(status=status)
    standing = chosen.get("standing", "")
    if standing:
        rows = (
            rows.filter(identity=Identity.CONSULTANT)
            if standing == Identity.CONSULTANT
            else rows.filter(level=standing)
        )
    if "group" in chosen:
        rows = rows.filter(groups=int(chosen["group"]))
    return rows.filter(organisation_id=int(chosen["organisation"])) if "organisation" in chosen else rows


def listed(rows: DeputyQuerySet) -> DeputyQuerySet:
    """`rows` with all that a list shows, in two statements."""
    return rows.select_related(*LIST_RELATED).prefetch_related("groups")


def keepable_bodies(user: User) -> list[Organisation]:
    """The active bodies in the user's scope that link deputies with residents, by code."""
    mine = organisations_below(user)
    rows = (body for body in bodies().by_id.values() if body.pk in mine and body.active and body.kind in LINKING_KINDS)
    return sorted(rows, key=lambda body: body.code)


def near(user: User) -> set[int]:
    """Ids of the divisions of the user's county, and of those above it."""
    tree = division_tree()
    place = user.organisation.division_id if user.organisation else None
    county = tree.at_level(place, DivisionLevel.COUNTY) or tree.get(place)
    if county is None:
        return set()
    rows = [*tree.ancestors(county.pk), *tree.descendants(county.pk, include_self=True)]
    return {division.pk for division in rows}


def terms_near(user: User) -> QuerySet[Term]:
    """The terms of the congresses of the user's county, and of those above and below it."""
    return Term.objects.filter(division__in=near(user)).order_by("level", "-number", "id")


def groups_near(user: User) -> QuerySet[Group]:
    """The groups in use of the bodies in the user's scope, and of those above."""
    return Group.objects.filter(active=True, organisation__in=_scope_and_above(user)).order_by("kind", "name", "id")


def _scope_and_above(user: User) -> set[int]:
    above: set[int] = set()
    body = bodies().get(user.organisation_id)
    while body is not None and body.pk not in above:
        above.add(body.pk)
        body = body.parent
    return above | organisations_below(user)


def groups_with_counts(user: User) -> QuerySet[Group]:
    """The groups near the user, each with the number of members in office that the user may see."""
    seen = Q(deputies__status=DeputyStatus.ACTIVE, deputies__organisation__in=organisations_below(user))
    return (
        groups_near(user).select_related("organisation").annotate(members=Count("deputies", filter=seen, distinct=True))
    )


def chat_groups(user: User) -> QuerySet[ChatGroup]:
    """The register of chat groups in the user's scope."""
    rows = ChatGroup.objects.filter(organisation__in=organisations_below(user))
    return rows.select_related("division", "organisation").order_by("-active", "organisation__code", "name", "id")


def possible_helpers(user: User) -> QuerySet[User]:
    """Accounts in the user's scope that may be paired with a deputy (Z7)."""
    rows = User.objects.filter(organisation__in=organisations_below(user), role__in=STREET_ROLES, is_active=True)
    return rows.order_by("name", "id")


def possible_accounts(user: User, deputy: Deputy) -> QuerySet[User]:
    """Accounts of deputies in the user's scope that no other deputy has."""
    rows = User.objects.filter(organisation__in=organisations_below(user), role=Role.DEPUTY, is_active=True)
    return rows.filter(Q(deputy__isnull=True) | Q(deputy=deputy)).order_by("name", "id")


@dataclass(frozen=True)
class TermRow:
    """A term with the number of its deputies who have not left."""

    term: Term
    sitting: int
    delegations: int


def term_rows(user: User) -> Sequence[TermRow]:
    """The terms near the user, for the page on which a term is ended."""
    sitting = Count("deputies", filter=~Q(deputies__status=DeputyStatus.ENDED), distinct=True)
    rows = terms_near(user).select_related("division")
    rows = rows.annotate(sitting=sitting, parts=Count("delegations", distinct=True))
    return [TermRow(term, term.sitting, term.parts) for term in rows]
