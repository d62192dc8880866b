"""Scope: which matters a user may see. Role says what kind of scope, organisation says which."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet, Value

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.organisations.models import Organisation

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
        return _scope_of_street(user, keys)
    if user.role in DISTRICT_ROLES:
        return Q(district=user.organisation_id)
    if user.role in DEPARTMENT_ROLES:
        assigned = apps.get_model("opinions", "Assignment").objects.filter(organisation=user.organisation_id)
        return Q(pk__in=assigned.order_by().values("matter"))
    return Q(pk__in=[])


def _scope_of_street(user: User, keys: Keys) -> Q:
    """The street's matters and those that streets left which were merged into it (in place: two mergers deep), and
    those that it handles with other streets (H9)."""
    if keys is not list:
        held = street_of(user)
        merged = Organisation.objects.filter(Q(merged_into=held) | Q(merged_into__merged_into=held), active=False)
        own = Q(street=held) | Q(street__in=merged.order_by().values("pk"))
        return own | Q(pk__in=_joint([held]).values("matter"))
    joint = keys(_joint(streets_of(user)).values_list("matter", flat=True))
    return _of_streets(user) | Q(pk__in=joint) if joint else _of_streets(user)


def _of_streets(user: User) -> Q:
    streets = streets_of(user)
    return Q(street=streets[0]) if len(streets) == 1 else Q(street__in=streets)


def _joint(streets: list[Any]) -> QuerySet[Any]:
    """Where one of these streets was asked to handle a matter of another with it."""
    return apps.get_model("opinions", "JointStreet").objects.filter(street__in=streets).order_by()


def in_place(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The keys as a part of the query that they are for."""
    return rows


def _scope_of_deputy(user: User, keys: Keys) -> Q:
    """A deputy's own matters and those that the deputy was invited to follow.

    What was relayed to deputies of a congress above is not here: they read its file (see opinions.relays).
    """
    own = apps.get_model("deputies", "Deputy").objects.filter(user=user).order_by()
    followed = _companions().filter(deputy__user=user)
    if keys is not list:
        return Q(deputy__in=own.values("pk")) | Q(pk__in=followed.values("matter"))
    deputies, matters = _keys_of_both(own, followed)
    return Q(deputy__in=deputies) | Q(pk__in=matters) if matters else Q(deputy__in=deputies)


def _companions() -> QuerySet[Any]:
    """Who was invited to a matter and has not declined it, nor been let go."""
    return apps.get_model("opinions", "Companion").objects.filter(status__in=("invited", "joined")).order_by()


def _scope_of_liaison_officer(user: User, keys: Keys) -> Q:
    """The street's matters and, wherever they lie, those of the deputies that the officer is paired with (Z7)."""
    paired = apps.get_model("deputies", "Deputy").objects.filter(helper=user).order_by()
    followed = _companions().filter(deputy__helper=user)
    if keys is not list:
        helped = Q(deputy__in=paired.values("pk")) | Q(pk__in=followed.values("matter"))
        return _scope_of_street(user, keys) | helped
    deputies, matters = _keys_of_both(paired, followed, _joint(streets_of(user)))
    found = _of_streets(user)
    found = found | Q(deputy__in=deputies) if deputies else found
    return found | Q(pk__in=matters) if matters else found


def _keys_of_both(deputies: QuerySet[Any], *matters: QuerySet[Any]) -> tuple[list[int], list[int]]:
    """The keys of deputies, and those of the matters that rows of other models name, by one statement."""
    rows = deputies.annotate(kind=Value(0)).values_list("kind", "pk")
    rows = rows.union(*(more.annotate(kind=Value(1)).values_list("kind", "matter") for more in matters))
    held = list(rows)
    return [key for kind, key in held if kind == 0], [key for kind, key in held if kind == 1]
