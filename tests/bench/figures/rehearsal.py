"""Rehearsal: how long a version takes over a year of opinions, and in how much memory; and one decision.

`BENCH_REHEARSAL_ROWS` sets the number of opinions, for a quick run.
"""

import os
import resource
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deputies.organisations.models import Organisation
from liaison.base.jobs.kinds import Progress
from liaison.base.workdays.arithmetic import local_today
from liaison.demo.build import district
from liaison.demo.cast import Cast
from opinions.catalog.models import Category, SourceChannel, Tier
from opinions.intake.services.submission import Entry, submit
from opinions.matters.models import Matter
from opinions.rehearsal.models import Against, Rehearsal
from opinions.rehearsal.services import Request, begin, perform
from opinions.routing.conditions import CategoryIn, Group, Keywords, Mode
from opinions.routing.models import Resolver, RuleSet
from opinions.routing.queries import active_set, raised_of
from opinions.routing.services import RuleDraft, activate, copy_rule_set, plan, save_rule
from tests.bench.load import quantile
from tests.bench.stage import GO_ON
from tests.bench.table import Figure, at_most, equal
from tests.factories.similar import invented

ROWS = int(os.environ.get("BENCH_REHEARSAL_ROWS", "200000"))
RULES, DAYS, SEEDS, DECISIONS = 100, 365, 500, 300
MOST_SECONDS, MOST_GROWTH, MOST_DECISION = 60, 40, 5
FLAT = 8
"""Megabytes of Python objects between a quarter of the way and the end."""

_MATTERS = """
INSERT INTO opinions_matter (id, code, opened_at, {columns})
SELECT copied.id, 'R' || copied.id, now() - ((copied.id * 7919) % {days}) * interval '1 day', {same}
FROM (SELECT {last} + n AS id, ({last} + n) % {seeds} AS seed FROM generate_series(1, {rows}) n)
AS copied JOIN seed ON seed.number = copied.seed JOIN opinions_matter AS source ON source.id = seed.id
"""
_OPINIONS = """
INSERT INTO opinions_opinion (matter_id, submission_key, source_number, {columns})
SELECT matter.id, gen_random_uuid(), '', {same}
FROM opinions_matter AS matter JOIN seed ON seed.number = matter.id % {seeds}
JOIN opinions_opinion AS source ON source.matter_id = seed.id
WHERE matter.code LIKE 'R%%' AND matter.id > {last}
"""


def _unwatched(done: int, total: int) -> None:
    """Progress that nobody waits for."""


def rehearsal(_port: int) -> Iterator[Figure]:
    """A draft of a hundred rules against the hundred in force, and against itself."""
    now = timezone.now()
    congress = district()
    _opinions(congress)
    in_force = _hundred(congress, shift=0)
    activate(rule_set=in_force, by=None, now=now)
    yield from _one_decision()
    draft = _hundred(congress, shift=7)
    yield from _replayed(draft)
    again = _perform(in_force, in_force)
    yield equal("differences of the version in force against itself", again.summary["changed"], 0)


def _replayed(draft: RuleSet) -> Iterator[Figure]:
    held = [_resident()]
    began, worked = time.perf_counter(), time.process_time()
    made = _perform(draft, None, lambda _done, _total: held.append(_resident()))
    seconds, grown = time.perf_counter() - began, max(held) - held[0]
    told = f" ({made.summary['total']} opinions, {made.summary['changed']} differ, {RULES} rules"
    told += f"; {time.process_time() - worked:.1f} s of one core)"
    share = ROWS / 200_000
    yield at_most("rehearsal", round(seconds, 1), max(5, MOST_SECONDS * share), unit=" s", told=told)
    yield at_most("growth of the process at its peak", round(grown), MOST_GROWTH, unit=" MB")
    yield at_most("Python objects, from a quarter of the way to the end", _creep(draft), FLAT, unit=" MB")


def _creep(draft: RuleSet) -> float:
    """How much more is held at the end than at a quarter of the way, over a tenth of the opinions in small batches."""
    until = local_today(timezone.now())
    made = begin(
        request=Request(rule_set=draft, since=until - timedelta(days=DAYS // 10), until=until), by=None,
        now=timezone.now(),
    )  # fmt: skip
    held: list[int] = []
    tracemalloc.start()
    try:
        perform(
            rehearsal=made, progress=lambda _done, _total: held.append(tracemalloc.get_traced_memory()[0]), batch=500
        )
    finally:
        tracemalloc.stop()
    return round((held[-1] - held[len(held) // 4]) / 1e6, 1)


def _perform(draft: RuleSet, other: RuleSet | None, progress: Progress = _unwatched) -> Rehearsal:
    until = local_today(timezone.now())
    against = Against.VERSION if other else Against.IN_FORCE
    asked = Request(rule_set=draft, since=until - timedelta(days=DAYS), until=until, against=against, other=other)
    return perform(rehearsal=begin(request=asked, by=None, now=timezone.now()), progress=progress)


def _one_decision() -> Iterator[Figure]:
    """A decision as an opinion that comes in gets it, with a hundred rules; the loading of the opinion apart."""
    matters = Matter.objects.filter(code__startswith="R").select_related("opinion", "category", "street", "district")
    raised = [raised_of(one) for one in matters.order_by("id")[:DECISIONS]]
    plan(raised[0], now=timezone.now())
    counts, times = set(), []
    worked = time.process_time()
    for one in raised:
        begin_at = time.perf_counter()
        plan(one, now=timezone.now())
        times.append(1000 * (time.perf_counter() - begin_at))
    worked = 1000 * (time.process_time() - worked) / len(raised)
    for one in raised[:50]:
        with CaptureQueriesContext(connection) as queries:
            plan(one, now=timezone.now())
        counts.add(len(queries))
    told = f" (p95 {quantile(times, 0.95):.2f}; {worked:.2f} ms of one core)"
    yield at_most("one decision, p50", round(quantile(times, 0.5), 2), MOST_DECISION, unit=" ms", told=told)
    yield equal(
        "different numbers of statements of a decision", len(counts), 1, told=f" (statements: {sorted(counts)})"
    )


def _resident() -> float:
    """The memory that this process has now, in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _hundred(congress: Organisation, *, shift: int) -> RuleSet:
    """A draft of so many rules: keywords, categories, any and none, and the last one that takes everything."""
    source = active_set(congress.pk)
    assert source is not None
    made = copy_rule_set(source=source, note="", by=None, now=timezone.now())
    made.rules.all().delete()
    codes = list(Category.objects.filter(active=True).order_by("code").values_list("code", flat=True))
    for number in range(RULES - 1):
        words = tuple(invented(number * 31 + shift)[place : place + 3] for place in range(0, 12, 3))
        groups = [
            Group(Mode.ANY, (Keywords(Mode.ANY, words), Keywords(Mode.ALL, words[:2]))),
            Group(Mode.ALL, (CategoryIn((codes[number % len(codes)], codes[(number * 7 + shift) % len(codes)])),)),
            Group(Mode.NONE, (Keywords(Mode.ANY, (f"词{number}",)),)),
        ]
        tier, resolver = ((Tier.STREET, Resolver.COMMUNITY), (Tier.DEPARTMENT, Resolver.RESPONSIBLE))[number % 2]
        _save(made, f"规则{number}", tier, resolver, groups)
    _save(made, "其余", Tier.STREET, Resolver.STREET, [])
    return made


def _save(rule_set: RuleSet, name: str, tier: Tier, resolver: Resolver, groups: list[Group]) -> None:
    draft = RuleDraft(
        name=name, tier=tier.value, resolver=resolver.value, conditions=[group.to_json() for group in groups]
    )
    save_rule(rule_set=rule_set, rule=None, draft=draft, by=None, now=timezone.now())


def _opinions(congress: Organisation) -> None:
    """Opinions as residents raise them, then copies of them, a statement a table."""
    cast, now = Cast(congress), timezone.now()
    categories = list(Category.objects.filter(active=True).order_by("code"))
    seeds = []
    for number in range(SEEDS):
        street = cast.committees[number % len(cast.committees)]
        places = cast.communities(street)
        entry = Entry(
            key=uuid4(), content=invented(number), division=places[number % len(places)], street=street,
            district=congress, channel=SourceChannel.QR, category=categories[number % len(categories)],
        )  # fmt: skip
        seeds.append(submit(entry=entry, by=None, now=now).matter.pk)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS seed_of_rehearsal (id bigint, number int)")
        cursor.execute("SELECT max(id) FROM opinions_matter")
        (last,) = cursor.fetchone()
        pairs = [[pk, number] for number, pk in enumerate(seeds)]
        cursor.executemany("INSERT INTO seed_of_rehearsal VALUES (%s, %s)", pairs)
        told = {"rows": ROWS, "seeds": SEEDS, "days": DAYS - 1, "last": last}
        matters = _columns(Matter, ("id", "code", "opened_at"), ("search_text",))
        cursor.execute(_statement(_MATTERS, told | matters))
        opinion = Matter._meta.get_field("opinion").related_model
        cursor.execute(
            _statement(_OPINIONS, told | _columns(opinion, ("matter_id", "submission_key", "source_number"), ()))
        )
        cursor.execute(GO_ON)
        cursor.execute("ANALYZE opinions_matter")
        cursor.execute("ANALYZE opinions_opinion")


def _statement(text: str, told: dict[str, object]) -> str:
    return text.replace("JOIN seed ON", "JOIN seed_of_rehearsal AS seed ON").format(**told).replace("%%", "%")


def _columns(model: object, without: tuple[str, ...], empty: tuple[str, ...]) -> dict[str, str]:
    names = [str(one.column) for one in model._meta.concrete_fields if one.column not in without]  # type: ignore[attr-defined]
    return {"columns": ", ".join(names), "same": ", ".join("''" if one in empty else f"source.{one}" for one in names)}
