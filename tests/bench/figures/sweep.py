"""The sweep: so many of a million open matters turn red at once, beside plain SQL that writes the same rows.

`BENCH_SWEEP_ROWS` sets the number of matters, `BENCH_SWEEP_RED` how many turn red (a twentieth). The same number of
others turn red by plain SQL: it updates the limits and inserts events, firings and alerts, as many as the sweep does.
"""

import math
import os
from collections.abc import Iterator
from datetime import timedelta

import psutil
from django.db import connection, transaction
from django.utils import timezone

from liaison.base.audit.models import Event
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.hours import Hours, allowed
from liaison.base.workdays.queries import current_calendar
from liaison.demo.build import district
from liaison.demo.load.seeding import seed
from opinions.clocks.models import Clock
from opinions.matters.models import Matter
from supervision.cases.services import sweep
from supervision.escalation.models import Alert, Digest, Firing, Rung
from supervision.escalation.services import fire_due, load_default_ladder
from supervision.escalation.services.firing import BATCH
from tests.bench.measuring import Statements, spent
from tests.bench.table import Figure, at_least, at_most, equal

ROWS = int(os.environ.get("BENCH_SWEEP_ROWS", "1000000"))
RED = int(os.environ.get("BENCH_SWEEP_RED", str(ROWS // 20)))
ONCE = 9
"""Statements of a pass besides its batches: what is due, calendar, ladder, people; and the look that finds nothing."""
MOST_TIMES, MOST_STATEMENTS, MOST_IDLE, MOST_MEMORY = 3, 6, 50, 20

_CHOSEN = """CREATE TEMP TABLE chosen AS
    SELECT clock.id, clock.matter_id, row_number() OVER (ORDER BY clock.id) AS number
    FROM (SELECT min(id) AS id, matter_id FROM opinions_clock
    WHERE stopped_at IS NULL AND paused_on IS NULL AND kind NOT IN ('rate', 'supply', 'return')
    GROUP BY matter_id ORDER BY matter_id LIMIT {most}) AS clock"""
_TURN = """UPDATE opinions_clock AS clock SET started_on = %(red)s - 20, warn_on = %(red)s - 3, due_on = %(red)s - 1,
    next_on = %(red)s FROM chosen WHERE chosen.id = clock.id"""
_TOLD_YELLOW = """INSERT INTO supervision_firing
    (clock_id, matter_id, rung_id, due_on, day, trigger, acts, fired_at, done)
    SELECT chosen.id, chosen.matter_id, rung.id, %(red)s - 1, %(red)s - 3, 'yellow', false, now(), ''
    FROM chosen, supervision_rung AS rung WHERE rung.trigger = 'yellow'"""
_RAW = (
    """UPDATE opinions_clock AS clock SET next_on = %(red)s + 2 FROM chosen
    WHERE chosen.id = clock.id AND chosen.number > {red}""",
    """INSERT INTO supervision_firing (clock_id, matter_id, rung_id, due_on, day, trigger, acts, fired_at, done)
    SELECT id, matter_id, %(rung)s, %(red)s - 1, %(red)s, 'red', true, now(), '' FROM chosen WHERE number > {red}""",
    """INSERT INTO base_event (chain, seq, verb, source, target, reason, data, audience, actor, at, previous, digest)
    SELECT 'matter:' || matter_id, 10000, 'light', '', '', '', '{{"body": "红灯，街道主任督办", "clock": "reply",
    "light": "red", "due": "2026-11-20", "day": "2026-11-21"}}', 'internal', '', now(), repeat('0', 64), repeat('0', 64)
    FROM chosen WHERE number > {red}""",
    """INSERT INTO supervision_alert (firing_id, person_id, due_at)
    SELECT firing.id, person.id, now() FROM supervision_firing AS firing JOIN chosen ON chosen.id = firing.clock_id,
    LATERAL (SELECT id FROM deputies_user ORDER BY id LIMIT {people}) AS person
    WHERE firing.trigger = 'red' AND chosen.number > {red}""",
)


def sweep_figures(_port: int) -> Iterator[Figure]:
    """Many turn red at once; then nothing is due."""
    now = timezone.now()
    _seed()
    before, alerts, events = Firing.objects.count(), Alert.objects.count(), Event.objects.count()
    counter, held = Statements(), psutil.Process().memory_info().rss
    with connection.execute_wrapper(counter):
        seconds = spent(lambda: fire_due(now=now + timedelta(days=1)))
    fired = Firing.objects.count() - before
    yield at_least("rungs fired", fired, RED)
    yield equal("events in the histories", Event.objects.count() - events, fired)
    growth = (psutil.Process().memory_info().rss - held) / 1_000_000
    yield at_most("memory growth", round(growth, 1), MOST_MEMORY, unit=" MB")
    batches = math.ceil(RED / BATCH)
    yield at_most(f"statements for a batch of {BATCH}", round((counter.seen - ONCE) / batches, 1), MOST_STATEMENTS)
    told = Alert.objects.count() - alerts
    yield Figure("alerts waiting for their people", str(told))
    raw = _raw(told // max(fired, 1))
    yield at_most(
        f"{RED} of {ROWS} turn red, times raw SQL", round(seconds / raw, 2), MOST_TIMES,
        told=f" ({seconds:.1f} s, raw {raw:.1f} s)",
    )  # fmt: skip
    morning = allowed(current_calendar(), now + timedelta(days=8), Hours())
    whole = spent(lambda: sweep(now=morning))
    yield Figure("the whole sweep a week later, telling everybody", f"{whole:.1f} s, {Digest.objects.count()} digests")
    idle = min(spent(lambda: fire_due(now=morning)) for _n in range(5))
    yield at_most("nothing to fire", round(1000 * idle, 1), MOST_IDLE, unit=" ms")
    idle = min(spent(lambda: sweep(now=morning)) for _n in range(5))
    yield at_most("nothing to do in the whole sweep", round(1000 * idle, 1), MOST_IDLE, unit=" ms")


def _seed() -> None:
    """Open matters; of some the limit runs out today, and their yellow light was told before."""
    load_default_ladder(district=district(), by=None, now=timezone.now())
    missing = ROWS - Matter.objects.count()
    if missing > 0:
        seed(missing, district=district(), now=timezone.now(), open_share=1.0)
    Clock.objects.filter(next_on__isnull=False).update(next_on=None)
    red = local_today(timezone.now()) + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN.format(most=2 * RED))
        cursor.execute(_TURN, {"red": red})
        cursor.execute(_TOLD_YELLOW, {"red": red})
        cursor.execute("UPDATE opinions_clock SET next_on = NULL FROM chosen"
                       " WHERE chosen.id = opinions_clock.id AND number > %s", [RED])  # fmt: skip
        cursor.execute("UPDATE opinions_clock SET next_on = NULL WHERE next_on < %s", [red])
        for table in ("opinions_clock", "opinions_matter", "base_event", "supervision_firing", "supervision_alert"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _raw(people: int) -> float:
    """Seconds that plain SQL takes to write as many rows, in one transaction."""
    red = local_today(timezone.now()) + timedelta(days=1)
    rung = Rung.objects.filter(trigger="red").order_by("after").values_list("pk", flat=True).first()
    statements = [statement.format(red=RED, people=people) for statement in _RAW]
    with transaction.atomic(), connection.cursor() as cursor:
        return spent(lambda: [cursor.execute(statement, {"red": red, "rung": rung}) for statement in statements])
