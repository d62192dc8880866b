"""Inviting residents to rate (rule 5: the rating belongs to the resident alone, by a one-time link)."""

from datetime import date, datetime

from django.conf import settings

from liaison.base.codes import new_token, token_hash
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter, Reporter


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
