"""Reminding bodies of their tasks: before the day and when it has passed, once for each task and day.

Part of the sweep: sets only. A row is looked at on its `next_on`; a missed night is made up for on the next round.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from liaison.base.workdays.hours import Hours, allowed

from deputies.accounts.models import DEPARTMENT_ROLES, Role, User
from liaison.base.notices.services import Draft, queue
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.queries import current_calendar
from opinions.matters.services import drafts_for
from supervision.programme.models import Task
from supervision.programme.services.tasks import LINK
from supervision.programme.states import UNDONE

BATCH = 500
OFFICE_HOURS = Hours(begin=9, end=18)
KEEPERS = (Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_STAFF)
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


@transaction.atomic
def _remind_batch(now: datetime) -> int:
    """One batch in five statements: read and hold, the people, the notices, two groups of days."""
    today = local_today(now)
    due = Task.objects.filter(next_on__lte=today).select_related("activity").order_by("next_on", "id")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    queue(_drafts([row for row in rows if row.status in UNDONE], now), now=now)
    for row in rows:
        late = row.due_on < today or row.status not in UNDONE
        row.next_on = None if late else row.due_on + timedelta(days=1)
    Task.objects.bulk_update(rows, ["next_on"])
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
            people, tag=tag, about=row.chain, subject=subject, body=row.text, link=LINK.format(row.pk)
        )


def _staff(rows: list[Task]) -> dict[int, list[User]]:
    """The people of all bodies and organisers by their body, by one statement."""
    bodies = {row.body_id for row in rows} | {row.activity.organiser_id for row in rows}
    found: dict[int, list[User]] = defaultdict(list)
    people = User.objects.filter(organisation__in=bodies, role__in=(*DEPARTMENT_ROLES, *KEEPERS), is_active=True)
    for person in people.order_by("pk"):
        if person.organisation_id is not None:
            found[person.organisation_id].append(person)
    return found
