"""Reminding bodies of their tasks: before the day and when it has passed, once for each task and day.

Part of the sweep: sets only. A row is looked at on its `next_on`; a missed night is made up for on the next round.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, User
from liaison.base.notices.services import Draft, queue
from liaison.base.updates import update_each
from liaison.base.workdays.arithmetic import ONE_DAY, local_today
from liaison.base.workdays.hours import Hours, allowed
from liaison.base.workdays.queries import current_calendar
from opinions.matters.services import drafts_for
from supervision.programme.models import Task
from supervision.programme.services.common import KEEPERS
from supervision.programme.services.tasks import LINK
from supervision.programme.states import UNDONE

BATCH = 500
OFFICE_HOURS = Hours(begin=9, end=18)
NEARLY, OVERDUE = _("任务快到期：{day}"), _("任务已超期：{day}")


def in_office_hours(now: datetime) -> bool:
    """Whether people may be written to: on working days from nine to six."""
    return allowed(current_calendar(), now, OFFICE_HOURS) == now


def remind_due(*, now: datetime) -> int:
    """Remind of what is due soon (the body) and of what is overdue (the organiser as well); returns how many tasks.

    Outside office hours nothing happens: the next round finds the same rows.
    """
    if not in_office_hours(now):
        return 0
    reminded = 0
    while found := _remind_batch(now):
        reminded += found
    return reminded


def tasks_due(now: datetime) -> QuerySet[Task]:
    """The tasks that are to be looked at."""
    return Task.objects.filter(next_on__lte=local_today(now)).select_related("activity").order_by("next_on", "id")


@transaction.atomic
def _remind_batch(now: datetime) -> int:
    """One batch as a set: read and hold, the people, the notices, the next days."""
    today = local_today(now)
    rows = list(tasks_due(now).select_for_update(of=("self",), skip_locked=True)[:BATCH])
    queue(_drafts([row for row in rows if row.status in UNDONE], now), now=now)
    ended = {row.pk for row in rows if row.due_on < today or row.status not in UNDONE}
    update_each(Task, ("next_on",), [(row.pk, None if row.pk in ended else row.due_on + ONE_DAY) for row in rows])
    return len(rows)


def _drafts(rows: list[Task], now: datetime) -> Iterable[Draft]:
    if not rows:
        return
    today, staff = local_today(now), _staff(rows)
    for row in rows:
        late = row.due_on < today
        bodies = [row.body_id, *([row.activity.organiser_id] if late else [])]
        subject = format_lazy(OVERDUE if late else NEARLY, day=row.due_on)
        tag = f"{row.chain}:{'late' if late else 'soon'}:{row.due_on}"
        people = [person for body in bodies for person in staff[body]]
        yield from drafts_for(
            people, tag=tag, about=row.chain, subject=subject, body=row.text, link=LINK.format(row.pk),
            hours=OFFICE_HOURS,
        )  # fmt: skip


def _staff(rows: list[Task]) -> dict[int, list[User]]:
    """The people of all bodies and organisers by their body, by one statement."""
    bodies = {row.body_id for row in rows} | {row.activity.organiser_id for row in rows}
    found: dict[int, list[User]] = defaultdict(list)
    people = User.objects.filter(organisation__in=bodies, role__in=(*DEPARTMENT_ROLES, *KEEPERS), is_active=True)
    for person in people.order_by("pk"):
        if person.organisation_id is not None:
            found[person.organisation_id].append(person)
    return found
