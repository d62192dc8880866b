"""Scope: which matters a user may see. Role says what kind of scope, organisation says which."""

from django.apps import apps
from django.db.models import Q

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of


def scope(user: User) -> Q:
    """Condition on Matter for what `user` may see. Administrators see no matter."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.role == Role.DEPUTY:
        return _scope_of_deputy(user)
    if user.role == Role.LIAISON_OFFICER:
        return _scope_of_liaison_officer(user)
    if user.role in STREET_ROLES:
        return Q(street=street_of(user))
    if user.role in DISTRICT_ROLES:
        return Q(district=user.organisation_id)
    if user.role in DEPARTMENT_ROLES:
        assignments = apps.get_model("opinions", "Assignment").objects.filter(organisation=user.organisation_id)
        return Q(pk__in=assignments.values("matter"))
    return Q(pk__in=[])


def _scope_of_deputy(user: User) -> Q:
    """A deputy's own matters and those that were relayed to the deputy. Ids, not a join, so that each index serves."""
    relays = apps.get_model("opinions", "Relay").objects.filter(deputies__user=user)
    relayed = list(relays.values_list("matter", flat=True))
    if not relayed:
        return Q(deputy__user=user)
    deputies = apps.get_model("deputies", "Deputy").objects.filter(user=user)
    return Q(deputy__in=list(deputies.values_list("pk", flat=True))) | Q(pk__in=relayed)


def _scope_of_liaison_officer(user: User) -> Q:
    """The street's matters and, wherever they lie, those of the deputies that the officer is paired with (Z7)."""
    paired = apps.get_model("deputies", "Deputy").objects.filter(helper=user)
    helped = list(paired.values_list("pk", flat=True))
    own = Q(street=street_of(user))
    return own | Q(deputy__in=helped) if helped else own
