"""Rated, unrated, lapsed and not asked are told apart in one place, in SQL and in Python alike."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from opinions.evaluation.models import RatingState
from opinions.evaluation.queries import in_rating_state, rating_state_of, with_rating_state
from opinions.handling.services.outcome import invite
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter, Satisfaction
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, open_matter, replied

pytestmark = pytest.mark.django_db


def test_every_matter_is_in_exactly_one_state(world: HandlingWorld) -> None:
    target = open_matter(world)
    for status, word in product(Status, ("", *Satisfaction)):
        open_matter(world, status=status, satisfaction=word, merged_into=target if status == Status.MERGED else None)
    told = dict(with_rating_state(Matter.objects.all()).values_list("pk", "rating_state"))  # type: ignore[misc]
    found = {row.pk: rating_state_of(row) for row in Matter.objects.all()}
    assert told == found
    for state in RatingState:
        rows = Matter.objects.filter(in_rating_state(state))
        assert {row.pk for row in rows} == {key for key, held in found.items() if held == state} != set()


@pytest.mark.parametrize(
    ("status", "word", "state"),
    [
        (Status.CLOSED, "satisfied", "rated"),
        (Status.CLOSED, "", "lapsed"),
        (Status.REPLIED, "", "unrated"),
        (Status.REWORK, "unsatisfied", "not_asked"),
        (Status.DECLINED, "", "not_asked"),
    ],
)
def test_silence_is_told_by_its_kind(status: Status, word: str, state: str) -> None:
    assert rating_state_of(Matter(status=status, satisfaction=word)) == state


def test_nobody_is_invited_twice_to_one_round(world: HandlingWorld) -> None:
    matter = replied(world)
    before = list(RatingInvite.objects.filter(matter=matter).values_list("pk", "token_hash"))
    for _again in range(3):
        invite(matter, now=NOW)
    assert list(RatingInvite.objects.filter(matter=matter).values_list("pk", "token_hash")) == before
    held = RatingInvite.objects.get(matter=matter)
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingInvite.objects.create(
            matter=matter, reporter=held.reporter, round=held.round, token="t", token_hash="h", created_at=NOW,
            expires_on=NOW.date(),
        )  # fmt: skip
