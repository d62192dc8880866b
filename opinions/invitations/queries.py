"""Finding invites by the token of the link."""

import hashlib

from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter, Reporter


def hash_of(token: str) -> str:
    """What is kept of a token for finding it again."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_invite(token: str) -> RatingInvite | None:
    """The invite that `token` opens, with matter and reporter loaded; used and expired ones too."""
    found = RatingInvite.objects.filter(token_hash=hash_of(token)).select_related("matter", "reporter")
    return found.first()


def invite_of(matter: Matter, reporter: Reporter) -> RatingInvite | None:
    """The invite of `reporter` in the present round of `matter`, e.g. for the tracking page."""
    return RatingInvite.objects.filter(matter=matter, reporter=reporter, round=matter.round).first()
