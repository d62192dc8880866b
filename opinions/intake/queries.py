"""Through which door a resident comes, and what has become of what was raised."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint, ContactPointQuerySet, Stationing
from deputies.organisations.models import Division
from deputies.organisations.queries import bodies, division_tree
from deputies.roster.models import Deputy, DeputyQuerySet
from liaison.base.codes import normalise
from liaison.base.prepared import Prepared
from opinions.intake.models import KeptPhoto, Opinion
from opinions.intake.places import Setting, setting_for_body, setting_of
from opinions.intake.throttle import NO_LOAD, NO_SENDER, SLOTS, Load, counted
from opinions.matters.models import Reporter

_SEAT = JSONObject(
    point="contact_point",
    division="contact_point__division",
    name="contact_point__name",
    address="contact_point__address",
    electoral="contact_point__electoral_district",
)
"""Where a deputy sits."""
_TELLING = {"id", "is_active", "email", "wecom_id"}
_TOLD = [field.attname for field in User._meta.concrete_fields if field.attname in _TELLING]
"""What is loaded of the accounts behind a deputy: whether and how they can be told (in the order of the model)."""


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


def _deputies_called(code: str, **sender: Any) -> DeputyQuerySet:
    seats = Stationing.objects.current().filter(deputy=OuterRef("pk"), contact_point__active=True)
    latest = seats.order_by("-since", "-id").annotate(seat=_SEAT).values("seat")[:1]
    people = {who: JSONObject(**{name: f"{who}__{name}" for name in _TOLD}) for who in ("user", "helper")}
    said = {f"said_of_{who}": fields for who, fields in people.items()}
    deputies = Deputy.objects.active().filter(code=code).order_by().defer("phone")  # a door needs no secret
    return deputies.annotate(seat=Subquery(latest), **said, **counted(**sender))


def _points_called(code: str, **sender: Any) -> ContactPointQuerySet:
    return ContactPoint.objects.in_use().filter(code=code).order_by().annotate(**counted(**sender))


_DEPUTY = Prepared(_deputies_called, code=str, **SLOTS)
_POINT = Prepared(_points_called, code=str, **SLOTS)


def deputy_entrance(code: str, sender: Mapping[str, Any] = NO_SENDER) -> Entrance | None:
    """The door of a deputy in office, with account, helper and point, in one statement; None for any other code."""
    row: Any = next(iter(_DEPUTY.rows(code=normalise(code), **sender)), None)
    if row is None:
        return None
    row.user, row.helper = _person(row.user_id, row.said_of_user), _person(row.helper_id, row.said_of_helper)
    row.organisation = bodies().get(row.organisation_id) or row.organisation
    row.electoral_district = division_tree().get(row.electoral_district_id) or row.electoral_district
    seat = row.seat or {}
    place = division_tree().get(seat.get("division"))
    return Entrance(
        setting_of(place) if place else setting_for_body(row.organisation), deputy=row, point_id=seat.get("point"),
        place_name=seat.get("name", ""), place_address=seat.get("address", ""),
        electoral_district=division_tree().get(seat.get("electoral")), load=Load(row.of_address, row.of_phone),
    )  # fmt: skip


def _person(key: int | None, said: Mapping[str, Any]) -> User | None:
    """The account behind a deputy; what is not needed to tell it something is loaded when asked for."""
    return User.from_db(DEFAULT_DB_ALIAS, _TOLD, [said[name] for name in _TOLD]) if key else None


def point_entrance(code: str, sender: Mapping[str, Any] = NO_SENDER) -> Entrance | None:
    """The door of a contact point in use, in one statement; None for any other code."""
    point: Any = next(iter(_POINT.rows(code=normalise(code), **sender)), None)
    if point is None:
        return None
    tree = division_tree()
    point.organisation = bodies().get(point.organisation_id) or point.organisation
    point.division = tree.get(point.division_id) or point.division
    return Entrance(
        setting_of(point.division), point=point, point_id=point.pk, place_name=point.name, place_address=point.address,
        electoral_district=tree.get(point.electoral_district_id), load=Load(point.of_address, point.of_phone),
    )  # fmt: skip


_CAMPAIGNS = Signer(salt="intake.campaign")
MOST_CAMPAIGN = 2**31 - 1


def campaign_code(key: int) -> str:
    """What the page of an announced activity hands on to the form, signed: nobody makes one up."""
    return _CAMPAIGNS.sign(str(key))


def campaign_of(code: str) -> int | None:
    """The activity of a signed code; None for any other text."""
    try:
        key = int(_CAMPAIGNS.unsign(code[:80]))
    except (BadSignature, ValueError):
        return None
    return key if 0 < key <= MOST_CAMPAIGN else None


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
