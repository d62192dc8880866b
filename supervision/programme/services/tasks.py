"""Tasks that an activity gave: progress with photos, done, looked at, done again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of, handlers_of
from liaison.base.audit.services import Fact, record, record_new
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.notices.services import queue
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import WrongState, advance
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import drafts_for
from opinions.plans.models import Phase
from supervision.programme.access import works_on
from supervision.programme.models import Activity, Task, TaskProgress
from supervision.programme.services.common import (
    MOST_TASKS,
    check_day,
    check_moved,
    check_organiser,
    hold,
    staff_of_organiser,
    tell,
    tell_matters,
    warn_day,
)
from supervision.programme.states import TASK, TOOK_PLACE

LINK = "/desk/supervision/tasks/{}/"


@dataclass(frozen=True, kw_only=True)
class TaskData:
    """What is to be done, by which body, who there, by when; `matter` is one of the activity's."""

    text: str
    body: Organisation
    person: str
    due_on: date
    matter: Matter | None = None


@step
def give_tasks(*, activity: Activity, tasks: Sequence[TaskData], by: User, now: datetime) -> list[Task]:
    """交任务 after the activity was held. Raises NotAllowed, InvalidInput, WrongState."""
    check_organiser(activity, by)
    if activity.status not in TOOK_PLACE:
        raise WrongState
    return write_tasks(activity, tasks, by=by, now=now)


def write_tasks(activity: Activity, tasks: Sequence[TaskData], *, by: User, now: datetime) -> list[Task]:
    """Write the tasks of an activity whose row is held, and tell each body of its own."""
    if activity.tasks.count() + len(tasks) > MOST_TASKS:
        raise InvalidInput(_("任务太多了，请合并相近的。"))
    rows = Task.objects.bulk_create([_checked(activity, data, now) for data in tasks])
    facts = {row.chain: [Fact(verb="give_task", target=row.status, data=responsible(row))] for row in rows}
    record_new(facts, by=by, now=now)
    _tell_bodies(rows, "give", _("请办理一项督办任务"), now=now)
    tell_matters(activity, "give_task", [row.matter for row in rows if row.matter], by=by, now=now)
    return rows


def _checked(activity: Activity, data: TaskData, now: datetime) -> Task:
    text = checked_text(data.text, field="text", missing=_("请写明做什么。"), most=300)
    person = data.person.strip()
    if not person or len(person) > 40:
        raise InvalidInput(_("请填写责任人姓名，40 个字以内。"), field="person")
    district = district_of(activity.organiser)
    if district is None or data.body not in handlers_of(district):
        raise InvalidInput(_("请选择本区在用的承办单位。"), field="body")
    check_day(data.due_on, local_today(now), field="due_on")
    if data.matter is not None and not activity.links.filter(matter=data.matter).exists():
        raise InvalidInput(_("请选择这次活动关联的事项。"), field="matter")
    return Task(
        activity=activity, matter=data.matter, text=text, body=data.body, person=person, given_at=now,
        **_limits(data.due_on),
    )  # fmt: skip


def _limits(due_on: date) -> dict[str, date]:
    """The day, the day it warns, and when the sweep looks first: reminders are armed anew with every new day."""
    warn_on = warn_day(due_on)
    return {"due_on": due_on, "warn_on": warn_on, "next_on": warn_on}


def responsible(task: Task) -> dict[str, str]:
    """Who answers for the task now, for the ledger."""
    return {"body": task.body.name, "person": task.person, "due": str(task.due_on)}


def _tell_bodies(rows: Sequence[Task], key: str, subject: Any, *, now: datetime) -> None:
    """The people of each body hear of its own tasks; two statements however many there are."""
    bodies = {row.body_id for row in rows}
    staff = User.objects.filter(organisation__in=bodies, role__in=DEPARTMENT_ROLES, is_active=True).order_by("pk")
    people = list(staff) if rows else []
    drafts = [
        draft
        for row in rows
        for draft in drafts_for(
            [one for one in people if one.organisation_id == row.body_id], tag=f"{row.chain}:{key}:{row.version}",
            about=row.chain, subject=subject, body=row.text, link=LINK.format(row.pk),
        )
    ]  # fmt: skip
    queue(drafts, now=now)


def _move(task: Task, verb: str, *, by: User, now: datetime, reason: str = "", **changes: Any) -> None:
    """One step in the task's own chain; its matter tells it as well."""
    data = responsible(task)
    advance(task, verb, workflow=TASK, by=by, now=now, chain=task.chain, reason=reason, changes=changes, data=data)
    if task.matter is not None:
        tell_matters(task.activity, verb, [task.matter], by=by, now=now, **{"task": task.text, **responsible(task)})


def _hold_for_body(task: Task, by: User) -> None:
    hold(task.activity)
    if not works_on(by, task):
        raise NotAllowed


@step
def add_progress(
    *, task: Task, text: str, phase: str, by: User, now: datetime, photos: Sequence[StoredFile] = ()
) -> TaskProgress:
    """报告进展, by the body of the task, with photos (prepared, not saved yet). Raises NotAllowed, InvalidInput."""
    _hold_for_body(task, by)
    text = checked_text(text, field="text", missing=_("请写下做了什么。"))
    if phase not in Phase.values:
        raise InvalidInput(_("请选择整改前、进行中或整改后。"), field="phase")
    row = TaskProgress.objects.create(task=task, text=text, phase=phase, by=by, at=now)
    row.photos.set(save_prepared(photos))
    record(task.chain, Fact(verb="task_progress", reason=text[:300], data=responsible(task)), by=by, now=now)
    return row


@step
def finish(*, task: Task, by: User, now: datetime) -> Task:
    """办完了: the body says so; the organiser looks. Raises NotAllowed, WrongState, StaleState."""
    _hold_for_body(task, by)
    _move(task, "finish_task", by=by, now=now, done_at=now, next_on=None)
    key, to = f"task{task.pk}.{task.version}", staff_of_organiser(task.activity)
    link = LINK.format(task.pk)
    tell(task.activity, key, _("任务已办完，请验看（{title}）"), to=to, now=now, more=task.text, link=link)
    return task


@step
def accept(*, task: Task, by: User, now: datetime) -> Task:
    """验看达标. Raises NotAllowed, WrongState, StaleState."""
    check_organiser(task.activity, by)
    _move(task, "accept_task", by=by, now=now)
    return task


@step
def redo(*, task: Task, reason: str, due_on: date, by: User, now: datetime) -> Task:
    """不达标重办: why, and a new day; the chain keeps who was responsible. Raises NotAllowed, InvalidInput."""
    check_organiser(task.activity, by)
    reason = checked_text(reason, field="reason", missing=_("请写明哪里不达标。"))
    check_day(due_on, local_today(now), field="due_on")
    _move(task, "redo_task", by=by, now=now, reason=reason, done_at=None, **_limits(due_on))
    _tell_bodies([task], "redo", _("任务不达标，请重办"), now=now)
    return task


@step
def move_day(*, task: Task, reason: str, due_on: date, by: User, now: datetime) -> Task:
    """改期限 with a reason. Raises NotAllowed, InvalidInput, WrongState, StaleState."""
    check_organiser(task.activity, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么改期限。"))
    check_day(due_on, local_today(now), field="due_on")
    check_moved(due_on, task.due_on, field="due_on")
    _move(task, "move_task", by=by, now=now, reason=reason, **_limits(due_on))
    _tell_bodies([task], "move", _("任务的期限改了"), now=now)
    return task
