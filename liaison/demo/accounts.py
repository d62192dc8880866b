"""Accounts of the demo, one password for all. They exist in a demo only: the command refuses elsewhere."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib.auth.hashers import make_password

from deputies.accounts.models import Role, User
from deputies.accounts.services import chain_of
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.privacy import blind_index
from liaison.demo.places import Map

PASSWORD = "Yunting-2026"  # noqa: S105 - documented, and made only where DEMO and DEVELOPMENT are on
SHOWN = {
    Role.DEPUTY: "deputy",
    Role.LIAISON_OFFICER: "liaison",
    Role.STREET_STAFF: "street",
    Role.STREET_SECRETARY: "secretary",
    Role.STREET_CHAIR: "chair",
    Role.HANDLER: "handler",
    Role.DEPARTMENT_HEAD: "head",
    Role.DISTRICT_STAFF: "district",
    Role.DISTRICT_LEADER: "leader",
    Role.SYSTEM_ADMIN: "sysadmin",
    Role.SECURITY_ADMIN: "security",
    Role.AUDIT_ADMIN: "audit",
}
"""The account that is shown for each role."""
Wanted = tuple[str, str, Organisation | None, str, str]
"""Username, role, body, name, telephone."""
STREET_ACCOUNTS = (
    (Role.LIAISON_OFFICER, "liaison"),
    (Role.STREET_STAFF, "street"),
    (Role.STREET_SECRETARY, "secretary"),
    (Role.STREET_CHAIR, "chair"),
)


def build_staff(world: Map, *, names: Iterator[str], phones: Iterator[str], now: datetime) -> dict[str, User]:
    """Create the accounts of all bodies, by username."""
    wanted = [
        (username, role, organisation, next(names), next(phones)) for username, role, organisation in _offices(world)
    ]
    return {user.username: user for user in build_accounts(wanted, now=now)}


def build_accounts(wanted: Iterable[Wanted], *, now: datetime) -> list[User]:
    """Accounts that may sign in at once. One hash serves all: hashing a hundred passwords takes as many seconds."""
    secret = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=username, role=role, organisation=organisation, name=name, phone=phone,
            phone_index=blind_index(phone), password=secret, must_change_password=False, password_changed_at=now,
        )
        for username, role, organisation, name, phone in wanted
    )  # fmt: skip
    for user in users:
        data = {"role": user.role, "organisation": user.organisation and user.organisation.code}
        record(chain_of(user), Fact(verb="account.created", data=data), by=None, now=now, first=True)
    return users


def _offices(world: Map) -> Iterator[tuple[str, str, Organisation | None]]:
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        yield SHOWN[role], role, None
    for role in (Role.DISTRICT_STAFF, Role.DISTRICT_LEADER):
        yield SHOWN[role], role, world.congress
    for number, place in enumerate(world.streets, 1):
        for role, word in STREET_ACCOUNTS:
            yield word if number == 1 else f"{word}{number:02}", role, place.committee
        yield f"office{number:02}", Role.HANDLER, place.office
        yield f"office{number:02}-head", Role.DEPARTMENT_HEAD, place.office
    for code, body in world.bodies.items():
        if body.active:
            shown = code == "CG"
            yield "handler" if shown else f"{code.lower()}", Role.HANDLER, body
            yield "head" if shown else f"{code.lower()}-head", Role.DEPARTMENT_HEAD, body
