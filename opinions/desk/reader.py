"""Who reads, as far as that tells which statements are asked for them: readers who are alike share theirs."""

from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import QuerySet

from deputies.accounts.models import Role, User
from deputies.accounts.queries import street_of
from deputies.organisations.models import Organisation

WITH_OWN = (Role.DEPUTY, Role.LIAISON_OFFICER)
"""Roles in which a person has matters; in all others a body has them."""


@dataclass(frozen=True)
class Reader:
    """Everything on which scope and queues depend, but for what the map says; `user` is one of those who are alike.

    `person` tells those apart who have matters of their own, or no body."""

    person: int | None
    role: str
    active: bool
    body: int | None
    street: int | None
    user: User = field(compare=False)

    @classmethod
    def of(cls, user: User) -> Self:
        """The reader that `user` is."""
        alike = user.organisation_id is not None and user.role not in WITH_OWN
        return cls(None if alike else user.pk, user.role, user.is_active, user.organisation_id, street_of(user), user)

    @property
    def row(self) -> QuerySet[Any]:
        """One row that stays as long as the reader: the person, or the body."""
        if self.person is not None:
            return User.objects.filter(pk=self.person)
        return Organisation.objects.filter(pk__in=[self.body])
