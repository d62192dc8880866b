"""Through which door a resident comes, and what has become of what was raised."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from deputies.contact_points.models import ContactPoint, Stationing
from deputies.organisations.models import Division
from deputies.organisations.queries import division_tree
from deputies.roster.models import Deputy
from liaison.base.codes import normalise
from opinions.intake.models import KeptPhoto, Opinion
from opinions.intake.places import Setting, setting_for_body, setting_of
from opinions.intake.throttle import NO_LOAD, Load
from opinions.matters.models import Reporter

_SITS_AT = (
    Stationing.objects.current().filter(deputy=OuterRef("pk"), contact_point__active=True).order_by("-since", "-id")
)


@dataclass(frozen=True)
class Entrance:
    """A plaque's door: the deputy it names, the point it hangs at, and what lies around it."""

    setting: Setting
    deputy: Deputy | None = None
    point: ContactPoint | None = None
    point_id: int | None = None
    place_name: str = ""
    place_address: str = ""
    electoral_district: Division | None = None
    load: Load = NO_LOAD

    @property
    def door_point(self) -> ContactPoint:
        """The point of a door that is a point's."""
        assert self.point is not None  # noqa: S101 - a door is a deputy's or a point's
        return self.point

    @property
    def draft(self) -> str:
        """Name of the unsent text in the resident's browser."""
        return f"intake-d-{self.deputy.code}" if self.deputy else f"intake-p-{self.point.code if self.point else ''}"


def deputy_entrance(code: str, counts: Mapping[str, Any] | None = None) -> Entrance | None:
    """The door of a deputy in office, with account, helper and point, in one statement; None for any other code."""
    deputies = Deputy.objects.active().select_related("organisation", "user", "helper")
    deputy = (
        deputies.filter(code=normalise(code))
        .annotate(sits_at=Subquery(_SITS_AT.values("contact_point")[:1]))
        .annotate(sits_in=Subquery(_SITS_AT.values("contact_point__division")[:1]))
        .annotate(place_name=Subquery(_SITS_AT.values("contact_point__name")[:1]))
        .annotate(sits_for=Subquery(_SITS_AT.values("contact_point__electoral_district")[:1]))
        .annotate(place_address=Subquery(_SITS_AT.values("contact_point__address")[:1]), **(counts or {}))
        .first()
    )
    if deputy is None:
        return None
    place = division_tree().get(deputy.sits_in)
    setting = setting_of(place) if place else setting_for_body(deputy.organisation)
    return Entrance(
        setting, deputy=deputy, point_id=deputy.sits_at, place_name=deputy.place_name or "",
        place_address=deputy.place_address or "", electoral_district=division_tree().get(deputy.sits_for),
        load=_load(deputy),
    )  # fmt: skip


def point_entrance(code: str, counts: Mapping[str, Any] | None = None) -> Entrance | None:
    """The door of a contact point in use, in one statement; None for any other code."""
    points = ContactPoint.objects.in_use().select_related("organisation", "division")
    point = points.filter(code=normalise(code)).annotate(**(counts or {})).first()
    if point is None:
        return None
    place: Division = division_tree().get(point.division_id) or point.division
    return Entrance(
        setting_of(place), point=point, point_id=point.pk, place_name=point.name, place_address=point.address,
        electoral_district=division_tree().get(point.electoral_district_id), load=_load(point),
    )  # fmt: skip


def _load(row: object) -> Load:
    return Load(getattr(row, "of_address", 0), getattr(row, "of_phone", 0))


def opinion_by_key(key: UUID) -> Opinion | None:
    """The opinion that a form with this submission key has made, if any."""
    return Opinion.objects.select_related("matter").filter(submission_key=key).first()


def source_exists(system: str, number: str) -> bool:
    """Whether the other system's number has been taken in before."""
    return Opinion.objects.filter(source_system=system, source_number=number).exists()


def first_reporter(matter_id: int) -> Reporter:
    """Who raised it (later reporters join by merging)."""
    return Reporter.objects.filter(matter=matter_id).earliest("pk")


def kept_photos(key: UUID) -> list[KeptPhoto]:
    """Photos kept for a form that was not taken yet, in the order in which they came."""
    return list(KeptPhoto.objects.filter(submission_key=key).select_related("stored").order_by("id"))
