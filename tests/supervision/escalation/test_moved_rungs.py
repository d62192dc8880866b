"""A list imported later moves the rungs that count working days, also where the limit itself ends on the same day."""

from datetime import date, timedelta

import pytest

from liaison.base.notices.models import Notice
from liaison.base.workdays.official_list import OfficialList
from liaison.base.workdays.services import save_list
from opinions.clocks.models import Clock
from supervision.cases.services import sweep
from supervision.escalation.models import Alert, Firing
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter
from tests.factories.matters import NOW
from tests.supervision.escalation.test_firing import at

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
FRIDAY = MONDAY + timedelta(4)
THURSDAY = FRIDAY + timedelta(6)
"""After the Saturday on which it turned red come two working days, a holiday, and another working day."""


@pytest.fixture
def one() -> LadderWorld:
    world = ladder_world()
    import_list()
    sweep(now=NOW)
    return world


def import_list(*days: tuple[date, bool]) -> None:
    save_list(by=None, official=OfficialList(2026, "", tuple((*day, "示例节") for day in sorted(days))), now=NOW)


def limit(one: LadderWorld, due_on: date) -> Clock:
    """Five working days that end on that day; yellow the day before."""
    return lit_matter(one, warn_on=due_on - timedelta(1), due_on=due_on, started_on=due_on - timedelta(7))


def red_two(clock: Clock) -> list[tuple[date, bool]]:
    """What fired for the rung two working days after red: its day, and whether that stands."""
    rows = Firing.objects.filter(clock=clock, rung__after=2, trigger="red").order_by("id")
    return [(row.day, row.retracted_at is None) for row in rows]


def test_escalation_that_came_before_its_day_is_taken_back_told_and_comes_once_on_its_day(one: LadderWorld) -> None:
    clock = limit(one, FRIDAY)
    tuesday = FRIDAY + timedelta(4)
    sweep(now=at(tuesday))
    assert red_two(clock) == [(tuesday, True)]
    told = Alert.objects.filter(firing__rung__after=2, digest__isnull=False).values_list("person", flat=True)
    assert set(told) == {one.world.district_staff.pk}
    import_list((FRIDAY + timedelta(3), True), (tuesday, True))
    assert sweep(now=at(tuesday))["taken_back"] == 1
    clock.refresh_from_db()
    assert clock.due_on == FRIDAY
    assert red_two(clock) == [(tuesday, False)]
    assert Firing.objects.filter(clock=clock, rung__after=0, trigger="red", retracted_at=None).count() == 1
    back = Notice.objects.filter(key__startswith="ladder:back:")
    assert set(back.values_list("recipient", flat=True)) == set(told)
    sweep(now=at(THURSDAY - timedelta(1)))
    assert len(red_two(clock)) == 1
    for _twice in range(2):
        sweep(now=at(THURSDAY))
    assert red_two(clock) == [(tuesday, False), (THURSDAY, True)]


def test_escalation_that_a_make_up_day_makes_earlier_comes_on_that_day(one: LadderWorld) -> None:
    clock = limit(one, MONDAY + timedelta(2))
    sweep(now=at(FRIDAY))
    clock.refresh_from_db()
    assert clock.next_on == FRIDAY + timedelta(3), "red since Thursday; two working days after it"
    import_list((FRIDAY + timedelta(1), False))
    sweep(now=at(FRIDAY))
    sweep(now=at(FRIDAY + timedelta(1)))
    assert red_two(clock) == [(FRIDAY + timedelta(1), True)]


def test_list_of_a_past_year_takes_nothing_back_and_looks_at_nothing(one: LadderWorld) -> None:
    clock = limit(one, FRIDAY)
    sweep(now=at(FRIDAY + timedelta(1)))
    before = list(Clock.objects.values()), Firing.objects.count()
    save_list(by=None, official=OfficialList(2025, "", ((date(2025, 10, 1), True, "示例节"),)), now=NOW)
    assert sweep(now=at(FRIDAY + timedelta(1)))["taken_back"] == 0
    assert (list(Clock.objects.values()), Firing.objects.count()) == before
    assert Clock.objects.get(pk=clock.pk).next_on == FRIDAY + timedelta(4)
