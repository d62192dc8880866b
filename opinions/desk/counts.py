"""How much waits in each queue of a reader.

Django builds the statement that counts some ten queues in several times what the database needs to answer it, and it
stays the same until role, body or scope change: those are its key, whoever has them, and the numbers are asked each
time.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone

from deputies.accounts.models import User
from deputies.accounts.queries import streets_of
from liaison.base.web.counting import Counting
from liaison.base.workdays.arithmetic import local_today
from opinions.desk.queries import in_queue, queues_of
from opinions.desk.reader import WITH_OWN, Reader
from opinions.matters.models import MatterQuerySet
from opinions.relays.queries import waiting_for

HANDED = "handed"
"""Stands among the counts for what was handed to a deputy, or to those whom a liaison officer helps."""


@dataclass(frozen=True)
class _Asked:
    """Everything on which the statement depends; `visible` says no more than `seen`."""

    reader: Reader
    streets: tuple[int, ...]
    seen: Any
    """What the user may see, as SQL with its values; None for nothing."""
    today: date
    visible: MatterQuerySet = field(compare=False)


def counts_of(user: User, visible: MatterQuerySet) -> dict[str, str]:
    """How many matters each of the user's queues holds now ("12", "99+"), and what was handed on; one statement."""
    streets, today = tuple(streets_of(user)), local_today(timezone.now())
    return _counting(_Asked(Reader.of(user), streets, _seen(visible), today, visible)).ask()


def _seen(visible: MatterQuerySet) -> Any:
    try:
        return visible.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None


@lru_cache(maxsize=64)
def _counting(asked: _Asked) -> Counting:
    user = asked.reader.user
    piles = {one.key: in_queue(asked.visible, user, one) for one in queues_of(user) if one.key != "all"}
    return Counting.of({**piles, **_handed(user)}, over=asked.reader.row)


def _handed(user: User) -> dict[str, QuerySet[Any]]:
    return {HANDED: waiting_for(user)} if user.role in WITH_OWN else {}
