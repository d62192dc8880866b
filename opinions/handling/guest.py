"""Who works without an account: the holder of the link of one assignment."""

from dataclasses import dataclass
from typing import Any

from deputies.accounts.access import Permission as P
from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation


@dataclass(frozen=True)
class Guest:
    """Whoever holds the link of one assignment of a body without accounts: a handler who is nobody's user."""

    organisation: Organisation
    assignment_id: int
    role: str = Role.HANDLER
    pk: None = None
    is_active: bool = True

    @property
    def organisation_id(self) -> int:
        return self.organisation.pk

    @property
    def signature(self) -> str:
        """How the ledger names what was done by the link."""
        return f"{self.organisation.name}（凭链接）"


GUEST_MAY = frozenset({P.MATTER_SIGN, P.MATTER_RETURN, P.MATTER_REPLY})
Worker = User | Guest


def account_of(by: Worker) -> User | None:
    """The account that a row names; None for a guest."""
    return by if isinstance(by, User) else None


def credited(by: Worker) -> dict[str, Any]:
    """`by` and `actor` of an event."""
    return {"by": account_of(by), "actor": by.signature if isinstance(by, Guest) else ""}
