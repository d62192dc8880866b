"""Clocks that run for a matter with dates of one's own, and the ladder that looks at them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deputies.accounts.models import Role, User
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.matters.models import Matter
from supervision.escalation.services import load_default_ladder
from tests.factories.accounts import UserFactory
from tests.factories.matters import NOW, HandlingWorld, handling_world, open_matter
from tests.support.replay import replayed


@dataclass(frozen=True, kw_only=True)
class LadderWorld:
    """A district with its default ladder, and the people whom that names."""

    world: HandlingWorld
    chair: User


@replayed
def ladder_world() -> LadderWorld:
    """Build it."""
    world = handling_world()
    chair = UserFactory.create(username="chair", role=Role.STREET_CHAIR, organisation=world.committee)
    load_default_ladder(district=world.congress, by=None, now=NOW)
    return LadderWorld(world=world, chair=chair)


def clock_of(
    matter: Matter, *, warn_on: date, due_on: date, body: Any = None, kind: str = ClockKind.REPLY, **fields: Any
) -> Clock:
    """A clock with these dates, as if it had been started in time. Other running clocks of the matter stop."""
    matter.clocks.filter(stopped_at=None).update(stopped_at=NOW, outcome="test")
    return Clock.objects.create(
        matter=matter, kind=kind, organisation=body, amount=5, unit="working_days", warn_on=warn_on, due_on=due_on,
        started_on=fields.pop("started_on", warn_on), next_on=warn_on, **fields,
    )  # fmt: skip


def lit_matter(one: LadderWorld, *, warn_on: date, due_on: date, now: datetime = NOW, **fields: Any) -> Clock:
    """A new matter with one clock that binds the department."""
    matter = open_matter(one.world, now=now)
    return clock_of(matter, warn_on=warn_on, due_on=due_on, body=fields.pop("body", one.world.department), **fields)
