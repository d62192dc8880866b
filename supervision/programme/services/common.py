"""What all steps of an activity share: holding its row, telling people, and the histories of its matters."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import ADMIN_ROLES, Role, User
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record_many
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.notices.services import queue
from liaison.base.workdays.arithmetic import subtract_workdays
from liaison.base.workdays.queries import current_calendar
from liaison.base.workflow import advance
from opinions.matters.models import Matter
from opinions.matters.services import drafts_for
from supervision.programme.access import organises
from supervision.programme.models import Activity, Participant
from supervision.programme.states import ACTIVITY

MOST_MATTERS, MOST_PEOPLE, MOST_TASKS = 60, 200, 40
FURTHEST = 366 * 3
"""Days from today to the furthest day that may be named."""
WARN_WORKDAYS = 2
"""Working days before a task is due from which it shows yellow and its body is reminded."""


KEEPERS = (Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR, Role.DISTRICT_STAFF)
"""Who keeps what a committee organises."""


class NotNow(DomainError):
    message = _("活动已经结束或取消，这一步不能再做。")


def hold(activity: Activity) -> None:
    """Lock the activity's row until the transaction ends: its chain is written by one at a time; its state is read
    anew, its version stays as the user has seen it."""
    row = Activity.objects.select_for_update().filter(pk=activity.pk).values_list("status", flat=True).first()
    if row is None:
        raise StaleState
    activity.status = row


def check_organiser(activity: Activity, by: User) -> None:
    """Hold the row for somebody of the organising committee. Raises NotAllowed."""
    hold(activity)
    if not organises(by, activity):
        raise NotAllowed


def move(activity: Activity, verb: str, *, by: User, now: datetime, reason: str = "", **changes: Any) -> None:
    """One step of an activity, with an event in its own chain; calendars hear of it when `sequence` is among the
    changes."""
    data = changes.pop("data", None)
    advance(
        activity, verb, workflow=ACTIVITY, by=by, now=now, chain=activity.chain, reason=reason, data=data,
        changes={**changes, "changed_at": now},
    )  # fmt: skip


def fact_about(activity: Activity, verb: str, **words: str) -> Fact:
    """A step of the activity for the histories of its matters: internal."""
    data = {"body": activity.title, "activity": activity.pk, **words}
    return Fact(verb=verb, data=data, audience=Audience.INTERNAL)


def tell_matters(
    activity: Activity, verb: str, matters: Iterable[Matter], *, by: User, now: datetime, **words: str
) -> None:
    """The step in the history of each matter: internal; their rows are held in one order."""
    held = Matter.objects.select_for_update().filter(pk__in=[one.pk for one in matters]).order_by("pk")
    fact = fact_about(activity, verb, **words)
    record_many({matter.chain: [fact] for matter in held}, by=by, now=now)


def people_of(rows: Sequence[Participant]) -> list[User]:
    """The accounts that hear for these participants: the person, a deputy's paired helper, the staff of a body."""
    deputies = [row.deputy_id for row in rows if row.deputy_id]
    bodies = [row.body_id for row in rows if row.body_id]
    named = [row.user_id for row in rows if row.user_id]
    if not (deputies or bodies or named):
        return []
    staff = Q(organisation__in=bodies) & ~Q(role__in=[Role.DEPUTY, *ADMIN_ROLES])
    who = Q(deputy__in=deputies) | Q(helped_deputies__in=deputies) | Q(pk__in=named) | staff
    return list(User.objects.filter(who, is_active=True).distinct().order_by("pk"))


def staff_of_organiser(activity: Activity) -> list[User]:
    """Who keeps the activity."""
    rows = User.objects.filter(organisation=activity.organiser_id, role__in=KEEPERS, is_active=True)
    return list(rows.order_by("pk"))


def tell(
    activity: Activity, key: str, text: Any, *, to: Iterable[User], now: datetime, more: object = "", link: str = ""
) -> None:
    """Queue notices to people about the activity: `text` is a template with `{title}`."""
    subject = format_lazy(text, title=activity.title)
    link = link or f"/desk/supervision/activities/{activity.pk}/"
    tag = f"{activity.chain}:{key}"
    queue(drafts_for(to, tag=tag, about=activity.chain, subject=subject, body=more, link=link), now=now)


def check_day(day: date, today: date, *, field: str) -> None:
    """Raises InvalidInput for a day gone by or too far away."""
    if not today <= day or (day - today).days > FURTHEST:
        raise InvalidInput(_("请填写今天以后三年以内的日期。"), field=field)


def check_moved(moved: object, was: object, *, field: str) -> None:
    """Raises InvalidInput for a new day, or new times, that are the old ones: they move nothing, and call nobody."""
    if moved == was:
        raise InvalidInput(_("和原来的日期一样，没有改。"), field=field)


def warn_day(due_on: date) -> date:
    """The day from which a task shows yellow."""
    return subtract_workdays(current_calendar(), due_on, WARN_WORKDAYS)
