"""The monthly report of a district with a million matters: figures, papers, memory, and the public page from cache."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import psutil
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from liaison.demo.build import district
from liaison.demo.load.seeding import seed
from opinions.matters.models import Matter
from supervision.dashboards import services as rollups
from supervision.dashboards.models import Fact
from supervision.reports import services
from supervision.reports.models import Level, MonthlyReport
from supervision.reports.papers import FORMS, Paper, made
from supervision.reports.queries import compose
from tests.bench.load import ask, fire, quantile
from tests.bench.measuring import Statements, spent
from tests.bench.table import Figure, at_most

SIZE = 1_000_000
MOST_FIGURES, MOST_PAPER = 1.0, 5.0
"""Seconds."""
MOST_MEMORY = 30
"""MB that the second report and its papers need more than the first, which loads the libraries."""
MOST_PUBLIC_MS = 10
LOOKS = 30


def report(port: int, *, size: int = SIZE) -> Iterator[Figure]:
    """Seeds what is missing to a million matters, drafts last month's reports and measures them."""
    missing = size - Matter.objects.count()
    if missing > 0:
        seed(missing, district=district(), now=timezone.now())
    rollups.catch_up(now=timezone.now())
    now = timezone.now()
    month = services.last_month(now)
    drafting = spent(lambda: services.draft_month(month=month, now=now))
    yield Figure("reports of a month drafted", f"{MonthlyReport.objects.filter(month=month).count()}, {drafting:.1f} s")
    for level in Level:
        found = MonthlyReport.objects.filter(month=month, level=level).order_by("pk").first()
        if found is not None:
            yield from _figures(found, Fact.objects.count())
    yield from _papers(MonthlyReport.objects.get(month=month, level=Level.DISTRICT))
    yield from _public(port)


def _figures(found: MonthlyReport, matters: int) -> Iterator[Figure]:
    asked = Statements()
    with connection.execute_wrapper(asked):
        seconds = min(spent(lambda: compose(found, now=timezone.now())) for _n in range(3))
    what = f"figures of a {found.level}'s month, {matters} matters, {asked.seen // 3} statements"
    yield at_most(what, round(seconds, 2), MOST_FIGURES, unit=" s")


def _papers(found: MonthlyReport) -> Iterator[Figure]:
    content = compose(found, now=timezone.now())
    for form in FORMS:
        seconds = spent(partial(made, Paper(content), form))
        yield at_most(f"as {form.upper()}", round(seconds, 2), MOST_PAPER, unit=" s")
    process = psutil.Process()
    before = process.memory_info().rss
    content = compose(found, now=timezone.now())
    held: list[Any] = [made(Paper(content), form) for form in FORMS]
    grown = (process.memory_info().rss - before) / 1024**2
    yield at_most(f"memory of one more report with {len(held)} papers", round(grown), MOST_MEMORY, unit=" MB")


def _public(port: int) -> Iterator[Figure]:
    """As anybody gets it, without an account."""
    wanted = [ask("GET", f"http://127.0.0.1:{port}/stats/", {"Accept-Language": "zh-CN"})]
    cache.clear()
    first = fire(port, wanted, concurrency=1).answers[0].seconds
    yield Figure("public statistics, counted anew", f"{first * 1000:.0f} ms")
    times = [look.seconds * 1000 for look in fire(port, wanted * LOOKS, concurrency=1).answers]
    yield at_most(
        "public statistics from cache", round(quantile(times, 0.5), 1), MOST_PUBLIC_MS, unit=" ms",
        told=f", p95 {quantile(times, 0.95):.0f}",
    )  # fmt: skip
