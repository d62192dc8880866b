"""How fast the public form is taken in, against a bare Django view on the same server in the same minutes."""

import statistics
from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opinions.intake.models import Opinion
from opinions.matters.models import Matter, Reporter
from tests.bench.figures.residents import Residents
from tests.bench.floor.models import Sent, Step
from tests.bench.load import Round, fire, quantile
from tests.bench.stage import CONCURRENCY
from tests.bench.table import Figure, at_least, at_most, equal

PAIRS = 24
"""Rounds of either kind, one of each in turn: what else the machine does falls on both."""
EACH = 48
"""Requests of one round."""
WARMING = 64
LEAST_RATIO = 0.8
MOST_STATEMENTS = 12


def submission(port: int) -> Iterator[Figure]:
    """Throughput of product and floor, and what one submission asks of the database."""
    residents = Residents(port)
    before = _stored()
    _product(residents, WARMING)
    _floor(residents, WARMING)
    pairs = [_pair(residents, number) for number in range(PAIRS)]
    _check_rows(before, WARMING + PAIRS * EACH)
    ratios = sorted(product.rate / floor.rate for product, floor in pairs)
    told = f" (middle half of {PAIRS} pairs {ratios[PAIRS // 4]:.2f}–{ratios[-PAIRS // 4 - 1]:.2f})"
    yield at_least("submission ÷ floor, throughput", statistics.median(ratios), LEAST_RATIO, told=told)
    yield _speed("submission through the public form", [product for product, _floor in pairs])
    yield _speed("floor: ModelForm with 4 foreign keys, 2 rows, 1 transaction", [floor for _product, floor in pairs])
    yield from _statements(residents)


def _pair(residents: Residents, number: int) -> tuple[Round, Round]:
    """One round of each; which of them comes first changes from pair to pair."""
    if number % 2:
        floor = _floor(residents, EACH)
        return _product(residents, EACH), floor
    return _product(residents, EACH), _floor(residents, EACH)


def _product(residents: Residents, count: int) -> Round:
    return _succeeded(fire(residents.port, residents.product(count), concurrency=CONCURRENCY), "/t/")


def _floor(residents: Residents, count: int) -> Round:
    return _succeeded(fire(residents.port, residents.floor(count), concurrency=CONCURRENCY), "/floor/")


def _succeeded(found: Round, place: str) -> Round:
    """Every answer was a success, or the figure would be worth nothing."""
    for answer in found.answers:
        if answer.status != 302 or not answer.headers.get("location", "").startswith(place):
            raise AssertionError(f"{answer.status} {answer.headers.get('location')}\n{answer.body.decode()[:3000]}")
    return found


def _stored() -> tuple[int, ...]:
    """How many rows of each kind there are."""
    return tuple(model._default_manager.count() for model in (Matter, Opinion, Reporter, Sent, Step))


def _check_rows(before: tuple[int, ...], sent: int) -> None:
    new = tuple(now - then for now, then in zip(_stored(), before, strict=True))
    if set(new) != {sent}:
        raise AssertionError(f"{sent} forms of either kind were sent, but there are {new} new rows")


def _speed(what: str, rounds: list[Round]) -> Figure:
    times = [answer.seconds * 1000 for one in rounds for answer in one.answers]
    rate = statistics.median(one.rate for one in rounds)
    return Figure(what, f"{rate:.0f}/s, p50 {quantile(times, 0.5):.0f} ms, p95 {quantile(times, 0.95):.0f} ms")


def _statements(residents: Residents) -> Iterator[Figure]:
    """One submission through all middleware, once the copies of reference data are warm."""
    client = Client()
    for _time in range(2):
        form = residents.fill()
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(f"/d/{form.deputy.code}/", form.for_product, headers={"x-forwarded-for": form.address})
        if answer.status_code != 302:
            raise AssertionError(answer.content.decode()[:3000])
    written = [query["sql"] for query in queries.captured_queries]
    yield at_most("statements of a submission, BEGIN and COMMIT included", len(written), MOST_STATEMENTS)
    yield equal("commits of a submission", sum(sql.startswith("COMMIT") for sql in written), 1)
