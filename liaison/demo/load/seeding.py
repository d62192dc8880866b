"""Filling the database with a load of invented matters."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from deputies.organisations.models import Organisation
from liaison.base.stamps import reading
from liaison.demo.load.rows import Keys, Rows
from liaison.demo.load.story import Courses
from liaison.demo.load.world import World
from liaison.demo.load.writing import bulk_loading, reserve
from opinions.handling.models import Assignment, Reply
from opinions.matters.models import Matter, Reporter

BATCH = 5_000
"""Matters whose rows are held at a time."""
OPEN_SHARE = 0.3
Progress = Callable[[int, int], None]


def _unwatched(done: int, total: int) -> None:
    """Progress that nobody waits for."""


def seed(
    count: int, *, district: Organisation, now: datetime, seed: int = 1, open_share: float = OPEN_SHARE,
    progress: Progress = _unwatched,
) -> range:  # fmt: skip
    """Add `count` invented matters of the district, with all that stands around them; returns their keys.

    `open_share` of them are open at `now`; the others were raised over three years. The same `seed` in the same
    district at the same time tells the same; codes come from the keys, so that any number of loads stand side by side.
    Chains of the ledger hold; nobody is told of anything.
    """
    keys = Keys(reserve(Matter, count), reserve(Reporter, count), reserve(Assignment, 2 * count), reserve(Reply, count))
    world = World(district, now)
    courses, rows = Courses(world, seed, open_share), Rows(world, keys, count)
    with reading(), bulk_loading(rows.tables, count):
        for first in range(0, count, BATCH):
            until = min(first + BATCH, count)
            for number in range(first, until):
                rows.tell(courses.draw(keys.matter + number))
            with transaction.atomic():
                for table in rows.tables:
                    table.flush()
            progress(until, count)
    return range(keys.matter, keys.matter + count)
