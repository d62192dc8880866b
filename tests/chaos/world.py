"""A district whose limits come due over the weeks of a run."""

from datetime import date, datetime, timedelta
from random import Random

from opinions.catalog.models import ClockKind
from opinions.matters.states import Status
from supervision.cases.services import sweep
from tests.factories.ladder import ladder_world, lit_matter
from tests.factories.matters import NOW, bring_to

START: datetime = NOW
DAYS = 42
"""Days from START to the end of a run: a Monday again."""
OTHERS = 12
"""One matter in so many waits for its rating, and one for its resident."""


def build(count: int, chance: Random) -> None:
    """About `count` matters: most with a limit of their own dates, the others walked there by the services.

    They have been swept once, at START: a first sweep has nothing that its clock could be held against.
    """
    one = ladder_world()
    bodies = [(ClockKind.REPLY, one.world.department), (ClockKind.TAKE, one.world.committee), (ClockKind.REPLY, None)]
    for number in range(count):
        if number % OTHERS < 2:
            bring_to(one.world, (Status.REPLIED, Status.WAITING)[number % OTHERS])
            continue
        kind, body = chance.choice(bodies)
        warn_on = START.date() + timedelta(chance.randrange(DAYS))
        due_on: date = warn_on + timedelta(chance.randrange(8))
        lit_matter(one, warn_on=warn_on, due_on=due_on, kind=kind, body=body)
    sweep(now=START)
