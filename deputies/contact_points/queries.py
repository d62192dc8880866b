"""Reading contact points: what stands behind a plaque's code, and who sits where when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, IntegerField, Q, Value, When

from deputies.contact_points.models import ContactPoint, DutySlot, FormerPointCode, PointKind, Stationing
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, current, district_of
from deputies.roster.models import Deputy, FormerDeputyCode, Group, PublicField
from deputies.roster.states import DeputyStatus
from liaison.base.codes import normalise

COMING = 6
"""Turns shown on a public page."""
_RANK = Case(*(When(kind=kind, then=Value(rank)) for rank, kind in enumerate(PointKind)), output_field=IntegerField())


@dataclass(frozen=True)
class DeputyPage:
    """What a resident sees of a deputy: only what the deputy agreed to (G5)."""

    deputy: Deputy
    title: str
    biography: str
    shows_photo: bool
    groups: Sequence[Group]
    points: Sequence[ContactPoint]
    duty: Sequence[DutySlot]


@dataclass(frozen=True)
class PointPage:
    """What a resident sees of a contact point."""

    point: ContactPoint
    deputies: Sequence[Deputy]
    duty: Sequence[DutySlot]


@dataclass(frozen=True)
class Landing:
    """Where a printed code leads: to a deputy in office, else to a contact point, else to the body to call."""

    organisation: Organisation
    deputy: Deputy | None = None
    contact_point: ContactPoint | None = None


def find_by_code(code: str, *, now: datetime) -> DeputyPage | None:
    """The public page of the deputy in office who has this code now, in at most 4 statements; else None."""
    related = ("organisation", "electoral_district", "term", "photo")
    deputy = Deputy.objects.active().select_related(*related).filter(code=normalise(code)).first()
    return deputy_page(deputy, now=now) if deputy is not None else None


def deputy_page(deputy: Deputy, *, now: datetime) -> DeputyPage:
    """The public page of a deputy, in at most 3 statements."""
    return DeputyPage(
        deputy=deputy,
        title=deputy.title if deputy.shows(PublicField.TITLE) else "",
        biography=deputy.biography if deputy.shows(PublicField.BIOGRAPHY) else "",
        shows_photo=deputy.photo_id is not None and deputy.shows(PublicField.PHOTO),
        groups=list(deputy.groups.filter(active=True)) if deputy.shows(PublicField.GROUPS) else [],
        points=points_of(deputy),
        duty=list(DutySlot.objects.coming(now).filter(deputy=deputy).select_related("contact_point")[:COMING]),
    )


def points_of(deputy: Deputy) -> list[ContactPoint]:
    """The points in use where the deputy sits now, the nearest to the people last stationed first."""
    stationed = Stationing.objects.current().filter(deputy=deputy, contact_point__active=True)
    rows = stationed.select_related("contact_point__division", "contact_point__organisation").order_by("-since", "-id")
    return [row.contact_point for row in rows]


def find_point(code: str, *, now: datetime) -> PointPage | None:
    """The public page of the contact point in use whose code this is now, in 3 statements; None for any other code."""
    related = ("division", "organisation", "electoral_district", "photo")
    point = ContactPoint.objects.in_use().select_related(*related).filter(code=normalise(code)).first()
    return point_page(point, now=now) if point is not None else None


def point_page(point: ContactPoint, *, now: datetime) -> PointPage:
    """The public page of a point, in 2 statements."""
    coming = DutySlot.objects.coming(now).filter(contact_point=point)
    return PointPage(point, deputies_at(point), list(coming.select_related("deputy")[:COMING]))


def deputies_at(point: ContactPoint) -> list[Deputy]:
    """Deputies in office who are stationed at the point, by name."""
    served = (
        Stationing.objects.served().filter(contact_point=point).select_related("deputy__photo", "deputy__organisation")
    )
    return [row.deputy for row in served.order_by("deputy__pinyin", "deputy_id")]


def landing_for(code: str) -> Landing | None:
    """Where a deputy's code leads, also one that was replaced; None only when no plaque ever carried it.

    A deputy who is suspended or has left leads to the last contact point, else to the home of the street.
    """
    deputy = _deputy_of(normalise(code))
    if deputy is None:
        return None
    if deputy.status == DeputyStatus.ACTIVE:
        return Landing(deputy.organisation, deputy=deputy)
    return _landing(deputy.organisation, _last_point(deputy))


def point_landing(code: str) -> Landing | None:
    """Where a contact point's code leads, also one that was replaced or whose point is closed (then: the one above)."""
    point = _point_of(normalise(code))
    return None if point is None else _landing(point.organisation, _open_upward(point))


def _landing(organisation: Organisation, point: ContactPoint | None) -> Landing:
    """To the point, else to the home of the street, else to the body."""
    found = point or home_of(organisation)
    acting = current(bodies().get(organisation.pk) or organisation)
    return Landing(
        found.organisation if found else acting or district_of(organisation) or organisation, contact_point=found
    )


def home_of(organisation: Organisation) -> ContactPoint | None:
    """The home of a street: its highest point in use; where it has none, the home of the nearest body above."""
    chain = list(_upward(organisation))
    own = Q(organisation=organisation.pk)
    rows = ContactPoint.objects.in_use().filter(own | Q(organisation__in=chain, kind=PointKind.HOME))
    found = rows.select_related("organisation", "division").annotate(rank=_RANK).order_by("rank", "code", "id")
    return min(found, key=lambda point: chain.index(point.organisation_id), default=None)


def _upward(organisation: Organisation) -> Iterator[int]:
    """Ids of the body, of its successor when it was merged, and of those above, nearest first."""
    seen: set[int] = set()
    body = bodies().get(organisation.pk)
    while body is not None and body.pk not in seen:
        seen.add(body.pk)
        yield body.pk
        body = body.merged_into if not body.active and body.merged_into is not None else body.parent


def _deputy_of(code: str) -> Deputy | None:
    deputies = Deputy.objects.select_related("organisation")
    found = deputies.filter(code=code).first()
    if found is not None:
        return found
    former = FormerDeputyCode.objects.filter(code=code).values("deputy")
    return deputies.filter(pk__in=former).first()


def _point_of(code: str) -> ContactPoint | None:
    points = ContactPoint.objects.select_related("organisation", "parent")
    found = points.filter(code=code).first()
    if found is not None:
        return found
    former = FormerPointCode.objects.filter(code=code).values("contact_point")
    return points.filter(pk__in=former).first()


def _last_point(deputy: Deputy) -> ContactPoint | None:
    """The point where the deputy sits or sat last, or the first one in use above it."""
    rows = Stationing.objects.filter(deputy=deputy).select_related(
        "contact_point__organisation", "contact_point__parent"
    )
    for row in sorted(rows, key=lambda row: (row.until is None, row.until or row.since, row.pk), reverse=True):
        found = _open_upward(row.contact_point)
        if found is not None:
            return found
    return None


def _open_upward(point: ContactPoint | None) -> ContactPoint | None:
    """The point itself while it is in use, else the first one in use above it (at most four levels)."""
    while point is not None and not point.active:
        point = point.parent
    return point


def stationings_at(point: ContactPoint) -> list[Stationing]:
    """Who is stationed at a point and has not left office, suspended ones included, by name."""
    rows = Stationing.objects.current().filter(contact_point=point).exclude(deputy__status=DeputyStatus.ENDED)
    return list(rows.select_related("deputy__term").order_by("deputy__pinyin", "id"))


def stationings_of(deputy: Deputy) -> list[Stationing]:
    """Where a deputy sits and sat: the present places first."""
    rows = Stationing.objects.filter(deputy=deputy).select_related("contact_point")
    return list(rows.order_by(F("until").desc(nulls_first=True), "-since", "-id"))
