"""The dashboard of a district with a million matters: how long a leader waits, what following and rebuilding cost."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.utils import timezone

from deputies.accounts.models import Role, User
from liaison.base.audit.services import Fact as Said
from liaison.base.audit.services import record
from liaison.demo.build import district
from liaison.demo.load.seeding import seed
from opinions.matters.models import Matter
from opinions.matters.states import OPEN
from supervision.dashboards import cubes, services
from supervision.dashboards.models import Fact
from tests.bench.load import quantile
from tests.bench.measuring import Reader, spent
from tests.bench.table import Figure, at_most, equal

SIZE = 1_000_000
CHANGED = 1_000
MOST_MS = 300
MOST_REFRESH = 5.0
"""Seconds for following a thousand changed matters."""
MOST_REBUILD = 600.0
MOST_MB = 150
"""Memory of the process that builds, all that it has loaded included."""
ALONE = """
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "rollups", "--rebuild"])
print(open("/proc/self/status").read())
"""
LOOKS = 30
PATHS = {
    "district dashboard": "/desk/supervision/",
    "district dashboard, by department, one category": "/desk/supervision/?by=body&category={category}",
    "rows behind a number": "/desk/supervision/rows/?measure=closed",
}
LIVE = """
    SELECT street_id, status, count(*), count(*) FILTER (WHERE due_on < current_date) FROM opinions_matter
    GROUP BY street_id, status
"""
"""What the rollups spare: one plain GROUP BY over the matters."""


def dashboard(port: int, *, size: int = SIZE) -> Iterator[Figure]:
    """Seeds what is missing to a million matters, and measures over them."""
    missing = size - Matter.objects.count()
    if missing > 0:
        seed(missing, district=district(), now=timezone.now())
    begin = time.perf_counter()
    held = _rebuild()
    built = time.perf_counter() - begin
    yield at_most(f"rollups of {Fact.objects.count()} matters built", round(built, 1), MOST_REBUILD, unit=" s")
    yield at_most("memory of the process that did", round(held), MOST_MB, unit=" MB")
    sums = ", ".join(f"{model.__name__.lower()} {model._default_manager.count()}" for model in cubes.MODELS)
    yield Figure("rows of sums", sums)
    services.catch_up(now=timezone.now())
    yield from _pages(port)
    yield Figure("one live GROUP BY beside it", f"{spent(_live) * 1000:.0f} ms")
    yield from _following()
    yield equal("differences from a live GROUP BY", len(services.check()), 0)


def _rebuild() -> float:
    """Count everything anew in a process of its own, whose memory nothing else has used; the most that it held, in MB.

    It tells that itself: what the system keeps of a finished child (`ru_maxrss`) begins with what its parent held.
    """
    command = [sys.executable, "-c", ALONE]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR).stdout
    return int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0]) * 1024 / 1e6


def _live() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LIVE)
        return len(cursor.fetchall())


def _pages(port: int) -> Iterator[Figure]:
    leader = Reader(port, User.objects.get(organisation=district(), role=Role.DISTRICT_LEADER))
    category = Fact.objects.exclude(category=0).values_list("category", flat=True)[0]
    for what, path in PATHS.items():
        looks = leader.answers(path.format(category=category), LOOKS)
        times = [look.seconds * 1000 for look in looks[LOOKS // 6 :]]
        yield at_most(what, round(quantile(times, 0.5)), MOST_MS, unit=" ms", told=f", p95 {quantile(times, 0.95):.0f}")


def _following() -> Iterator[Figure]:
    """A thousand open matters get a limit that is over, each with a line in its history."""
    now = timezone.now()
    changed = list(Matter.objects.filter(status__in=OPEN, due_on__isnull=False).order_by("-pk")[:CHANGED])
    Matter.objects.filter(pk__in=[one.pk for one in changed]).update(warn_on=now.date(), due_on=now.date())
    for matter in changed:
        record(matter.chain, Said(verb="note"), by=None, now=now)
    done: list[services.Refreshed] = []
    following = spent(lambda: done.append(services.refresh(now=now)))
    yield at_most(f"{done[0].changed} changed matters followed", round(following, 2), MOST_REFRESH, unit=" s")
    yield Figure("nothing to follow", f"{spent(lambda: services.refresh(now=now)) * 1000:.0f} ms")
