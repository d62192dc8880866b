"""Neighbours of the demo who raise one thing: a hot issue with its members, duplicates, a parent with branches."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from deputies.organisations.models import Division, Organisation
from liaison.demo.cast import Cast
from liaison.demo.names import names
from liaison.demo.source import chance, data
from opinions.catalog.models import Category, SourceChannel
from opinions.handling.services import branch, take
from opinions.intake.privacy import NOTICE_VERSION
from opinions.intake.services.submission import Entry, submit
from opinions.matters.models import Matter
from opinions.similar.models import HotIssue
from opinions.similar.services import group_recent, index_waiting, learn


@transaction.atomic
def tell_of_neighbours(congress: Organisation, *, now: datetime) -> int:
    """Raise them, index everything, group once; returns how many hot issues there are. Once only."""
    if HotIssue.objects.exists():
        return 0
    neighbours, told = _Neighbours(congress, now), data("gathering")
    for row in told["hot"]:
        neighbours.raised(row, neighbours.places[0], "urban.lighting")
    parent = neighbours.raised(told["parent"], neighbours.places[0], "")
    take(matter=parent, by=neighbours.staff, now=now - timedelta(days=3))
    for row, place in zip(told["branch"], neighbours.places[1:], strict=False):
        child = neighbours.raised(row, place, "")
        branch(matter=child, target=Matter.objects.get(pk=parent.pk), by=neighbours.staff, now=now - timedelta(days=2))
    learn(now=now)
    while index_waiting(now=now):
        pass
    return group_recent(now=now)


class _Neighbours:
    """People of the shown street."""

    def __init__(self, congress: Organisation, now: datetime) -> None:
        self.now, self.rng = now, chance("neighbours")
        cast = Cast(congress)
        self.congress, self.street = congress, cast.committees[0]
        self.staff = cast.staff(self.street)
        self.places = cast.communities(self.street)
        self.names = names(self.rng)

    def raised(self, row: dict[str, Any], place: Division, category: str) -> Matter:
        """One of them, as the form would send it."""
        entry = Entry(
            key=UUID(int=self.rng.getrandbits(128), version=4), content=row["text"], division=place, street=self.street,
            district=self.congress, channel=SourceChannel.WEB, category=Category.objects.filter(code=category).first(),
            name=next(self.names), phone=self._phone(), consent_contact=True, privacy_version=NOTICE_VERSION,
        )  # fmt: skip
        return submit(entry=entry, by=None, now=self.now - timedelta(days=row["days"])).matter

    def _phone(self) -> str:
        """A number that nobody else of the demo has."""
        return f"1990000{self.rng.randrange(10_000):04}"
