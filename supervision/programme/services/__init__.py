"""Steps of the supervision programme. Other capabilities import from here."""

from supervision.programme.services.activities import (
    ActivityData,
    announce,
    answer,
    attach_matters,
    cancel,
    change_activity,
    conclude,
    keep_minutes,
    plan_activity,
    postpone,
)
from supervision.programme.services.common import MOST_MATTERS, WARN_WORKDAYS, NotNow
from supervision.programme.services.feeds import feed_address, renew_feed
from supervision.programme.services.people import Circle, ask_to_come, let_go, mark, say
from supervision.programme.services.plans import (
    InUse,
    ItemData,
    NothingLeft,
    add_item,
    change_item,
    drop_item,
    make_activities,
)
from supervision.programme.services.raising import attach_raised
from supervision.programme.services.reminders import OFFICE_HOURS, in_office_hours, remind_due, tasks_due
from supervision.programme.services.tasks import (
    TaskData,
    accept,
    add_progress,
    finish,
    give_tasks,
    move_day,
    redo,
)

__all__ = [
    "MOST_MATTERS",
    "OFFICE_HOURS",
    "WARN_WORKDAYS",
    "ActivityData",
    "Circle",
    "InUse",
    "ItemData",
    "NotNow",
    "NothingLeft",
    "TaskData",
    "accept",
    "add_item",
    "add_progress",
    "announce",
    "answer",
    "ask_to_come",
    "attach_matters",
    "attach_raised",
    "cancel",
    "change_activity",
    "change_item",
    "conclude",
    "drop_item",
    "feed_address",
    "finish",
    "give_tasks",
    "in_office_hours",
    "keep_minutes",
    "let_go",
    "make_activities",
    "mark",
    "move_day",
    "plan_activity",
    "postpone",
    "redo",
    "remind_due",
    "renew_feed",
    "say",
    "tasks_due",
]
