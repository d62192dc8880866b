"""Rating: who may, once, and where it leads."""

from datetime import timedelta
from inspect import signature

import pytest
from django.db import IntegrityError

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.catalog.models import ClockKind, Reason, ReasonKind, Setting, SettingName
from opinions.catalog.queries import STAMP as CATALOG
from opinions.clocks.models import Clock
from opinions.evaluation.models import Rating
from opinions.evaluation.queries import rating_by, ratings_of
from opinions.evaluation.services import AlreadyRated, LinkExpired, UnknownLink, Word, lapse_due, open_invite, rate
from opinions.handling import services as handling
from opinions.handling.services.outcome import invite
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import (
    NOW,
    TODAY,
    HandlingWorld,
    answered,
    later,
    open_matter,
    reason,
    replied,
)

GOOD = Word(satisfaction="satisfied", solved="yes")
MOSTLY = Word(satisfaction="mostly", solved="partly")


@pytest.fixture
def matter(world: HandlingWorld) -> Matter:
    return replied(world)


def bad(*reasons: Reason, comment: str = "") -> Word:
    return Word(satisfaction="unsatisfied", solved="no", reasons=reasons, comment=comment)


def token(matter: Matter, number: int = 0) -> str:
    return RatingInvite.objects.filter(matter=matter, round=matter.round).order_by("id")[number].token


def again(world: HandlingWorld, matter: Matter) -> Matter:
    """Handle a reworked matter once more, up to the next reply."""
    return replied(world, Matter.objects.get(pk=matter.pk))


@pytest.mark.parametrize("word", [GOOD, MOSTLY])
def test_satisfied_word_closes(matter: Matter, word: Word) -> None:
    rating = rate(token=token(matter), word=word, client_hash="h", now=NOW)
    matter.refresh_from_db()
    assert (matter.status, matter.satisfaction) == (Status.CLOSED, word.satisfaction)
    assert matter.closed_at == NOW
    assert (rating.solved, rating.reply) == (word.solved, matter.replies.get())
    assert not Clock.objects.filter(matter=matter, stopped_at__isnull=True).exists()
    assert list(verify([matter.chain])) == []


def test_satisfied_and_not_solved_are_two_facts(matter: Matter) -> None:
    rate(token=token(matter), word=Word(satisfaction="satisfied", solved="no"), now=NOW)
    assert (Rating.objects.get().satisfaction, Rating.objects.get().solved) == ("satisfied", "no")


def test_unsatisfied_word_sends_back_to_the_street(world: HandlingWorld, matter: Matter) -> None:
    why = reason(ReasonKind.UNSATISFIED)
    rate(token=token(matter), word=bad(why, comment="还是不亮"), now=NOW)
    matter.refresh_from_db()
    assert (matter.status, matter.round, matter.holder) == (Status.REWORK, 2, world.committee)
    assert Clock.objects.filter(matter=matter, kind=ClockKind.TAKE, stopped_at__isnull=True).exists()
    event = Event.objects.filter(chain=matter.chain, verb="rate").get()
    assert (event.reason, event.actor, event.by) == (why.name, "反映人", None)
    assert list(Rating.objects.get().reasons.all()) == [why]


def test_unsatisfied_word_sends_a_deputys_answer_back_to_the_deputy(world: HandlingWorld) -> None:
    matter = answered(world)
    rate(token=token(matter), word=bad(comment="没修"), now=NOW)
    matter.refresh_from_db()
    assert matter.holder_deputy == world.deputy


def test_third_unsatisfied_word_closes_and_calls_the_district(world: HandlingWorld, matter: Matter) -> None:
    for _round in (1, 2):
        rate(token=token(matter), word=bad(comment="没修"), now=NOW)
        matter = again(world, matter)
    rate(token=token(matter), word=bad(comment="还没修"), now=NOW)
    matter.refresh_from_db()
    assert (matter.status, matter.satisfaction, matter.round) == (Status.CLOSED, "unsatisfied", 3)
    told = Notice.objects.filter(recipient=world.district_staff, subject__contains="请过问")
    assert told.count() == 1
    assert Event.objects.filter(chain=matter.chain, verb="rate").order_by("seq").last().data["exhausted"] is True  # type: ignore[union-attr]


def test_number_of_rounds_is_the_districts(world: HandlingWorld, matter: Matter) -> None:
    Setting.objects.create(name=SettingName.REWORKS, district=world.congress, number=0)
    bump(CATALOG)
    rate(token=token(matter), word=bad(comment="没修"), now=NOW)
    matter.refresh_from_db()
    assert (matter.status, matter.satisfaction) == (Status.CLOSED, "unsatisfied")


def test_word_of_an_earlier_round_stays(world: HandlingWorld, matter: Matter) -> None:
    rate(token=token(matter), word=bad(comment="没修"), now=NOW)
    matter = again(world, matter)
    assert matter.satisfaction == ""
    rate(token=token(matter), word=GOOD, now=NOW)
    assert [row.satisfaction for row in ratings_of(matter)] == ["unsatisfied", "satisfied"]


def test_link_rates_once(matter: Matter) -> None:
    link = token(matter)
    rate(token=link, word=GOOD, now=NOW)
    with pytest.raises(AlreadyRated):
        rate(token=link, word=bad(comment="改主意"), now=NOW)
    assert Rating.objects.get().satisfaction == "satisfied"


def test_used_link_leaves_the_first_word(matter: Matter) -> None:
    rate(token=token(matter), word=GOOD, now=NOW)
    said = rating_by(matter.pk, matter.reporters.get().pk, 1)
    assert said is not None
    assert said.solved == "yes"


@pytest.mark.parametrize("text", ["", "x", "' OR 1=1", "𠮷", "a" * 5000, "\x00"])
def test_unknown_link_is_unknown(matter: Matter, text: str) -> None:
    with pytest.raises(UnknownLink):
        rate(token=text, word=GOOD, now=NOW)


def test_link_of_yesterday_is_expired(matter: Matter) -> None:
    invite = RatingInvite.objects.get()
    assert open_invite(invite.token, today=invite.expires_on) == invite
    with pytest.raises(LinkExpired):
        open_invite(invite.token, today=invite.expires_on + timedelta(days=1))


def test_link_of_an_earlier_round_is_expired(world: HandlingWorld, matter: Matter) -> None:
    matter.reporters.create(name="王五", link_key="k2", created_at=NOW)
    invite(matter, now=NOW)
    old = token(matter, 1)
    rate(token=token(matter), word=bad(comment="没修"), now=NOW)
    with pytest.raises(LinkExpired):
        rate(token=old, word=GOOD, now=NOW)


@pytest.mark.parametrize(
    ("word", "field"),
    [
        (Word(satisfaction="great", solved="yes"), "satisfaction"),
        (Word(satisfaction="satisfied", solved="maybe"), "solved"),
        (Word(satisfaction="unsatisfied", solved="no"), "reasons"),
        (Word(satisfaction="satisfied", solved="yes", comment="长" * 1001), "comment"),
    ],
)
def test_word_that_is_none_is_refused_and_the_link_stays(matter: Matter, word: Word, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rate(token=token(matter), word=word, now=NOW)
    assert refusal.value.field == field
    assert RatingInvite.objects.get().used_at is None


def test_reason_of_another_kind_is_refused(matter: Matter) -> None:
    with pytest.raises(InvalidInput):
        rate(token=token(matter), word=bad(reason(ReasonKind.DECLINE)), now=NOW)


def test_first_word_moves_a_merged_matter_and_the_second_is_kept(world: HandlingWorld) -> None:
    target, other = open_matter(world), open_matter(world)
    handling.merge(matter=other, target=target, by=world.staff, now=NOW)
    matter = replied(world, Matter.objects.get(pk=target.pk))
    rate(token=token(matter, 0), word=GOOD, now=NOW)
    rate(token=token(matter, 1), word=bad(comment="我家还没修"), now=NOW)
    matter.refresh_from_db()
    assert (matter.status, matter.satisfaction) == (Status.CLOSED, "satisfied")
    assert Rating.objects.count() == 2
    assert Event.objects.filter(chain=matter.chain, verb="rate_further").count() == 1
    assert list(verify([matter.chain])) == []


def test_id_numbers_are_not_stored(matter: Matter) -> None:
    rate(token=token(matter), word=Word(satisfaction="mostly", solved="partly", comment="110101199003077758"), now=NOW)
    assert "1990" not in Rating.objects.get().comment


def test_unrated_matter_lapses_unrated(matter: Matter) -> None:
    due = Clock.objects.get(matter=matter, kind=ClockKind.RATE).due_on
    day = NOW + (due - TODAY)
    assert lapse_due(now=day) == 0
    assert lapse_due(now=day + timedelta(days=1)) == 1
    matter.refresh_from_db()
    assert (matter.status, matter.satisfaction) == (Status.CLOSED, "")
    assert not Rating.objects.exists()
    assert lapse_due(now=day + timedelta(days=2)) == 0


def test_rating_row_is_unique_for_reporter_and_round(matter: Matter) -> None:
    rate(token=token(matter), word=GOOD, now=NOW)
    row = Rating.objects.get()
    with pytest.raises(IntegrityError):
        Rating.objects.create(
            matter=matter, reporter=row.reporter, round=1, satisfaction="mostly", solved="no", at=later()
        )


def test_no_service_of_rating_takes_a_user() -> None:
    """Rule 5: the rating is the resident's; no body can be let in by an argument."""
    taken = {name for one in (rate, lapse_due) for name in signature(one).parameters}
    assert taken == {"token", "word", "client_hash", "now", "limit"}
