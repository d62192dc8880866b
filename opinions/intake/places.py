"""Where a matter may lie: communities to choose from, and the bodies that answer for a place. From cached copies."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.organisations.queries import (
    STAMP,
    bodies,
    current,
    district_of,
    division_tree,
    street_committee_of,
    street_committees_of,
)
from liaison.base.errors import InvalidInput
from liaison.base.stamps import cached


class NoBody(InvalidInput):
    """No street committee and no standing committee answers for the place."""

    message = _("这个地点还没有对应的街道人大机构，请换一个社区，或拨打 12345。")


@dataclass(frozen=True)
class Setting:
    """A place with the two bodies above it. A place no street answers for lies with the standing committee itself."""

    division: Division
    street: Organisation
    district: Organisation

    @property
    def community(self) -> Division | None:
        """The community, where the place is that small."""
        return division_tree().at_level(self.division.pk, DivisionLevel.COMMUNITY)


def setting_of(division: Division) -> Setting:
    """The setting of a place. Raises NoBody."""
    street = street_committee_of(division)
    district = district_of(street or division)
    if district is None:
        raise NoBody(field="community")
    return Setting(division, street or district, district)


def setting_for_body(body: Organisation) -> Setting:
    """The setting for a deputy's or a point's body where no place is known yet. Raises NoBody."""
    acting = current(bodies().get(body.pk) or body)
    return setting_of(_place_of(acting or body))


def _place_of(body: Organisation) -> Division:
    return division_tree().get(body.division_id) or body.division


def communities_under(division: Division) -> list[Division]:
    """Active communities below a division, by code."""
    return [
        one
        for one in division_tree().descendants(division.pk, include_self=True)
        if one.level == DivisionLevel.COMMUNITY and one.active
    ]


Choices = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def community_choices(district: Organisation, first: Organisation | None = None) -> Choices:
    """Communities of a district as grouped choices (code, name) under their streets; the street `first` leads."""
    part = f"intake_choices:{district.pk}:{first.pk if first else ''}"
    return cached(STAMP, lambda: _community_choices(district, first), part=part)


def _community_choices(district: Organisation, first: Organisation | None) -> Choices:
    streets = sorted(street_committees_of(district), key=lambda street: first is None or street.pk != first.pk)
    grouped = []
    for street in streets:
        place = _place_of(street)
        rows = [(one.code, one.name) for one in communities_under(place)] or [(place.code, place.name)]
        grouped.append((place.name, rows))
    return grouped


def division_by_code(code: str) -> Division | None:
    """An active division by its code."""
    return next((one for one in divisions_called(code) if one.code == code), None)


def divisions_called(text: str) -> list[Division]:
    """Active divisions with this code or name."""
    return cached(STAMP, _by_call, part="intake_by_call").get(text, [])


def _by_call() -> dict[str, list[Division]]:
    found: dict[str, list[Division]] = {}
    for one in division_tree().by_id.values():
        for call in {one.code, one.name} if one.active else ():
            found.setdefault(call, []).append(one)
    return found


def all_streets() -> list[Division]:
    """Places of the active street committees, by code: where a resident without a plaque begins."""
    kinds = ("street_committee", "presidium")
    places = {body.division_id for body in bodies().by_id.values() if body.active and body.kind in kinds}
    found = [division_tree().get(place) for place in places]
    return sorted((one for one in found if one is not None and one.active), key=lambda one: one.code)
