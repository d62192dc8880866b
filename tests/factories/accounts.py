"""Accounts for tests. The password is always PASSWORD; nothing has to be changed first."""

from typing import Any

import factory
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from deputies.accounts.models import ADMIN_ROLES, DEPARTMENT_ROLES, DISTRICT_ROLES, Role, User
from deputies.organisations.models import Organisation, OrganisationKind
from tests.factories.organisations import OrganisationFactory

PASSWORD = "yunting-River-2026"
_KINDS = {
    **dict.fromkeys(DEPARTMENT_ROLES, OrganisationKind.DEPARTMENT),
    **dict.fromkeys(DISTRICT_ROLES, OrganisationKind.CONGRESS),
}


def _organisation(user: Any) -> Organisation | None:
    """A body that fits the role; administrators need none."""
    if user.role in ADMIN_ROLES:
        return None
    return OrganisationFactory.create(kind=_KINDS.get(user.role, OrganisationKind.STREET_COMMITTEE))


class UserFactory(DjangoModelFactory[User]):
    """`UserFactory(role=Role.HANDLER, organisation=world.department)`."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"张云{n}")
    role = Role.STREET_STAFF
    organisation = factory.LazyAttribute(_organisation)
    password = Password(PASSWORD)
    must_change_password = False
    password_changed_at = factory.LazyFunction(timezone.now)


def sign_in(client: Client, user: User) -> Client:
    """Sign `user` in; an administrator's second factor counts as proved."""
    client.force_login(user)
    if user.role in ADMIN_ROLES:
        prove_second_factor(client, user)
    return client


def prove_second_factor(client: Client, user: User) -> None:
    """Give `user` a second factor, if there is none, and mark the client's session as having proved it."""
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    device, _created = TOTPDevice.objects.get_or_create(user=user, name="phone", defaults={"confirmed": True})
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
