"""Similar opinions: how good search and grouping are on invented incidents, and how quick search is among a million.

`BENCH_SIMILAR` names a labelled file (columns group, title, text) that is measured as well; `BENCH_SIMILAR_ROWS` sets
the number of opinions among which is searched, 0 leaves that part out.
"""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.base.imports import read_table
from liaison.demo.build import district
from liaison.demo.cast import Cast
from opinions.catalog.models import SourceChannel
from opinions.intake.services.submission import Entry, submit
from opinions.matters.models import Matter
from opinions.similar.evaluating import measured
from opinions.similar.models import Likeness
from opinions.similar.queries import alike_to_text, count_like, known
from opinions.similar.services import index_matters, learn
from tests.bench.load import quantile
from tests.bench.stage import GO_ON
from tests.bench.table import Figure, at_least, at_most
from tests.factories.similar import INCIDENTS, invented

LEAST_TOP1, LEAST_F1 = 0.99, 0.93
MOST_SEARCH, MOST_COUNT = 20, 5
ROWS = int(os.environ.get("BENCH_SIMILAR_ROWS", "1000000"))
LABELLED = os.environ.get("BENCH_SIMILAR", "")
SEEDS, SEARCHES = 2_000, 200
SPREAD_OVER = 3_000
"""Days over which the opinions are spread."""


_STATEMENTS = (
    """CREATE TEMP TABLE copy AS SELECT number AS copied, (SELECT max(id) FROM opinions_matter) + number AS id,
       number % {seeds} AS seed, current_date - (number::bigint * 7919 % {days})::int AS day
       FROM generate_series(1, {rows}) AS number""",
    """INSERT INTO opinions_matter (id, code, opened_at, {columns}) SELECT copy.id, 'B' || copied, copy.day, {same}
       FROM copy JOIN seed ON seed.number = copy.seed JOIN opinions_matter AS source ON source.id = seed.id""",
    """INSERT INTO opinions_likeness (matter_id, portrait, keys, fingerprint, version, raised_on, made_at, tied_at)
       SELECT copy.id, portrait, keys, fingerprint, version, copy.day, made_at, made_at
       FROM copy JOIN seed ON seed.number = copy.seed JOIN opinions_likeness AS source ON source.matter_id = seed.id""",
    "ALTER TABLE opinions_posting DROP CONSTRAINT opinions_posting_pkey",
    """INSERT INTO opinions_posting (key, raised_on, matter_id) SELECT DISTINCT
       CASE WHEN position < 10 THEN key ELSE ((key::bigint * 31 + copied::bigint * 7919) % 2147483647)::int END,
       copy.day, copy.id
       FROM copy JOIN seed_key ON seed_key.number = copy.seed""",
    "ALTER TABLE opinions_posting ADD PRIMARY KEY (key, raised_on, matter_id)",
    GO_ON,
    "ANALYZE opinions_posting",
    "ANALYZE opinions_likeness",
    "ANALYZE opinions_matter",
)


def similar(_port: int) -> Iterator[Figure]:
    """Goodness on the invented incidents and on the file that is named; then search among many."""
    yield from _goodness("invented incidents", INCIDENTS)
    if LABELLED:
        yield from _goodness(Path(LABELLED).name, Path(LABELLED))
    if ROWS:
        yield from _speed()


def _goodness(what: str, file: Path) -> Iterator[Figure]:
    figures = measured(read_table(file.read_bytes(), name=file.name))
    if figures.top1 is not None:
        yield at_least(f"{what}: right one on top", round(figures.top1, 3), LEAST_TOP1, told=f" of {figures.messages}")
    told = f" (precision {figures.precision:.3f}, recall {figures.recall:.3f})"
    yield at_least(f"{what}: pairwise F1", round(figures.f1, 3), LEAST_F1, told=told)


def _speed() -> Iterator[Figure]:
    """Search among so many opinions: the texts of the seeds, each with rare pairs of its own."""
    _seed()
    _multiply()
    texts = [invented(number) for number in range(SEEDS, SEEDS + SEARCHES)]
    known()
    with CaptureQueriesContext(connection) as queries:
        alike_to_text(texts[0])
    yield at_most("statements of one search", len(queries), 2)
    searches = [_spent(lambda text=text: alike_to_text(text)) for text in texts]
    counts = [
        _spent(lambda text=text: count_like(text=text, since=timezone.now() - timedelta(days=30))) for text in texts
    ]
    for what, times, most in (("search", searches, MOST_SEARCH), ("count of a rule", counts, MOST_COUNT)):
        told = f" (p95 {quantile(times, 0.95):.1f})"
        yield at_most(f"{what} among {ROWS} opinions, p50", round(quantile(times, 0.5), 1), most, unit=" ms", told=told)


def _spent(ask: object) -> float:
    begin = time.perf_counter()
    ask()  # type: ignore[operator]
    return 1000 * (time.perf_counter() - begin)


def _seed() -> None:
    """Opinions as residents raise them, indexed by the product itself."""
    cast, now = Cast(district()), timezone.now()
    street = cast.committees[0]
    places = cast.communities(street)
    taken = []
    for number in range(SEEDS):
        entry = Entry(
            key=uuid4(), content=invented(number), division=places[number % len(places)], street=street,
            district=district(), channel=SourceChannel.QR,
        )  # fmt: skip
        taken.append(submit(entry=entry, by=None, now=now).matter.pk)
    learn(now=now)
    index_matters(matter_ids=taken, now=now)


def _multiply() -> None:
    """Copies of the seeds, a statement a table; of each copy only the first keys are those of its seed."""
    seeds = list(Likeness.objects.order_by("pk").values_list("pk", "keys"))
    rows = [
        (number, key, position)
        for number, (_pk, keys) in enumerate(seeds)
        for position, key in enumerate(np.frombuffer(bytes(keys), dtype="<i4").tolist())
    ]
    columns = [
        str(field.column) for field in Matter._meta.concrete_fields if field.column not in ("id", "code", "opened_at")
    ]
    same = ", ".join("''" if column == "search_text" else f"source.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE seed AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS number"
            " FROM opinions_matter WHERE id = ANY(%s)",
            [[pk for pk, _keys in seeds]],
        )
        cursor.execute("CREATE TEMP TABLE seed_key (number int, key int, position int)")
        cursor.execute(
            "INSERT INTO seed_key SELECT * FROM unnest(%s::int[], %s::int[], %s::int[])",
            list(map(list, zip(*rows, strict=True))),
        )
        for statement in _STATEMENTS:
            cursor.execute(
                statement.format(columns=", ".join(columns), same=same, rows=ROWS, seeds=len(seeds), days=SPREAD_OVER)
            )
