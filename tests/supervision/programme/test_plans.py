"""The plan of a year: made into activities once, and set against what was held."""

from datetime import date

import pytest
from django.utils import timezone

from liaison.base.errors import InvalidInput, NotAllowed
from supervision.programme import services
from supervision.programme.models import Activity, PlanItem
from supervision.programme.queries import board, visible_items
from supervision.programme.services import InUse, ItemData, NothingLeft
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.programme import plan_item


def test_one_press_makes_an_activity_for_each_month_and_the_next_press_none(world: HandlingWorld) -> None:
    item = plan_item(world)
    made = services.make_activities(item=item, by=world.staff, now=NOW)
    assert [one.plan_month for one in made] == [2, 5, 11]
    with pytest.raises(NothingLeft):
        services.make_activities(item=item, by=world.secretary, now=NOW)
    assert Activity.objects.count() == 3


def test_theme_is_announced_in_the_odd_month_and_supervised_in_the_even_one(world: HandlingWorld) -> None:
    item = plan_item(world, kind="thematic", title="雨污分流", months=[3])
    (theme,) = services.make_activities(item=item, by=world.staff, now=NOW)
    assert (theme.opens_on, theme.closes_on) == (date(2027, 3, 1), date(2027, 3, 31))
    assert timezone.localtime(theme.starts_at).date() == date(2027, 4, 1)
    assert theme.scope == "public"
    with pytest.raises(InvalidInput):
        plan_item(world, kind="thematic", months=[4])


def test_theme_of_november_is_supervised_in_december(world: HandlingWorld) -> None:
    item = plan_item(world, kind="thematic", months=[11], year=2026)
    (theme,) = services.make_activities(item=item, by=world.staff, now=NOW)
    assert timezone.localtime(theme.starts_at).date() == date(2026, 12, 1)


def test_months_gone_by_are_not_made(world: HandlingWorld) -> None:
    item = plan_item(world, year=2026, months=[2, 11])
    (made,) = services.make_activities(item=item, by=world.staff, now=NOW)
    assert timezone.localtime(made.starts_at).date() == date(2026, 11, 24), "the first working day that is left"


def test_what_deputies_ask_for_is_not_made_in_advance(world: HandlingWorld) -> None:
    item = plan_item(world, kind="appointment")
    with pytest.raises(InvalidInput):
        services.make_activities(item=item, by=world.staff, now=NOW)


def test_plan_is_kept_by_its_own_organisation_and_read_from_above(world: HandlingWorld) -> None:
    item = plan_item(world)
    for by in (world.other_staff, world.district_staff, world.leader, world.handler):
        with pytest.raises(NotAllowed):
            services.drop_item(item=item, by=by, now=NOW)
    reading = {name for name, user in world.users.items() if visible_items(user).exists()}
    assert reading == {"staff", "secretary", "helper", "district_staff", "leader"}


def test_line_with_activities_stays_and_keeps_their_months(world: HandlingWorld) -> None:
    item = plan_item(world)
    services.make_activities(item=item, by=world.staff, now=NOW)
    with pytest.raises(InUse):
        services.drop_item(item=item, by=world.staff, now=NOW)
    data = ItemData(year=2027, kind="monthly", title="例会", months=[2, 5], responsible="办公室")
    with pytest.raises(InvalidInput):
        services.change_item(item=item, data=data, by=world.staff, now=NOW)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("year", {"year": 2040}),
        ("months", {"months": [13]}),
        ("months", {"months": []}),
        ("responsible", {"responsible": ""}),
    ],
)
def test_wrong_value_is_refused_at_its_field(world: HandlingWorld, field: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan_item(world, **changes)
    assert refused.value.field == field


def test_board_sets_plan_against_held(world: HandlingWorld) -> None:
    item = plan_item(world)
    made = services.make_activities(item=item, by=world.staff, now=NOW)
    Activity.objects.filter(pk=made[0].pk).update(status="held")
    (line,) = board(PlanItem.objects.all(), date(2027, 6, 1))
    states = {cell.month: (cell.held, cell.late) for cell in line.cells if cell.planned}
    assert states == {2: (True, False), 5: (False, True), 11: (False, False)}
    assert (line.held, line.to_make) == (1, False)
