"""Contact points, stationings, duty slots."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from deputies.contact_points.models import ContactPoint, DutySlot, PointKind, Stationing
from liaison.base.codes import new_plaque_code
from tests.factories.roster import DIVISION, ORGANISATION, DeputyFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")


class ContactPointFactory(DjangoModelFactory[ContactPoint]):
    """A station in use."""

    class Meta:
        model = ContactPoint

    code = factory.LazyFunction(new_plaque_code)
    name = factory.Sequence(lambda n: f"示例联络站{n + 1}")
    kind = PointKind.STATION
    division = factory.SubFactory(DIVISION)
    organisation = factory.SubFactory(ORGANISATION)
    address = factory.Sequence(lambda n: f"示例路 {n + 1} 号")


class StationingFactory(DjangoModelFactory[Stationing]):
    """A deputy stationed since the beginning of the year, still there."""

    class Meta:
        model = Stationing

    contact_point = factory.SubFactory(ContactPointFactory)
    deputy = factory.SubFactory(DeputyFactory)
    since = date(2026, 1, 10)


class DutySlotFactory(DjangoModelFactory[DutySlot]):
    """A morning's turn on 2026-12-01."""

    class Meta:
        model = DutySlot

    contact_point = factory.SubFactory(ContactPointFactory)
    deputy = factory.SubFactory(DeputyFactory)
    starts_at = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
    ends_at = factory.LazyAttribute(lambda slot: slot.starts_at + timedelta(hours=2))
