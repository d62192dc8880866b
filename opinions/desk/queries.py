"""What waits for whom: the queues of each role, and the filters of the list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, Role, User
from liaison.base.codes import is_code, normalise
from liaison.base.workdays.arithmetic import Light, light
from opinions.handling.models import Assignment, AssignmentStatus, Reply, ReplyStatus
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import FINAL, OPEN, Status

LIST_RELATED = ("category", "street", "holder", "holder_deputy", "deputy", "opinion")
DUE_ORDER = ("due_on", "id")
NEWEST_ORDER = ("-id",)
OLDEST_ORDER = ("id",)
ORDERS = {"due": DUE_ORDER, "new": NEWEST_ORDER, "old": OLDEST_ORDER}


@dataclass(frozen=True)
class Queue:
    """One pile of matters at a desk."""

    key: str
    label: Any
    condition: Callable[[User], Q]
    waits: bool = True
    """Whether it is this user's own work (counted at the top of the desk)."""


def _held_by_body(user: User) -> Q:
    return Q(holder=user.organisation_id, status__in=OPEN)


def _triage(user: User) -> Q:
    return Q(holder=user.organisation_id, status=Status.SUBMITTED)


def _to_assign(user: User) -> Q:
    return Q(holder=user.organisation_id, status__in=(Status.TAKEN, Status.RETURNED, Status.REWORK))


def _with_handlers(_user: User) -> Q:
    return Q(status=Status.HANDLING)


def _with_resident(_user: User) -> Q:
    return Q(status__in=(Status.WAITING, Status.REPLIED))


def _assigned(user: User, status: AssignmentStatus) -> Q:
    mine = Assignment.objects.filter(organisation=user.organisation_id, status=status)
    return Q(pk__in=mine.values("matter"))


def _unsigned(user: User) -> Q:
    return _assigned(user, AssignmentStatus.PENDING)


def _to_reply(user: User) -> Q:
    return _assigned(user, AssignmentStatus.SIGNED)


def _drafted(user: User, status: ReplyStatus) -> Q:
    ours = Reply.objects.filter(organisation=user.organisation_id, status=status)
    return Q(pk__in=ours.values("matter"))


def _to_approve(user: User) -> Q:
    return _drafted(user, ReplyStatus.PENDING)


def _sent_back(user: User) -> Q:
    return _drafted(user, ReplyStatus.SENT_BACK)


def _deputys_turn(user: User) -> Q:
    return Q(holder_deputy__user=user, status__in=OPEN)


def _everything(_user: User) -> Q:
    return Q()


def _still_open(_user: User) -> Q:
    return Q(status__in=OPEN)


def _ended(_user: User) -> Q:
    return Q(status__in=FINAL)


ALL = Queue("all", _("全部"), _everything, waits=False)
_STREET = (
    Queue("triage", _("待接单"), _triage),
    Queue("assign", _("待交办"), _to_assign),
    Queue("handlers", _("部门办理中"), _with_handlers, waits=False),
    Queue("residents", _("等群众"), _with_resident, waits=False),
    ALL,
)
_HANDLER = (
    Queue("sign", _("待签收"), _unsigned),
    Queue("reply", _("待答复"), _to_reply),
    Queue("sent_back", _("退回修改"), _sent_back),
    ALL,
)
_HEAD = (Queue("approve", _("待审签"), _to_approve), *_HANDLER)
_DISTRICT = (
    Queue("mine", _("待我委处理"), _held_by_body),
    Queue("open", _("未办结"), _still_open, waits=False),
    Queue("handlers", _("部门办理中"), _with_handlers, waits=False),
    Queue("ended", _("已结束"), _ended, waits=False),
    ALL,
)
_DEPUTY = (
    Queue("mine", _("等我答复"), _deputys_turn),
    Queue("follow", _("跟踪"), lambda user: Q(status__in=OPEN) & ~Q(holder_deputy__user=user), waits=False),
    Queue("ended", _("已结束"), _ended, waits=False),
)


def queues_of(user: User) -> tuple[Queue, ...]:
    """The queues of the user's role, the most pressing first. Administrators have none: they see no matter."""
    if user.role == Role.DEPUTY:
        return _DEPUTY
    if user.role in DISTRICT_ROLES:
        return _DISTRICT
    if user.role == Role.DEPARTMENT_HEAD:
        return _HEAD
    return _HANDLER if user.role in DEPARTMENT_ROLES else _STREET


def in_queue(visible: MatterQuerySet, user: User, queue: Queue) -> MatterQuerySet:
    """The matters of one queue out of all that are visible to the user."""
    return visible.filter(queue.condition(user))


def light_up(matter: Matter, today: date) -> None:
    """Set `matter.light` for the page: by dates, at reading time; none once it is at an end."""
    matter.light = light(matter.due_on, matter.warn_on, today) if matter.is_open else None  # type: ignore[attr-defined]


def light_condition(light: str, today: date) -> Q:
    """Matters that show `light` today (see `workdays.arithmetic.light`)."""
    if light == Light.RED:
        return Q(due_on__lt=today)
    if light == Light.YELLOW:
        return Q(due_on__gte=today, warn_on__lte=today)
    return Q(due_on__isnull=True) | Q(warn_on__gt=today)


def search(matters: MatterQuerySet, text: str) -> MatterQuerySet:
    """Matters with all words of `text`, or the one whose tracking code it is."""
    code = normalise(text)
    return matters.filter(code=code) if is_code(code) else matters.matching(text)


def filtered(matters: MatterQuerySet, chosen: Mapping[str, Any], today: date) -> MatterQuerySet:
    """`matters` narrowed by the cleaned values of `FilterForm`."""
    if chosen.get("q"):
        matters = search(matters, chosen["q"])
    if chosen.get("light"):
        matters = matters.filter(light_condition(chosen["light"], today), status__in=OPEN)
    plain = {
        "status": chosen.get("status"),
        "tier": chosen.get("tier"),
        "category": chosen.get("category"),
        "street": chosen.get("street"),
        "opinion__channel": chosen.get("channel"),
        "opened_at__date__gte": chosen.get("since"),
        "opened_at__date__lte": chosen.get("until"),
    }
    return matters.filter(**{name: value for name, value in plain.items() if value})
