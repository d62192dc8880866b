"""Divisions and organisations for tests; `street_world` builds a small invented district."""

from dataclasses import dataclass
from typing import Any

import factory
from factory.django import DjangoModelFactory

from deputies.organisations.models import Division, DivisionLevel, Organisation, OrganisationKind
from liaison.base.stamps import forget_all
from tests.support.replay import replayed


class DivisionFactory(DjangoModelFactory[Division]):
    class Meta:
        model = Division

    code = factory.Sequence(lambda n: f"{990200001 + n}")
    name = factory.Sequence(lambda n: f"云{n}街道")
    level = DivisionLevel.STREET


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"ORG{n}")
    name = factory.Sequence(lambda n: f"云汀区第{n}局")
    kind = OrganisationKind.DEPARTMENT
    division = factory.SubFactory(DivisionFactory)


@dataclass(frozen=True, kw_only=True)
class StreetWorld:
    """One district: two streets of two communities each, their bodies, two departments, an electoral district."""

    district: Division
    street: Division
    community: Division
    community_2: Division
    other_street: Division
    other_community: Division
    other_community_2: Division
    estate: Division
    electoral: Division
    congress: Organisation
    committee: Organisation
    other_committee: Organisation
    office: Organisation
    other_office: Organisation
    community_body: Organisation
    station: Organisation
    department: Organisation
    other_department: Organisation


@replayed
def street_world() -> StreetWorld:
    """Build the small district. Codes are invented: no province begins with 99."""
    forget_all()
    divisions = _divisions()
    parts: dict[str, Any] = {**divisions, **_bodies(divisions)}
    return StreetWorld(**parts)


def _divisions() -> dict[str, Division]:
    def make(code: str, name: str, level: DivisionLevel, parent: Division | None = None) -> Division:
        return Division.objects.create(code=code, name=name, level=level, parent=parent)

    level = DivisionLevel
    city = make("9901", "云汀市", level.PREFECTURE, make("99", "云省", level.PROVINCE))
    district = make("990101", "云汀区", level.COUNTY, city)
    street = make("990101001", "云溪街道", level.STREET, district)
    other = make("990101002", "石桥街道", level.STREET, district)
    community = make("990101001001", "荷塘社区", level.COMMUNITY, street)
    return {
        "district": district,
        "street": street,
        "community": community,
        "community_2": make("990101001002", "柳岸社区", level.COMMUNITY, street),
        "other_street": other,
        "other_community": make("990101002001", "北渡社区", level.COMMUNITY, other),
        "other_community_2": make("990101002002", "南渡社区", level.COMMUNITY, other),
        "estate": make("XQ-0001", "荷塘小区", level.ESTATE, community),
        "electoral": make("XJ-0001", "第1选区", level.ELECTORAL, street),
    }


def _bodies(at: dict[str, Division]) -> dict[str, Organisation]:
    def make(code: str, name: str, kind: OrganisationKind, where: str, parent: Organisation | None) -> Organisation:
        return Organisation.objects.create(code=code, name=name, kind=kind, division=at[where], parent=parent)

    kind = OrganisationKind
    congress = make("RD", "云汀区人大常委会", kind.CONGRESS, "district", None)
    committee = make("YX", "云溪街道人大工委", kind.STREET_COMMITTEE, "street", congress)
    return {
        "congress": congress,
        "committee": committee,
        "other_committee": make("SQ", "石桥街道人大工委", kind.STREET_COMMITTEE, "other_street", congress),
        "office": make("YXB", "云溪街道办事处", kind.STREET_OFFICE, "street", congress),
        "other_office": make("SQB", "石桥街道办事处", kind.STREET_OFFICE, "other_street", congress),
        "community_body": make("HT", "荷塘社区居委会", kind.COMMUNITY, "community", committee),
        "station": make("HTZ", "荷塘代表联络站", kind.STATION, "community", committee),
        "department": make("CG", "云汀区城管局", kind.DEPARTMENT, "district", congress),
        "other_department": make("JT", "云汀区交通局", kind.DEPARTMENT, "district", congress),
    }
