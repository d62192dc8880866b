"""Inviting residents to rate (rule 5: the rating belongs to the resident alone, by a one-time link), and the links by
which bodies without accounts work."""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.codes import new_token, token_hash
from liaison.base.errors import DomainError
from liaison.base.workdays.arithmetic import local_today
from opinions.invitations.models import BodyLink, RatingInvite, WorkLink
from opinions.matters.models import Matter, Reporter

name_verbs({"link_made": _("开出办理链接"), "link_revoked": _("收回办理链接"), "link_used": _("凭链接办理")})
EXPIRED_FOR = timedelta(days=90)
"""How long a link that no longer rates still says that its time is over; then its token is deleted."""


def rating_link(invite: RatingInvite) -> str:
    """The address that rates."""
    return f"{settings.PUBLIC_URL}/r/{invite.token}/"


def invite_reporters(*, matter: Matter, expires_on: date, now: datetime) -> dict[int, str]:
    """Invite everybody behind the matter, and behind those merged into it, to rate the present round.

    Returns the link of each reporter by id. A second call in the same round invites only those who were not yet,
    e.g. after a merge, and gives everybody's link.
    """
    reporters = _reporters(matter)
    held = {invite.reporter_id: invite for invite in RatingInvite.objects.filter(matter=matter, round=matter.round)}
    fresh = [_invite(matter, one, expires_on, now) for one in reporters if one.pk not in held]
    RatingInvite.objects.bulk_create(fresh)
    held.update({invite.reporter_id: invite for invite in fresh})
    return {reporter.pk: rating_link(held[reporter.pk]) for reporter in reporters}


def _reporters(matter: Matter) -> list[Reporter]:
    merged = Matter.objects.filter(merged_into=matter).values("pk")
    return list(Reporter.objects.filter(matter=matter) | Reporter.objects.filter(matter__in=merged))


def _invite(matter: Matter, reporter: Reporter, expires_on: date, now: datetime) -> RatingInvite:
    token = new_token()
    return RatingInvite(
        matter=matter,
        reporter=reporter,
        round=matter.round,
        token=token,
        token_hash=token_hash(token),
        created_at=now,
        expires_on=expires_on,
    )


def drop_expired(*, today: date) -> int:
    """Delete the links that expired long ago; ratings stay. Running twice does nothing. Returns how many."""
    return RatingInvite.objects.filter(expires_on__lt=today - EXPIRED_FOR).delete()[0]


LINK_DAYS = 60
"""Days for which the link of a body opens, unless it is revoked before."""
SPAN = timedelta(hours=1)
MOST_IN_SPAN = 120
"""Uses of one link within an hour."""
L = TypeVar("L", bound=WorkLink)


class LinkGone(DomainError):
    message = _("这个链接打不开了：可能已经过期、被收回，或者地址不完整。请联系发来链接的单位。")
    status_code = 404


class LinkTooBusy(DomainError):
    message = _("这个链接一小时内用得太多了，请过一会儿再试。")
    status_code = 429
    retry_after = int(SPAN.total_seconds())


def still_open(link: L | None, *, now: datetime) -> L:
    """The link, where it opens. Raises LinkGone, LinkTooBusy."""
    if link is None or link.revoked_at is not None or link.expires_on < local_today(now):
        raise LinkGone
    if Event.objects.filter(chain=link.chain, at__gte=now - SPAN).count() >= MOST_IN_SPAN:
        raise LinkTooBusy
    return link


def note_link(link: WorkLink, what: str, *, actor: str, now: datetime) -> None:
    """Every use of a link stands in its chain of the ledger; the caller holds the row of what it is about."""
    record(link.chain, Fact(verb="link_used", reason=what), by=None, actor=actor, now=now)


def open_link(kind: type[L], *, expires_on: date, by: Any, now: datetime, **owner: int) -> L:
    """A fresh link of a kind for its owner (`assignment_id`); the one before, if any, opens no more."""
    revoke_links(kind, by=by, now=now, **owner)
    token = new_token()
    link = kind(token=token, token_hash=token_hash(token), created_at=now, expires_on=expires_on, **owner)
    link.save()
    about = {name.removesuffix("_id"): key for name, key in owner.items()}
    record(link.chain, Fact(verb="link_made", data=about), by=by, now=now, first=True)
    return link


def revoke_links(kind: type[L], *, by: Any, now: datetime, **owner: int) -> int:
    """Close the owner's link at once. Returns how many were open (0 or 1)."""
    rows = list(kind._default_manager.filter(revoked_at__isnull=True, **owner))
    for link in rows:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
        record(link.chain, Fact(verb="link_revoked"), by=by, now=now)
    return len(rows)


def body_link_address(link: BodyLink) -> str:
    """The address that opens the assignment."""
    return f"{settings.PUBLIC_URL}/b/{link.token}/"


def open_body_link(*, assignment_id: int, by: Any, now: datetime) -> BodyLink:
    """A fresh link for an assignment; the one before, if any, opens no more."""
    expires_on = local_today(now) + timedelta(days=LINK_DAYS)
    return open_link(BodyLink, expires_on=expires_on, by=by, now=now, assignment_id=assignment_id)


def revoke_body_link(*, assignment_id: int, by: Any, now: datetime) -> int:
    """Close the link of an assignment at once. Returns how many were open (0 or 1)."""
    return revoke_links(BodyLink, by=by, now=now, assignment_id=assignment_id)
