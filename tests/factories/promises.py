"""Promises, made by replies that were issued."""

from datetime import date, datetime, timedelta

from opinions.handling import services as handling
from opinions.handling.content import Content, Point
from opinions.matters.models import Matter
from opinions.promises.models import Promise
from tests.factories.matters import NOW, TODAY, HandlingWorld, signed
from tests.support.steps import step

DUE = TODAY + timedelta(days=30)
"""A Wednesday, the day by which the department promises."""
AFTER = NOW + timedelta(days=31)
"""The first moment at which it is past its day."""


def promising(*days: date, reply_class: str = "B") -> Content:
    """A reply that promises something for each of `days`."""
    points = tuple(
        Point(problem=f"东门第 {number} 盏路灯不亮", measure=f"更换第 {number} 盏灯头", person="李四", due_on=day)
        for number, day in enumerate(days, 1)
    )
    return Content(text="经现场查看，线缆老化，分批更换。", reply_class=reply_class, points=points)


@step
def promised(world: HandlingWorld, *days: date, matter: Matter | None = None, now: datetime = NOW) -> list[Promise]:
    """What the department's reply promises, by its points; the matter waits for its rating."""
    matter = signed(world, matter)
    written = promising(*(days or (DUE,)))
    handling.submit_for_approval(matter=matter, content=written, by=world.handler, now=now)
    handling.issue_reply(matter=matter, by=world.head, now=now)
    return list(Promise.objects.filter(matter=matter).select_related("matter", "organisation").order_by("point"))


@step
def closed_with(world: HandlingWorld, *days: date, satisfaction: str = "satisfied") -> list[Promise]:
    """The same, and the matter was rated and closed."""
    rows = promised(world, *days)
    handling.close_rated(matter=rows[0].matter, satisfaction=satisfaction, now=NOW, actor="反映人")
    return again(*rows)


def again(*rows: Promise) -> list[Promise]:
    """The promises as they stand now, on a fresh screen."""
    held = Promise.objects.select_related("matter__street", "matter__district", "organisation")
    return [held.get(pk=row.pk) for row in rows]
