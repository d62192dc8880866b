"""One-time links for rating."""

import pytest
from django.db import IntegrityError, connection, transaction

from opinions.invitations.models import RatingInvite
from opinions.invitations.queries import find_invite, invite_of
from opinions.invitations.services import invite_reporters
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, TODAY, HandlingWorld, add_reporter, open_matter


def test_everybody_gets_an_own_link_and_the_same_one_again(world: HandlingWorld) -> None:
    matter = open_matter(world)
    add_reporter(matter, phone="")
    links = invite_reporters(matter=matter, expires_on=TODAY, now=NOW)
    assert len(set(links.values())) == 2
    assert invite_reporters(matter=matter, expires_on=TODAY, now=NOW) == links
    assert RatingInvite.objects.count() == 2


def test_link_is_found_by_its_token_only(world: HandlingWorld) -> None:
    matter = open_matter(world)
    (link,) = invite_reporters(matter=matter, expires_on=TODAY, now=NOW).values()
    token = link.rstrip("/").rsplit("/", 1)[-1]
    found = find_invite(token)
    assert found is not None
    assert (found.matter, found.round) == (matter, 1)
    assert invite_of(matter, matter.reporters.get()) == found
    for wrong in ("", token[:-1], f"{token}x", "' OR 1=1", "𠮷"):
        assert find_invite(wrong) is None


def test_token_is_not_readable_in_the_table(world: HandlingWorld) -> None:
    (link,) = invite_reporters(matter=open_matter(world), expires_on=TODAY, now=NOW).values()
    token = link.rstrip("/").rsplit("/", 1)[-1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, token_hash FROM opinions_ratinginvite")
        assert token not in str(cursor.fetchall())


def test_next_round_has_new_links(world: HandlingWorld) -> None:
    matter = open_matter(world)
    first = invite_reporters(matter=matter, expires_on=TODAY, now=NOW)
    matter.round = 2
    second = invite_reporters(matter=matter, expires_on=TODAY, now=NOW)
    assert set(first.values()) & set(second.values()) == set()


def test_merged_reporters_are_invited_as_well(world: HandlingWorld) -> None:
    matter, merged = open_matter(world), open_matter(world)
    Matter.objects.filter(pk=merged.pk).update(status=Status.MERGED, merged_into=matter)
    links = invite_reporters(matter=matter, expires_on=TODAY, now=NOW)
    assert set(links) == {matter.reporters.get().pk, merged.reporters.get().pk}


def test_database_holds_one_invite_a_round(world: HandlingWorld) -> None:
    matter = open_matter(world)
    invite_reporters(matter=matter, expires_on=TODAY, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingInvite.objects.create(
            matter=matter, reporter=matter.reporters.get(), round=1, token="t", token_hash="h", created_at=NOW,
            expires_on=TODAY,
        )  # fmt: skip
