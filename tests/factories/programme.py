"""Supervision activities for tests, walked to where they are wanted by the services themselves."""

from datetime import timedelta
from typing import Any

from opinions.matters.models import Matter
from supervision.programme import services
from supervision.programme.models import Activity, PlanItem, Task
from supervision.programme.services import ActivityData, Circle, ItemData, TaskData
from tests.factories.matters import NOW, TODAY, HandlingWorld, later

SOON = TODAY + timedelta(days=10)


def activity_data(**changes: Any) -> ActivityData:
    """A symposium in a week, from nine to eleven."""
    start = later(7).replace(hour=9)
    values: dict[str, Any] = {
        "kind": "symposium", "title": "老旧小区路灯座谈会", "starts_at": start, "ends_at": start + timedelta(hours=2),
        "place": "荷塘联络站", "agenda": "听取意见，商定措施", **changes,
    }  # fmt: skip
    return ActivityData(**values)


def planned(world: HandlingWorld, *matters: Matter, **changes: Any) -> Activity:
    """Planned by the street."""
    return services.plan_activity(data=activity_data(matters=matters, **changes), by=world.staff, now=NOW)


def announced(world: HandlingWorld, *matters: Matter, **changes: Any) -> Activity:
    """Announced: a deputy is asked, and the department, whose head must come."""
    activity = planned(world, *matters, **changes)
    services.ask_to_come(activity=activity, circle=Circle(deputies=[world.deputy]), by=world.staff, now=NOW)
    officials = Circle(bodies=[world.department], official="王局长", required=True)
    services.ask_to_come(activity=activity, circle=officials, by=world.staff, now=NOW)
    return services.announce(activity=activity, by=world.staff, now=NOW)


def task_data(world: HandlingWorld, **changes: Any) -> TaskData:
    """A task of the department, due in seventeen days."""
    values: dict[str, Any] = {
        "text": "更换东门三盏路灯", "body": world.department, "person": "李四", "due_on": later(17).date(), **changes,
    }  # fmt: skip
    return TaskData(**values)


def held(world: HandlingWorld, *matters: Matter, tasks: tuple[TaskData, ...] = ()) -> Activity:
    """Held a week later, its minutes kept with `tasks`."""
    activity = announced(world, *matters)
    return services.keep_minutes(
        activity=activity, minutes="商定三项措施。", tasks=tasks, by=world.staff, now=later(8)
    )  # fmt: skip


def given(world: HandlingWorld, *matters: Matter, **changes: Any) -> Task:
    """The one task of an activity that was held."""
    return held(world, *matters, tasks=(task_data(world, **changes),)).tasks.select_related("activity", "body").get()


def plan_item(world: HandlingWorld, **changes: Any) -> PlanItem:
    """A line of next year's plan: a monthly meeting in February, May and November."""
    values: dict[str, Any] = {
        "year": 2027, "kind": "monthly", "title": "部门负责人到会的例会", "months": [2, 5, 11],
        "responsible": "工委办公室", **changes,
    }  # fmt: skip
    return services.add_item(data=ItemData(**values), by=world.staff, now=NOW)
