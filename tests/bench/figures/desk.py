"""What the desk costs: statements at 1 and at 30 rows, and how long a clerk waits."""

from collections.abc import Iterator
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.demo.build import district
from liaison.demo.cast import Cast
from opinions.intake.services.submission import Entry, submit
from opinions.matters.models import Matter
from tests.bench.figures.residents import Residents
from tests.bench.load import quantile
from tests.bench.measuring import Reader
from tests.bench.table import Figure, at_most
from tests.factories.desk import crowd

MOST_OF_LIST, MOST_OF_MATTER = 8, 12
ROWS = 30
LIST = "/desk/?queue=all"
LOOKS = 60
"""Requests over which the waiting time is taken, one after another."""


def desk(port: int) -> Iterator[Figure]:
    """The list of a street's clerk and the page of a matter."""
    residents = Residents(port)
    clerk, busy = _clerk(residents.spared), _clerk(residents.committee)
    body, now = Cast(district()).department("CG"), timezone.now()
    matter = _raise(residents, 1)
    path = f"/desk/matters/{matter.code}/"
    crowd(matter, count=1, body=body, by=clerk, now=now)
    list_of_one, page_of_one = _statements(clerk, LIST), _statements(clerk, path)
    _raise(residents, ROWS - 1)
    crowd(matter, count=ROWS - 1, body=body, by=clerk, now=now)
    yield from _constant("desk list", list_of_one, _statements(clerk, LIST), MOST_OF_LIST)
    yield from _constant("matter page", page_of_one, _statements(clerk, path), MOST_OF_MATTER)
    held = Matter.objects.visible_to(busy).count()
    yield _waiting(port, f"desk list of a street with {held} matters", busy, LIST)
    yield _waiting(port, f"matter page with {ROWS} rows of everything", clerk, path)


def _clerk(committee: Organisation) -> User:
    return User.objects.get(organisation=committee, role=Role.STREET_STAFF)


def _raise(residents: Residents, count: int) -> Matter:
    """Raise so many opinions in the street where nobody else raises any; returns the last."""
    committee = residents.spared
    place = Cast(district()).communities(committee)[0]
    for _n in range(count):
        form = residents.fill()
        entry = Entry(
            key=uuid4(), content=form.text, division=place, street=committee, district=district(),
            category=form.category, place=place.name, name="李阿姨", phone=form.common["phone"],
        )  # fmt: skip
        receipt = submit(entry=entry, by=None, now=timezone.now())
    return receipt.matter


def _statements(user: User, path: str) -> int:
    """What the page asks of the database once the session and the copies of reference data are warm."""
    client = Client()
    client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status_code}")
    return len(queries)


def _constant(what: str, of_one: int, of_many: int, most: int) -> Iterator[Figure]:
    yield at_most(f"statements of the {what}, {ROWS} rows", of_many, most)
    yield at_most(f"statements of the {what}, {ROWS} rows more than 1 row", of_many - of_one, 0)


def _waiting(port: int, what: str, user: User, path: str) -> Figure:
    """How long one clerk waits for the page, one look after another."""
    times = [answer.seconds * 1000 for answer in Reader(port, user).answers(path, LOOKS)[LOOKS // 6 :]]
    return Figure(what, f"p50 {quantile(times, 0.5):.0f} ms, p95 {quantile(times, 0.95):.0f} ms")
