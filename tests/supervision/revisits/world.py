"""Answered matters in every state of rating, for draws and call-backs."""

from datetime import timedelta

from opinions.evaluation.services import Word, rate
from opinions.handling.models import Reply
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from supervision.revisits.services import Definition
from tests.factories.matters import NOW, TODAY, HandlingWorld, open_matter, replied

GOOD = Word(satisfaction="satisfied", solved="yes")


def rated(world: HandlingWorld, word: Word = GOOD, *, client_hash: str = "", seconds: float = 3600) -> Matter:
    """A reply of the department, rated so many seconds later by a resident of its own."""
    number = f"138{Matter.objects.count():08d}"
    matter = replied(world, open_matter(world, phone=number))
    invite = RatingInvite.objects.get(matter=matter)
    rate(token=invite.token, word=word, client_hash=client_hash, now=NOW + timedelta(seconds=seconds))
    return Matter.objects.select_related("street", "district").get(pk=matter.pk)


def reply_of(matter: Matter) -> Reply:
    return Reply.objects.get(matter=matter)


def month(**fields: object) -> Definition:
    """Everything answered around NOW."""
    chosen = {"since": TODAY - timedelta(days=15), "until": TODAY + timedelta(days=15), "number": 10, "seed": "2026-11"}
    return Definition(**{**chosen, **fields})
