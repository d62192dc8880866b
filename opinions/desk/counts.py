"""How much waits in each queue of a reader.

Django builds the statement that counts some ten queues in several times what the database needs to answer it, and it
stays the same until the reader's role, body or scope changes: those are its key, and the numbers are asked each time.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone

from deputies.accounts.models import Role, User
from deputies.accounts.queries import streets_of
from liaison.base.web.counting import Counting
from liaison.base.workdays.arithmetic import local_today
from opinions.desk.queries import in_queue, queues_of
from opinions.matters.models import MatterQuerySet
from opinions.relays.queries import waiting_for

HANDED = "handed"
"""Stands among the counts for what was handed to a deputy, or to those whom a liaison officer helps."""


@dataclass(frozen=True)
class _Reader:
    """Everything on which the statement depends; `user` and `visible` say no more than the rest."""

    key: int
    role: str
    body: int | None
    streets: tuple[int, ...]
    seen: Any
    """What the user may see, as SQL with its values; None for nothing."""
    today: date
    user: User = field(compare=False)
    visible: MatterQuerySet = field(compare=False)


def counts_of(user: User, visible: MatterQuerySet) -> dict[str, str]:
    """How many matters each of the user's queues holds now ("12", "99+"), and what was handed on; one statement."""
    held = user.organisation_id, tuple(streets_of(user))
    today = local_today(timezone.now())
    return _counting(_Reader(user.pk, user.role, *held, _seen(visible), today, user, visible)).ask()


def _seen(visible: MatterQuerySet) -> Any:
    try:
        return visible.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None


@lru_cache(maxsize=256)
def _counting(reader: _Reader) -> Counting:
    user = reader.user
    piles = {one.key: in_queue(reader.visible, user, one) for one in queues_of(user) if one.key != "all"}
    return Counting.of({**piles, **_handed(user)}, over=User.objects.filter(pk=user.pk))


def _handed(user: User) -> dict[str, QuerySet[Any]]:
    receives = user.role in (Role.DEPUTY, Role.LIAISON_OFFICER)
    return {HANDED: waiting_for(user)} if receives else {}
