"""Reading accounts."""

from deputies.accounts.models import ADMIN_ROLES, DEPARTMENT_ROLES, DISTRICT_ROLES, Role
from deputies.organisations.models import HANDLER_KINDS, STREET_KINDS, OrganisationKind

_KINDS: dict[str, tuple[OrganisationKind, ...]] = {
    Role.DEPUTY: (*STREET_KINDS, OrganisationKind.STATION, OrganisationKind.CONGRESS),
    Role.LIAISON_OFFICER: (*STREET_KINDS, OrganisationKind.STATION),
    Role.STREET_STAFF: (*STREET_KINDS, OrganisationKind.STATION),
    Role.STREET_SECRETARY: STREET_KINDS,
    Role.STREET_CHAIR: STREET_KINDS,
    **dict.fromkeys(DEPARTMENT_ROLES, HANDLER_KINDS),
    **dict.fromkeys(DISTRICT_ROLES, (OrganisationKind.CONGRESS,)),
    **dict.fromkeys(ADMIN_ROLES, (OrganisationKind.CONGRESS,)),
}


def kinds_for(role: str) -> tuple[OrganisationKind, ...]:
    """Kinds of bodies in which the role exists; administrators may also have none."""
    return _KINDS.get(role, ())
