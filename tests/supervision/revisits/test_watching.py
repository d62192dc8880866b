"""Ratings that stand out, with the evidence: who guards them, what is asked of the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deputies.accounts.services import note_sign_in
from opinions.evaluation.models import Rating
from opinions.evaluation.services import Word
from supervision.revisits.rules import AnomalyKind
from supervision.revisits.services import look_at
from supervision.revisits.watching import watched
from tests.factories.matters import NOW, HandlingWorld, later
from tests.supervision.revisits.world import rated

pytestmark = pytest.mark.django_db


def kinds(world: HandlingWorld, reader: str = "secretary") -> list[AnomalyKind]:
    return [one.anomaly.kind for one in watched(getattr(world, reader), days=30, now=later(1))]


def test_ordinary_ratings_stand_out_in_nothing(world: HandlingWorld) -> None:
    for number in range(3):
        rated(world, client_hash=f"h{number}", seconds=3600 * (number + 1))
    assert kinds(world) == []


def test_rating_from_the_handlers_address_is_shown(world: HandlingWorld) -> None:
    matter = rated(world, client_hash="office")
    note_sign_in(user=world.other_handler, client_hash="office", now=NOW)
    assert kinds(world) == []
    note_sign_in(user=world.handler, client_hash="office", now=NOW)
    (found,) = watched(world.secretary, days=30, now=later(1))
    assert (found.anomaly.kind, found.who) == (AnomalyKind.OWN, world.department.name)
    assert [row.code for row in found.evidence] == [matter.code]


def test_all_kinds_are_found_and_the_looked_at_stand_last(world: HandlingWorld) -> None:
    note_sign_in(user=world.head, client_hash="h", now=NOW)
    word = Word(satisfaction="satisfied", solved="yes", comment="办得又快又好")
    for number in range(3):
        rated(world, word, client_hash="h", seconds=number)
    found = kinds(world)
    assert set(found) == set(AnomalyKind)
    first = watched(world.secretary, days=30, now=later(1))[0]
    look_at(key=first.anomaly.key, note="同一天集中回访", by=world.secretary, now=later(1))
    shown = watched(world.staff, days=30, now=later(1))
    assert shown[-1].look is not None
    assert [one.look for one in shown[:-1]] == [None] * (len(AnomalyKind) - 1)
    assert all(one.look is None for one in watched(world.district_staff, days=30, now=later(1)))


@pytest.mark.parametrize(
    ("reader", "count"),
    [("secretary", 1), ("district_staff", 1), ("leader", 1), ("other_staff", 0), ("head", 0), ("deputy_user", 0)],
)
def test_only_the_supervising_side_sees_them(world: HandlingWorld, reader: str, count: int) -> None:
    rated(world, seconds=5)
    assert len(kinds(world, reader)) == count


def test_old_ratings_are_left_out(world: HandlingWorld) -> None:
    rated(world, seconds=5)
    assert watched(world.secretary, days=7, now=later(8)) == []


def test_many_ratings_ask_no_more_than_few(world: HandlingWorld) -> None:
    def asked() -> int:
        kinds(world)
        with CaptureQueriesContext(connection) as queries:
            kinds(world)
        return len(queries)

    matter = rated(world, client_hash="h", seconds=5)
    few = asked()
    (rating,) = Rating.objects.all()
    rows = [
        Rating(
            matter=matter, reporter=rating.reporter, reply=rating.reply, round=number, satisfaction="satisfied",
            solved="yes", client_hash="h", at=rating.at,
        )
        for number in range(2, 32)
    ]  # fmt: skip
    Rating.objects.bulk_create(rows)
    assert asked() == few <= 6
