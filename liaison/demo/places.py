"""The map and the bodies of the demo district."""

from dataclasses import dataclass, field

from deputies.organisations.models import Division, DivisionLevel, Organisation, OrganisationKind
from liaison.demo.source import data

K, L = OrganisationKind, DivisionLevel


@dataclass
class Place:
    """A street (or the town) with its three bodies, communities and electoral districts."""

    division: Division
    committee: Organisation
    office: Organisation
    communities: list[Division] = field(default_factory=list)
    electoral: list[Division] = field(default_factory=list)

    @property
    def is_town(self) -> bool:
        return self.committee.kind == K.PRESIDIUM


@dataclass
class Map:
    """The whole district."""

    province: Division
    city: Division
    county: Division
    congress: Organisation
    streets: list[Place]
    bodies: dict[str, Organisation]


def build_map() -> Map:
    """Create divisions and organisations."""
    head = data("world")["district"]
    province = Division.objects.create(code=head["province"][0], name=head["province"][1], level=L.PROVINCE)
    city = Division.objects.create(code=head["city"][0], name=head["city"][1], level=L.PREFECTURE, parent=province)
    county = Division.objects.create(code=head["county"][0], name=head["county"][1], level=L.COUNTY, parent=city)
    congress = Organisation.objects.create(
        code="YT-RD",
        name=head["congress"],
        short_name="区人大常委会",
        kind=K.CONGRESS,
        division=county,
        phone="0990-5550000",
    )
    streets = [_build_street(row, county, congress, number) for number, row in enumerate(data("world")["street"], 1)]
    _build_communities(streets)
    return Map(province, city, county, congress, streets, _build_bodies(county, congress))


def _build_street(row: dict, county: Division, congress: Organisation, number: int) -> Place:
    division = Division.objects.create(
        code=f"{county.code}{row['number']}", name=row["name"], level=L.STREET, parent=county
    )
    town = row.get("town", False)
    short = row["name"].removesuffix("街道").removesuffix("镇")
    committee = Organisation.objects.create(
        code=f"YT-GW-{number:02}",
        name=f"{row['name']}人大主席团" if town else f"云汀区人大常委会{row['name']}工作委员会",
        short_name=f"{row['name']}人大主席团" if town else f"{short}人大工委",
        kind=K.PRESIDIUM if town else K.STREET_COMMITTEE, division=division, parent=congress,
        phone=f"0990-55510{number:02}",
    )  # fmt: skip
    office = Organisation.objects.create(
        code=f"YT-BS-{number:02}",
        name=f"{row['name']}人民政府" if town else f"{row['name']}办事处",
        short_name=f"{row['name']}政府" if town else f"{short}街道办",
        kind=K.STREET_OFFICE, division=division, parent=congress, phone=f"0990-55520{number:02}",
    )  # fmt: skip
    communities = [
        Division(code=f"{division.code}{place:03}", name=name, level=L.COMMUNITY, parent=division)
        for place, name in enumerate(row["communities"], 1)
    ]
    electoral = [
        Division(
            code=f"XQ-{number:02}-{place}",
            name=f"云汀区第{_place_number(number, place)}选区（{short}）",
            level=L.ELECTORAL,
            parent=division,
        )
        for place in (1, 2, 3)[: 2 + number % 2]
    ]
    Division.objects.bulk_create([*communities, *electoral])
    return Place(division, committee, office, communities, electoral)


def _place_number(street: int, place: int) -> int:
    """Electoral districts are numbered through: streets have three and two of them in turns."""
    return sum(2 + earlier % 2 for earlier in range(1, street)) + place


def _build_communities(streets: list[Place]) -> None:
    rows = [
        Organisation(
            code=f"YT-SQ-{division.code[-6:]}",
            name=f"{division.name}村民委员会" if place.is_town else f"{division.name}居民委员会",
            short_name=division.name, kind=K.COMMUNITY, division=division, parent=place.office,
        )
        for place in streets
        for division in place.communities
    ]  # fmt: skip
    Organisation.objects.bulk_create(rows)


def _build_bodies(county: Division, congress: Organisation) -> dict[str, Organisation]:
    """Departments, court and so on; a body that was merged into another is closed."""
    bodies: dict[str, Organisation] = {}
    for number, row in enumerate(data("world")["body"], 1):
        target = bodies.get(row.get("merged_into", ""))
        bodies[row["code"]] = Organisation.objects.create(
            code=f"YT-{row['code']}", name=row["name"], short_name=row["short"], kind=row["kind"], division=county,
            parent=congress, phone=f"0990-55530{number:02}", merged_into=target, active=target is None,
        )  # fmt: skip
    return bodies
