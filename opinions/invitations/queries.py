"""Finding invites by the token of the link."""

from typing import TypeVar

from django.db.models import QuerySet

from liaison.base.codes import token_hash
from opinions.invitations.models import BodyLink, RatingInvite, WorkLink
from opinions.matters.models import Matter, Reporter

L = TypeVar("L", bound=WorkLink)


def find_invite(token: str) -> RatingInvite | None:
    """The invite that `token` opens, with matter and reporter loaded; used and expired ones too."""
    found = RatingInvite.objects.filter(token_hash=token_hash(token)).select_related("matter", "reporter")
    return found.first()


def invite_of(matter: Matter, reporter: Reporter) -> RatingInvite | None:
    """The invite of `reporter` in the present round of `matter`, e.g. for the tracking page."""
    return RatingInvite.objects.filter(matter=matter, reporter=reporter, round=matter.round).first()


def find_link(rows: QuerySet[L], token: str) -> L | None:
    """The link among `rows` that `token` opens; revoked and expired ones too."""
    return rows.filter(token_hash=token_hash(token)).first() if 20 <= len(token) <= 100 else None


def find_body_link(token: str) -> BodyLink | None:
    """The link that `token` opens, with its assignment; revoked and expired ones too."""
    related = ("assignment__organisation", "assignment__matter__street", "assignment__matter__district")
    return find_link(BodyLink.objects.select_related(*related), token)


def link_of(assignment_id: int) -> BodyLink | None:
    """The open link of an assignment."""
    return BodyLink.objects.filter(assignment=assignment_id, revoked_at__isnull=True).first()
