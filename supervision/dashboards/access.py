"""Whose numbers a user sees: the matters of the own district or street, or those that the own body leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, User
from deputies.accounts.queries import streets_of
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of, predecessors


def district_for(user: User) -> Organisation | None:
    """The district in which the user's numbers lie."""
    return district_of(user.organisation) if user.organisation is not None else None


def sees_streets(user: User) -> bool:
    """Whether the user looks over more than one street."""
    return user.role in (*DISTRICT_ROLES, *DEPARTMENT_ROLES)


def sees_bodies(user: User) -> bool:
    """Whether the user looks over more than one body."""
    return user.role in (*DISTRICT_ROLES, *STREET_ROLES)


@dataclass(frozen=True)
class Scope:
    """The district of the numbers, and what they are narrowed to whoever chooses what."""

    district: int
    place: Mapping[str, list[int]]


def scope(user: User) -> Scope:
    """What is counted for `user`; the streets and bodies that were merged into the own one are with it."""
    district, held = district_for(user), user.organisation_id
    if district is None or held is None or not user.is_active:
        return NOBODY
    if user.role in DISTRICT_ROLES:
        return Scope(district.pk, {})
    if user.role in STREET_ROLES:
        return Scope(district.pk, {"street": streets_of(user)})
    return Scope(district.pk, {"body": predecessors(held)}) if user.role in DEPARTMENT_ROLES else NOBODY


NOBODY = Scope(0, {})
