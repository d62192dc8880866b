"""Scope: which matters a user may see. Role says what kind of scope, organisation says which."""

from django.apps import apps
from django.db.models import Q

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role, User


def scope(user: User) -> Q:
    """Condition on Matter for what `user` may see. Administrators see no matter."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    if user.role == Role.DEPUTY:
        return Q(deputy__user=user)
    if user.role in STREET_ROLES:
        return Q(street=user.organisation_id)
    if user.role in DISTRICT_ROLES:
        return Q(district=user.organisation_id)
    if user.role in DEPARTMENT_ROLES:
        assignments = apps.get_model("opinions", "Assignment").objects.filter(organisation=user.organisation_id)
        return Q(pk__in=assignments.values("matter"))
    return Q(pk__in=[])
