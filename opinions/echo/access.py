"""Who writes, who approves, who takes back. Whoever wrote or submitted a text, whoever wrote or approved the reply that
it tells of, and whoever belongs to a body that handled the matter, does not approve it."""

from collections.abc import Iterable

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.workflow import Transition
from opinions.echo.models import Echo
from opinions.echo.states import ECHO, EDITABLE, WRITING
from opinions.handling.models import AssignmentStatus, Reply, ReplyStatus
from opinions.matters.models import Matter, ReplyClass
from opinions.matters.states import Status

STAYS_OUT = (AssignmentStatus.RETURNED, AssignmentStatus.REVOKED)


def may_begin(matter: Matter) -> bool:
    """Whether there is something to tell: a reply after which the matter ended, or one that promises a day."""
    if matter.status == Status.CLOSED:
        return matter.first_replied_at is not None
    return matter.status == Status.REPLIED and matter.reply_class in (ReplyClass.BEING_SOLVED, ReplyClass.PLANNED)


def writes(user: User, echo: Echo) -> bool:
    """Whether the user may still change the text."""
    return echo.status in EDITABLE and can(user, Permission.ECHO_DRAFT)


def recused(user: User, echo: Echo) -> bool:
    """Whether the user, or the user's body, has a part in it."""
    return user not in without_part([user], echo)


def without_part(users: Iterable[User], echo: Echo) -> list[User]:
    """Those of the users who have no part in it: wrote nothing in it, neither wrote nor approved a reply that residents
    read, and belong to no body that handled or answered the matter. Three statements."""
    people: set[int | None] = set()
    people.update(Event.objects.filter(chain=echo.chain, verb__in=WRITING).values_list("by", flat=True))
    bodies: set[int | None] = set()
    bodies.update(echo.matter.assignments.exclude(status__in=STAYS_OUT).values_list("organisation", flat=True))
    for reply in Reply.objects.filter(matter=echo.matter_id, status=ReplyStatus.ISSUED).select_related("written_by"):
        people |= {reply.written_by_id, reply.approved_by_id}
        bodies.add(_body_of(reply))
    bodies.discard(None)
    return [one for one in users if one.pk not in people and one.organisation_id not in bodies]


def _body_of(reply: Reply) -> int | None:
    """The body that answers; of a result from above that of its writer, of a deputy's answer none."""
    if reply.organisation_id or reply.deputy_id or reply.written_by is None:
        return reply.organisation_id
    return reply.written_by.organisation_id


def may(user: User, verb: str, echo: Echo) -> bool:
    """Whether the verb is the user's to do, whatever the state; approving asks for a second pair of eyes."""
    row = ECHO[verb]
    if not can(user, Permission(row.permission)):
        return False
    return row.permission != Permission.ECHO_APPROVE or not recused(user, echo)


SHOWN = ("submit_echo", "publish_echo", "send_back_echo", "take_back_echo", "drop_echo")
"""The verbs that have a button; an edition is replaced by approving the next one."""


def verbs_for(user: User, echo: Echo) -> list[Transition]:
    """What the user can do with it now, in the order of the table."""
    rows = [row for row in ECHO.verbs_from(echo.status) if row.verb in SHOWN]
    rows = [row for row in rows if can(user, Permission(row.permission))]
    if any(row.permission == Permission.ECHO_APPROVE for row in rows) and recused(user, echo):
        rows = [row for row in rows if row.permission != Permission.ECHO_APPROVE]
    return rows
