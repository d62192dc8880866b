"""The table of roles, and what it must never allow."""

import pytest

from deputies.accounts.access import ROLES, Permission, can, check
from deputies.accounts.models import ADMIN_ROLES, DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Role
from liaison.base.errors import NotAllowed
from tests.factories.accounts import UserFactory

P = Permission
MATTERS = {permission for permission in Permission if permission.startswith("matter.")}
DISPOSING = {P.MATTER_ASSIGN, P.MATTER_SIGN, P.MATTER_RETURN, P.MATTER_REPLY, P.MATTER_APPROVE, P.MATTER_DECLINE}


def test_every_role_is_described_and_has_a_desk() -> None:
    assert set(ROLES) == set(Role)
    assert all(P.DESK in permissions for permissions in ROLES.values())


def test_every_permission_belongs_to_somebody() -> None:
    assert set().union(*ROLES.values()) == set(Permission)


def test_deputies_never_dispose_of_a_case() -> None:
    assert not ROLES[Role.DEPUTY] & DISPOSING


def test_nobody_may_rate() -> None:
    assert not [permission for permission in Permission if "rate" in permission or "rating" in permission]


@pytest.mark.parametrize("role", ADMIN_ROLES)
def test_administrators_touch_no_matter_and_no_telephone(role: Role) -> None:
    assert not ROLES[role] & (MATTERS | {P.PHONE_REVEAL, P.INTAKE_ASSIST, P.INTAKE_IMPORT})


def test_the_three_administrators_share_nothing_but_the_desk() -> None:
    first, second, third = (ROLES[role] for role in ADMIN_ROLES)
    assert first & second == second & third == first & third == {P.DESK}


@pytest.mark.parametrize("role", [role for role in Role if role not in ADMIN_ROLES])
def test_nobody_else_keeps_accounts_or_logs(role: Role) -> None:
    assert not ROLES[role] & {P.ACCOUNT_EDIT, P.SECURITY_LOG, P.AUDIT_LOG}


TABLE = [
    (P.MATTER_TAKE, {Role.DEPUTY, Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_STAFF}),
    (P.MATTER_ASSIGN, {Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_STAFF}),
    (P.MATTER_REPLY, set(DEPARTMENT_ROLES)),
    # committees approve for a body without accounts
    (
        P.MATTER_APPROVE,
        {Role.DEPARTMENT_HEAD, Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_STAFF},
    ),
    (P.MATTER_ANSWER, {Role.DEPUTY}),
    (P.MATTER_RELAY, {Role.DISTRICT_STAFF}),
    (P.MATTER_REOPEN, {Role.STREET_SECRETARY, Role.STREET_CHAIR, *DISTRICT_ROLES}),
    (P.RULES_EDIT, {Role.DISTRICT_STAFF}),
    (P.STREET_RULES_EDIT, {Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR}),
    (P.REFERENCE_EDIT, {Role.DISTRICT_STAFF, Role.SYSTEM_ADMIN}),
    (P.PHONE_REVEAL, {*STREET_ROLES, *DEPARTMENT_ROLES, Role.DISTRICT_STAFF}),
]


@pytest.mark.parametrize(("permission", "roles"), TABLE, ids=lambda value: str(value) if isinstance(value, P) else "")
def test_permission_belongs_to_exactly_these_roles(permission: Permission, roles: set[Role]) -> None:
    assert {role for role, permissions in ROLES.items() if permission in permissions} == roles


class Record:
    """A record that concerns one user."""

    def __init__(self, owner: object) -> None:
        self.owner = owner

    def concerns(self, user: object) -> bool:
        return user == self.owner


@pytest.mark.django_db
def test_can_asks_the_record_as_well() -> None:
    user, other = UserFactory.create(role=Role.STREET_STAFF), UserFactory.create(role=Role.STREET_STAFF)
    assert can(user, P.MATTER_ASSIGN, Record(user))
    assert not can(other, P.MATTER_ASSIGN, Record(user))
    assert not can(user, P.MATTER_SIGN, Record(user))


@pytest.mark.django_db
def test_can_of_a_closed_account_is_nothing() -> None:
    user = UserFactory.create(role=Role.STREET_STAFF, is_active=False)
    assert not can(user, P.DESK)
    with pytest.raises(NotAllowed):
        check(user, P.DESK)
