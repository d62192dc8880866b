"""Homes, studios, stations and points of the demo district, who sits there, and when."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

from deputies.contact_points.models import ContactPoint, DutySlot, PointKind, Standard, Stationing
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy, DeputyStatus
from liaison.base.codes import new_plaque_code
from liaison.base.workdays.arithmetic import SHANGHAI, local_today
from liaison.demo.places import Map, Place
from liaison.demo.source import chance, data

ALL = [standard.value for standard in Standard]
WEEKS_BACK, WEEKS_AHEAD = 12, 5


def build_points(world: Map, deputies: list[Deputy], *, now: datetime) -> list[ContactPoint]:
    """Create the four-level tree, the stationings and the duty rota."""
    rng = chance("points")
    points: list[ContactPoint] = []
    for place in world.streets:
        points += _street_points(place, rng)
    points += _small_points({point.division_id: point for point in points if point.kind == PointKind.STATION}, world, rng)
    stationings = list(_station(points, deputies, now))
    Stationing.objects.bulk_create(stationings)
    DutySlot.objects.bulk_create(_duty(stationings, now))
    return points


def _street_points(place: Place, rng: random.Random) -> Iterator[ContactPoint]:
    """The home of a street, a studio for each electoral district but some of the last, a station for most communities."""
    short = place.division.name
    home = _save(f"{short}人大代表之家", PointKind.HOME, place.communities[0], place.committee, rng)
    yield home
    studios = []
    for district in place.electoral[: 2 if place.is_town or rng.random() < 0.7 else None]:
        words = district.name.removeprefix("云汀区").split("（")[0]
        studio = _save(f"{words}代表工作室", PointKind.STUDIO, place.communities[-1], place.committee, rng, parent=home)
        studio.electoral_district = district
        studio.save(update_fields=["electoral_district"])
        studios.append(studio)
        yield studio
    uncovered = data("world")["coverage"]["without_station"]
    for number, division in enumerate(place.communities):
        if division.code not in uncovered:
            studio = studios[number % len(studios)]
            yield _save(f"{division.name}人大代表联络站", PointKind.STATION, division, place.committee, rng, parent=studio)


def _small_points(stations: dict[int, ContactPoint], world: Map, rng: random.Random) -> Iterator[ContactPoint]:
    divisions = {division.code: (division, place) for place in world.streets for division in place.communities}
    for row in data("world")["point"]:
        division, place = divisions[row["community"]]
        parent = stations.get(division.pk)
        yield _save(row["name"], PointKind.POINT, division, place.committee, rng, parent=parent)


def _save(
    name: str, kind: str, division: Division, organisation: Organisation, rng: random.Random, *, parent: ContactPoint | None = None
) -> ContactPoint:
    head = data("world")["district"]
    return ContactPoint.objects.create(
        code=new_plaque_code(rng), name=name, kind=kind, parent=parent, division=division, organisation=organisation,
        electoral_district=parent.electoral_district if parent else None,
        address=f"{division.name}示例路{rng.randint(1, 199)}号",
        latitude=_degrees(head["latitude"], rng), longitude=_degrees(head["longitude"], rng),
        phone=organisation.phone, hours="工作日 9:00–11:30，14:30–17:00" if kind != PointKind.POINT else "",
        standards=ALL if kind == PointKind.HOME else rng.sample(ALL, rng.randint(4, 7)) if kind != PointKind.POINT else [],
    )  # fmt: skip


def _degrees(centre: float, rng: random.Random) -> Decimal:
    return Decimal(str(round(centre + rng.uniform(-0.05, 0.05), 6)))


def _station(points: list[ContactPoint], deputies: list[Deputy], now: datetime) -> Iterator[Stationing]:
    """Each deputy sits at the home and at a station or studio; one who has left did so until the day of leaving."""
    since = local_today(now) - timedelta(days=400)
    by_street: dict[int, list[ContactPoint]] = {}
    for point in points:
        by_street.setdefault(point.organisation_id, []).append(point)
    for number, deputy in enumerate(deputies):
        here = by_street[deputy.organisation_id]
        own = [point for point in here if point.electoral_district_id == deputy.electoral_district_id] if deputy.electoral_district_id else []
        outer = own or here[1:]
        chosen = {here[0], outer[number % len(outer)], outer[(number + 1) % len(outer)]}
        for point in sorted(chosen, key=lambda point: point.pk):
            yield Stationing(contact_point=point, deputy=deputy, since=since, until=deputy.ended_on)


def _duty(stationings: list[Stationing], now: datetime) -> Iterator[DutySlot]:
    """A morning each week at each manned home, studio and station, in turns (G4)."""
    monday = local_today(now) - timedelta(days=local_today(now).weekday())
    seats: dict[int, list[Stationing]] = {}
    for row in stationings:
        if row.deputy.status == DeputyStatus.ACTIVE and row.contact_point.kind != PointKind.POINT:
            seats.setdefault(row.contact_point_id, []).append(row)
    for point_id, rows in seats.items():
        for week in range(-WEEKS_BACK, WEEKS_AHEAD):
            row = rows[(week + point_id) % len(rows)]
            day = monday + timedelta(weeks=week, days=point_id % 5)
            starts = datetime.combine(day, time(9, 0), tzinfo=SHANGHAI)
            yield DutySlot(contact_point=row.contact_point, deputy=row.deputy, starts_at=starts, ends_at=starts + timedelta(hours=2, minutes=30))
