"""What an imported list costs: a million running limits computed anew, beside plain SQL that writes the same rows.

`BENCH_CALENDAR_ROWS` sets the number of limits. They began on the last working days of an invented year, one a matter.
"""

import json
import math
import os
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psutil
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from liaison.base.workdays.official_list import OfficialList
from liaison.base.workdays.queries import current_calendar
from liaison.base.workdays.services import save_list
from liaison.demo.build import district
from liaison.demo.cast import Cast
from opinions.catalog.models import SourceChannel
from opinions.clocks.models import Clock
from opinions.clocks.services import follow_calendar
from opinions.clocks.services.recompute import BATCH
from opinions.clocks.sums import Sum
from opinions.intake.services.submission import Entry, submit
from opinions.matters.models import Matter
from tests.bench.measuring import spent
from tests.bench.stage import GO_ON
from tests.bench.table import Figure, at_most

ROWS = int(os.environ.get("BENCH_CALENDAR_ROWS", "1000000"))
YEAR = 2031
MOST_SECONDS, MOST_IDLE, MOST_MEMORY, MOST_STATEMENTS = 60, 1_000, 20, 8
LIMITS = ((7, "working_days"), (15, "working_days"), (20, "calendar_days"), (3, "months"))
STARTS = [date(YEAR, 5, day) for day in range(5, 17)]
Listed = tuple[date, bool, str]

_MATTERS = """INSERT INTO opinions_matter (id, code, due_clock, due_on, warn_on, {columns})
    SELECT source.id + copy.number, 'C' || copy.number, 'reply', terms.due_on, terms.warn_on, {values}
    FROM generate_series(1, {rows}) AS copy (number) JOIN opinions_matter AS source ON source.id = {seed}
    JOIN terms ON terms.number = copy.number % {terms}"""
_CLOCKS = """INSERT INTO opinions_clock (matter_id, kind, amount, unit, started_on, warn_on, due_on, next_on, extended,
    provisional, pauses, outcome, explanation)
    SELECT matter.id, 'reply', terms.amount, terms.unit, terms.started_on, terms.warn_on, terms.due_on, terms.warn_on,
    false, terms.provisional, '[]', '', terms.explanation
    FROM opinions_matter AS matter JOIN terms ON terms.number = (matter.id - {seed}) % {terms}
    WHERE matter.id > {seed}"""
_RAW = (
    "UPDATE opinions_clock SET due_on = due_on + 1, warn_on = warn_on + 1, next_on = warn_on + 1,"
    " explanation = explanation || '[]' WHERE matter_id IN (SELECT id FROM opinions_matter WHERE code LIKE 'C%%')",
    "UPDATE opinions_matter SET due_on = due_on + 1, warn_on = warn_on + 1 WHERE code LIKE 'C%%'",
    """INSERT INTO base_event (chain, seq, verb, source, target, reason, data, audience, actor, at, previous, digest)
    SELECT 'matter:' || id, 1, 'recompute', '', '', '', '{"moved": [{"clock": "reply", "from": "2031-05-12",
    "to": "2031-05-13"}]}', 'internal', '', now(), '', repeat('0', 64) FROM opinions_matter WHERE code LIKE 'C%%'""",
)


def calendar(_port: int) -> Iterator[Figure]:
    """The year's list becomes known; a list moves most limits; a list concerns none of them; nothing was imported."""
    _seed()
    raw = _raw()
    before = psutil.Process().memory_info().rss
    told = f"{ROWS} limits"
    seconds, moved = _imported([(date(YEAR, 10, 1), True, "国庆节")])
    yield _seconds(f"{told}, their year's list becomes known, {moved} matters moved", seconds, raw)
    numbers = count()
    with patch.object(CursorWrapper, "execute", _counting(numbers)):
        seconds, moved = _imported([(date(YEAR, 5, 20), True, "示例节"), (date(YEAR, 10, 1), True, "国庆节")])
    yield _seconds(f"{told}, a holiday within their spans, {moved} matters moved", seconds, raw)
    statements = next(numbers) / math.ceil(ROWS / BATCH)
    yield at_most(f"statements for a batch of {BATCH}", round(statements, 1), MOST_STATEMENTS)
    seconds, moved = _imported([(date(YEAR + 2, 10, 1), True, "国庆节")], year=YEAR + 2)
    yield at_most(f"{told}, a list that concerns none", round(1000 * seconds), MOST_IDLE, unit=" ms")
    idle = 1000 * spent(lambda: follow_calendar(now=timezone.now()))
    yield at_most("nothing imported since", round(idle, 1), 50, unit=" ms")
    growth = (psutil.Process().memory_info().rss - before) / 1_000_000
    yield at_most("memory growth of the process", round(growth, 1), MOST_MEMORY, unit=" MB")


def _counting(numbers: "count[int]") -> Callable[..., object]:
    """What asks the database, on whichever connection, and takes a number each time."""
    execute = CursorWrapper.execute

    def asked(*parts: Any) -> object:
        next(numbers)
        return execute(*parts)

    return asked


def _seconds(what: str, seconds: float, raw: float) -> Figure:
    told = f" (raw SQL that writes every row {raw:.0f} s, ratio {seconds / raw:.1f})"
    return at_most(what, round(seconds, 1), MOST_SECONDS, unit=" s", told=told)


def _imported(days: list[Listed], *, year: int = YEAR) -> tuple[float, int]:
    """Import a list and follow it: seconds, and matters in which a limit moved."""
    save_list(by=None, official=OfficialList(year, "", tuple(days)), now=timezone.now())
    found: list[int | None] = []
    seconds = spent(lambda: found.append(follow_calendar(now=timezone.now())))
    return seconds, found[0] or 0


def _seed() -> None:
    """A matter as residents raise it, copied; each has a running limit by one of the terms."""
    cast, now = Cast(district()), timezone.now()
    street = cast.committees[0]
    entry = Entry(
        key=uuid4(), content="路灯不亮，晚上看不见路。", division=cast.communities(street)[0], street=street,
        district=district(), channel=SourceChannel.QR,
    )  # fmt: skip
    seed = submit(entry=entry, by=None, now=now).matter
    Clock.objects.filter(matter=seed).delete()
    follow_calendar(now=now)
    own = ("id", "code", "due_clock", "due_on", "warn_on")
    columns = [str(field.column) for field in Matter._meta.concrete_fields if field.column not in own]
    rows = _terms()
    words = {
        "columns": ", ".join(columns), "values": ", ".join(f"source.{one}" for one in columns), "rows": ROWS,
        "seed": seed.pk, "terms": len(rows),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE terms (number int, amount int, unit text, started_on date, warn_on date, due_on date,"
            " provisional bool, explanation jsonb)"
        )
        cursor.executemany("INSERT INTO terms VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", rows)
        for statement in (_MATTERS, GO_ON, _CLOCKS, "VACUUM ANALYZE opinions_clock, opinions_matter"):
            cursor.execute(statement.format(**words))


def _terms() -> list[tuple[Any, ...]]:
    """Every limit from every start, as the product itself adds it up."""
    rows: list[tuple[Any, ...]] = []
    for start in STARTS:
        for amount, unit in LIMITS:
            made = Sum(current_calendar(), start)
            made.add(amount, unit)
            days = (start, made.warn_on(1), made.due_on)
            rows.append((len(rows), amount, unit, *days, made.provisional, json.dumps(made.parts)))
    return rows


def _raw() -> float:
    """Seconds of plain SQL that moves every limit and writes an event for each; taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        seconds = spent(lambda: [cursor.execute(sql) for sql in _RAW])
        transaction.set_rollback(True)
    return seconds
