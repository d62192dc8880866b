"""Accounts of the demo, one password for all. They exist in a demo only: the command refuses elsewhere."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.hashers import make_password

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
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
Wanted = tuple[str, str, Organisation | None]
STREET_ACCOUNTS = (
    (Role.LIAISON_OFFICER, "liaison"),
    (Role.STREET_STAFF, "street"),
    (Role.STREET_SECRETARY, "secretary"),
    (Role.STREET_CHAIR, "chair"),
)


def build_staff(world: Map, *, names: Iterator[str], phones: Iterator[str], now: datetime) -> dict[str, User]:
    """Create the accounts of all bodies, by username."""
    secret = make_password(PASSWORD)
    users = [
        new_user(username, role, organisation, name=next(names), phone=next(phones), secret=secret, now=now)
        for username, role, organisation in _wanted(world)
    ]
    return {user.username: user for user in User.objects.bulk_create(users)}


def new_user(username: str, role: str, organisation: Organisation | None, *, name: str, phone: str, secret: str, now: datetime) -> User:
    """An account that may sign in at once, not yet saved."""
    return User(
        username=username, role=role, organisation=organisation, name=name, phone=phone, phone_index=blind_index(phone),
        password=secret, must_change_password=False, password_changed_at=now,
    )  # fmt: skip


def _wanted(world: Map) -> Iterator[Wanted]:
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
