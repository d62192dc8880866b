"""Reading what handling has written, and what a user can do next."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Prefetch, Q
from django.utils import timezone

from deputies.accounts.models import DEPARTMENT_ROLES, User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import handlers_of
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import Transition
from opinions.catalog.models import ClockKind
from opinions.handling.models import Assignment, Part, Reply, ReplyPoint, ReplyStatus
from opinions.handling.standing import RULES, Standing, leads_on, refusal
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import WORKFLOWS, Status


def verbs_for(
    user: User, matter: Matter, *, assignments: Sequence[Assignment] | None = None, now: datetime | None = None
) -> list[Transition]:
    """What this user can do to this matter right now, the likeliest first.

    Exactly these are permitted by the services and have a screen at `handling:<verb>`. At most four statements;
    `assignments` (all of the matter) saves one.
    """
    workflow = WORKFLOWS.get(matter.kind)
    if workflow is None:
        return []
    standing = Standing(user, matter, local_today(now or timezone.now()), assignments)
    rows = [workflow[verb] for verb in RULES]
    return [row for row in rows if leads_on(row, matter.status) and refusal(standing, row) is None]


def last_lead(matter: Matter) -> Assignment | None:
    """The latest lead of the matter, live or not."""
    leads = matter.assignments.filter(part=Part.LEAD).select_related("organisation")
    return leads.order_by("-id").first()


def returns_of(matter: Matter) -> int:
    """How often the matter was returned; the second return goes to the district (domain.md §4)."""
    return matter.assignments.filter(returned_at__isnull=False).count()


def public_replies(matter: Matter) -> list[Reply]:
    """The replies that the resident reads, oldest first, with their points; no draft, no co-handler's opinion."""
    return list(_with_points(matter.replies.filter(status=ReplyStatus.ISSUED)))


def readable_replies(user: User, matter: Matter) -> list[Reply]:
    """What `user`, in whose scope the matter is, reads of its replies: issued ones, those of the own body, and the
    co-handlers' opinions unless the user belongs to another co-handler."""
    readable = Q(status=ReplyStatus.ISSUED) | Q(organisation=user.organisation_id, deputy__isnull=True)
    if user.role not in DEPARTMENT_ROLES or _leads(user, matter):
        readable |= Q(status=ReplyStatus.OPINION)
    return list(_with_points(matter.replies.filter(readable)))


def _leads(user: User, matter: Matter) -> bool:
    return matter.assignments.filter(part=Part.LEAD, organisation=user.organisation_id).exists()


def _with_points(rows):  # type: ignore[no-untyped-def]
    points = Prefetch("points", ReplyPoint.objects.order_by("order", "id"))
    return rows.select_related("organisation", "deputy", "written_by", "approved_by", "assignment").prefetch_related(
        points
    )


def handlers_for(matter: Matter) -> list[Organisation]:
    """The bodies to which the matter can be given."""
    return handlers_of(matter.district)


def waiting_too_long(today: date) -> MatterQuerySet:
    """Matters whose resident was asked and did not supply within the limit."""
    return Matter.objects.filter(status=Status.WAITING).filter(_overdue(ClockKind.SUPPLY, today))


def unrated_too_long(today: date) -> MatterQuerySet:
    """Replied matters whose time for rating has run out."""
    return Matter.objects.filter(status=Status.REPLIED).filter(_overdue(ClockKind.RATE, today))


def _overdue(kind: ClockKind, today: date) -> Q:
    return Q(clocks__kind=kind, clocks__stopped_at__isnull=True, clocks__due_on__lt=today)
