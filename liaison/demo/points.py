"""Homes, studios, stations and points of the demo district, who sits there, and when."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

from deputies.contact_points.models import ContactPoint, DutySlot, PointKind, Standard, Stationing
from deputies.contact_points.services import Details, close_point, create_point, set_standards, station
from deputies.organisations.models import Division
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.codes import new_plaque_code
from liaison.base.workdays.arithmetic import SHANGHAI, local_today
from liaison.demo.places import Map, Place
from liaison.demo.source import chance, data

WEEKS_BACK, WEEKS_AHEAD = 12, 5
LONG_AGO = timedelta(days=390)


class PointMaker:
    """Makes one point after another, with codes that are the same on every machine."""

    def __init__(self, now: datetime) -> None:
        self.rng = chance("points")
        self.then = now - LONG_AGO

    def make(
        self, name: str, kind: PointKind, division: Division, place: Place, *,
        parent: ContactPoint | None = None, electoral: Division | None = None,
    ) -> ContactPoint:  # fmt: skip
        head = data("world")["district"]
        details = Details(
            name=name, kind=kind, parent=parent, division=division, organisation=place.committee,
            electoral_district=electoral or (parent.electoral_district if parent else None),
            address=f"{division.name}示例路{self.rng.randint(1, 199)}号", phone=place.committee.phone,
            latitude=self._degrees(head["latitude"]), longitude=self._degrees(head["longitude"]),
            hours="" if kind == PointKind.POINT else "工作日 9:00–11:30，14:30–17:00",
        )  # fmt: skip
        point = create_point(details=details, by=None, now=self.then)
        point.code = new_plaque_code(self.rng)
        point.save(update_fields=["code"])
        if kind != PointKind.POINT:
            met = (
                Standard.values if kind == PointKind.HOME else self.rng.sample(Standard.values, self.rng.randint(4, 7))
            )
            set_standards(point=point, met=met, by=None, now=self.then)
        return point

    def _degrees(self, centre: float) -> Decimal:
        return Decimal(str(round(centre + self.rng.uniform(-0.05, 0.05), 6)))


def build_points(world: Map, deputies: list[Deputy], *, now: datetime) -> list[ContactPoint]:
    """Create the four-level tree, the stationings and the duty rota."""
    maker = PointMaker(now)
    points = [point for place in world.streets for point in _street_points(place, maker)]
    points += _small_points(
        {point.division_id: point for point in points if point.kind == PointKind.STATION}, world, maker
    )
    stationings = list(_station(points, deputies, now))
    DutySlot.objects.bulk_create(_duty(stationings, now))
    close_point(point=points[-1], reason="文化礼堂修缮，暂停使用", by=None, now=now - timedelta(days=15))
    return points


def _street_points(place: Place, maker: PointMaker) -> Iterator[ContactPoint]:
    """The home of a street, studios for most electoral districts, a station for most communities."""
    home = maker.make(f"{place.division.name}人大代表之家", PointKind.HOME, place.communities[0], place)
    yield home
    studios = [_studio(place, district, home, maker) for district in _with_studio(place, maker.rng)]
    yield from studios
    uncovered = data("world")["coverage"]["without_station"]
    for number, division in enumerate(place.communities):
        if division.code not in uncovered:
            name, studio = f"{division.name}人大代表联络站", studios[number % len(studios)]
            yield maker.make(name, PointKind.STATION, division, place, parent=studio)


def _with_studio(place: Place, rng: random.Random) -> list[Division]:
    """All electoral districts of a street but, here and there, the third."""
    return place.electoral[:2] if rng.random() < 0.4 else place.electoral


def _studio(place: Place, district: Division, home: ContactPoint, maker: PointMaker) -> ContactPoint:
    number = district.name.removeprefix("云汀区").split("（")[0]
    return maker.make(
        f"{number}代表工作室", PointKind.STUDIO, place.communities[-1], place, parent=home, electoral=district
    )


def _small_points(stations: dict[int, ContactPoint], world: Map, maker: PointMaker) -> Iterator[ContactPoint]:
    divisions = {division.code: (division, place) for place in world.streets for division in place.communities}
    for row in data("world")["point"]:
        division, place = divisions[row["community"]]
        yield maker.make(row["name"], PointKind.POINT, division, place, parent=stations.get(division.pk))


def _station(points: list[ContactPoint], deputies: list[Deputy], now: datetime) -> Iterator[Stationing]:
    """Each deputy sits at the home and at two other places; one who has left did so until the day of leaving."""
    then = now - LONG_AGO
    for number, deputy in enumerate(deputies):
        for point in _seats(deputy, number, points):
            made = Stationing(contact_point=point, deputy=deputy, since=local_today(then), until=deputy.ended_on)
            if deputy.status == DeputyStatus.ENDED:
                made.save()
            else:
                made = station(point=point, deputy=deputy, since=local_today(then), by=None, now=then)
            yield made


def _seats(deputy: Deputy, number: int, points: list[ContactPoint]) -> list[ContactPoint]:
    here = [point for point in points if point.organisation_id == deputy.organisation_id]
    own = [point for point in here if point.electoral_district_id == deputy.electoral_district_id]
    outer = own if deputy.electoral_district_id and own else here[1:]
    chosen = {here[0].pk, outer[number % len(outer)].pk, outer[(number + 1) % len(outer)].pk}
    return [point for point in here if point.pk in chosen]


def _duty(stationings: list[Stationing], now: datetime) -> Iterator[DutySlot]:
    """A morning each week at each manned home, studio and station, in turns (G4); past and coming weeks at once."""
    monday = local_today(now) - timedelta(days=local_today(now).weekday())
    seats: dict[int, list[Stationing]] = {}
    for row in stationings:
        if row.deputy.status == DeputyStatus.ACTIVE and row.contact_point.kind != PointKind.POINT:
            seats.setdefault(row.contact_point_id, []).append(row)
    for place, rows in enumerate(seats.values()):
        for week in range(-WEEKS_BACK, WEEKS_AHEAD):
            row = rows[(week + place) % len(rows)]
            hour = 9 if place % 2 else 14
            starts = datetime.combine(monday + timedelta(weeks=week, days=place % 5), time(hour, 30), tzinfo=SHANGHAI)
            yield DutySlot(
                contact_point=row.contact_point,
                deputy=row.deputy,
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
            )
