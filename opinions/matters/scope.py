"""Scope: which matters a user may see. Role says what kind of scope, organisation says which."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of

Keys = Callable[[QuerySet[Any]], Any]


def scope(user: User, *, keys: Keys = list) -> Q:
    """Condition on Matter for what `user` may see. Administrators see no matter.

    Deputies, helpers: keys of what they have are asked for first, so that each index serves. `keys=in_place` leaves
    them to the query itself, which is as good where that finds one matter by its code.
    """
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.role == Role.DEPUTY:
        return _scope_of_deputy(user, keys)
    if user.role == Role.LIAISON_OFFICER:
        return _scope_of_liaison_officer(user, keys)
    if user.role in STREET_ROLES:
        return Q(street=street_of(user))
    if user.role in DISTRICT_ROLES:
        return Q(district=user.organisation_id)
    if user.role in DEPARTMENT_ROLES:
        assignments = apps.get_model("opinions", "Assignment").objects.filter(organisation=user.organisation_id)
        return Q(pk__in=assignments.values("matter"))
    return Q(pk__in=[])


def in_place(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The keys as a part of the query that they are for."""
    return rows


def _scope_of_deputy(user: User, keys: Keys) -> Q:
    """A deputy's own matters and those that were relayed to the deputy."""
    relays = apps.get_model("opinions", "Relay").objects.filter(deputies__user=user)
    relayed = keys(relays.values_list("matter", flat=True))
    if keys is list and not relayed:
        return Q(deputy__user=user)
    deputies = apps.get_model("deputies", "Deputy").objects.filter(user=user)
    return Q(deputy__in=keys(deputies.order_by().values_list("pk", flat=True))) | Q(pk__in=relayed)


def _scope_of_liaison_officer(user: User, keys: Keys) -> Q:
    """The street's matters and, wherever they lie, those of the deputies that the officer is paired with (Z7)."""
    paired = apps.get_model("deputies", "Deputy").objects.filter(helper=user)
    helped = keys(paired.order_by().values_list("pk", flat=True))
    own = Q(street=street_of(user))
    return own if keys is list and not helped else own | Q(deputy__in=helped)
