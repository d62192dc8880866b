"""Changes of the district's map: a street is merged into another, a body or a place is renamed or closed.

One transaction brings along everything that stands on the body: accounts, deputies, contact points, open matters.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.accounts.services import move_people
from deputies.contact_points.services import move_points
from deputies.organisations import services as organisations
from deputies.organisations.models import STREET_KINDS, Division, Organisation
from deputies.organisations.queries import district_of
from deputies.roster.services import move_roster
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from opinions.handling.services import move_matters
from opinions.routing.services import report
from opinions.succession.queries import Impact, impact_of, impact_of_place, seal


class OnlyStreets(DomainError):
    """Departments hand over matter by matter, since two may work on the same one."""

    message = _("只有街道工委和乡镇主席团可以在这里合并。")


class StillInUse(DomainError):
    """Something would be left without a body."""

    message = _("它名下还有没有了结的事项、承诺、督办函、任务，或在用的代表、联系点、账号、下级，请先办结、移交。")


class StreetStillInUse(StillInUse):
    message = _("它名下还有没有了结的事项、承诺、督办函，或者在用的代表、联系点、账号、下级，请先移交，或改用“并入”。")


class AlreadyClosed(StaleState):
    """Somebody else was first."""

    message = _("它已经撤销或并入其他机构。")


@transaction.atomic
def merge_street(*, body: Organisation, into: Organisation, reason: str, seen: str, by: User, now: datetime) -> Impact:
    """Merge a street into another of the district; returns what was moved.

    `seen` is the seal of the dry run that was confirmed. Raises NotAllowed, OnlyStreets, AlreadyClosed, StaleState when
    something has moved since the dry run, and what `merge_organisation` raises.
    """
    body, into = _locked(body, by, into)
    if body.kind not in STREET_KINDS:
        raise OnlyStreets
    if district_of(into) != district_of(body):
        raise NotAllowed
    if not into.active:
        raise organisations.BadSuccessor(field="into")
    reason = _reasoned(reason)
    impact = impact_of(body)
    if seen != seal(impact, into):
        raise StaleState(_("试算之后又有变化，请核对新的试算结果再确认。"))
    move_people(body, into=into, by=by, now=now)
    move_roster(body=body, into=into, by=by, now=now)
    move_points(body=body, into=into, by=by, now=now)
    move_matters(body=body, into=into, by=by, now=now)
    organisations.merge_organisation(body, into=into, by=by, now=now, reason=reason)
    report(now=now, district=district_of(into))
    return impact


@transaction.atomic
def rename_body(*, body: Organisation, name: str, short_name: str, by: User, now: datetime) -> bool:
    """Give a body another name; False when nothing changes. Raises NotAllowed, InvalidInput."""
    (held,) = _locked(body, by)
    return organisations.rename_organisation(held, name=name, short_name=short_name, by=by, now=now)


@transaction.atomic
def close_body(*, body: Organisation, reason: str, by: User, now: datetime) -> None:
    """Close a body on which nothing stands any more. Raises NotAllowed, StillInUse."""
    (held,) = _locked(body, by)
    if impact_of(held).blocks_closing:
        raise StreetStillInUse if held.kind in STREET_KINDS else StillInUse
    organisations.close_organisation(held, by=by, now=now, reason=_reasoned(reason))
    report(now=now, district=district_of(held))


@transaction.atomic
def rename_place(*, division: Division, name: str, by: User, now: datetime) -> bool:
    """Give a street or community another name; False when nothing changes. Raises NotAllowed, InvalidInput."""
    held = _locked_place(division, by)
    return organisations.rename_division(held, name=name, by=by, now=now)


@transaction.atomic
def close_place(*, division: Division, reason: str, by: User, now: datetime) -> None:
    """Take a place out of use to which nothing belongs any more. Raises NotAllowed, StillInUse, AlreadyClosed."""
    held = _locked_place(division, by)
    if not held.active:
        raise AlreadyClosed
    if impact_of_place(held).blocks_closing:
        raise StillInUse
    organisations.close_division(held, by=by, now=now, reason=_reasoned(reason))
    report(now=now, district=district_of(held))


def _locked(body: Organisation, by: User, *others: Organisation) -> tuple[Organisation, ...]:
    """The body, then the others, as they are now; locked in order of their keys, so that crossed mergers take turns.

    Raises NotAllowed, AlreadyClosed.
    """
    check(by, Permission.BODIES_EDIT)
    if district_of(body) != by.organisation or body == by.organisation:
        raise NotAllowed
    wanted = [one.pk for one in (body, *others)]
    rows = Organisation.objects.select_for_update().select_related("division").filter(pk__in=wanted).order_by("pk")
    held = {row.pk: row for row in rows}
    if not held[body.pk].active:
        raise AlreadyClosed
    return tuple(held[pk] for pk in wanted)


def _locked_place(division: Division, by: User) -> Division:
    """The place as it is now. Raises NotAllowed outside the user's district."""
    check(by, Permission.BODIES_EDIT)
    if district_of(division) != by.organisation:
        raise NotAllowed
    return Division.objects.select_for_update().get(pk=division.pk)


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(_("请写明原因或文件依据。"), field="reason")
    return reason.strip()
