"""Reading activities, tasks, the plan of a year and what a calendar shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DEPARTMENT_ROLES, STREET_ROLES, Role, User
from deputies.accounts.queries import streets_of
from deputies.organisations.models import STREET_KINDS
from deputies.organisations.queries import district_of
from liaison.base.audit.models import Event
from liaison.base.codes import token_hash
from liaison.base.workdays.arithmetic import ONE_DAY, SHANGHAI, Light, add_months, light, midnight
from opinions.catalog.models import Category
from opinions.catalog.queries import category_tree
from opinions.intake.models import Opinion
from opinions.intake.queries import campaign_code
from opinions.matters.models import Matter, MatterQuerySet
from supervision.programme.access import answers_for, overseen_bodies
from supervision.programme.ical import Entry
from supervision.programme.models import Activity, ActivityMatter, Feed, Participant, PlanItem, Scope, Task
from supervision.programme.states import OVER, TOOK_PLACE, UNDONE, ActivityStatus, Attendance

SENT = ~Q(status=ActivityStatus.PLANNED)
"""What only the organiser knows of is not announced yet."""
FEED_PAST, FEED_MOST = timedelta(days=180), 500
MOST_CANDIDATES = 100
LOOKED_FOR = timedelta(days=31)


def visible_activities(user: User) -> QuerySet[Activity]:
    """The activities in the user's scope: those of the own committee and below; of the others what was announced and
    to which the user, a helped deputy or the body is asked, gives an answer, or has a task; and public ones at home."""
    if not can(user, Permission.PROGRAMME_VIEW):
        return Activity.objects.none()
    bodies = overseen_bodies(user)
    asked = Q(pk__in=own_invitations(user).order_by().values("activity"))
    if user.role in DEPARTMENT_ROLES:
        asked |= Q(body=user.organisation_id) | Q(pk__in=own_tasks(user).order_by().values("activity"))
    district = district_of(user.organisation) if user.organisation else None
    home = [one for one in (user.organisation_id, district.pk if district else None) if one]
    asked |= Q(scope=Scope.PUBLIC, organiser__in=home)
    return Activity.objects.filter(Q(organiser__in=bodies) | (SENT & asked)).select_related("organiser", "category")


def own_invitations(user: User) -> QuerySet[Participant]:
    """The participants for whom the user answers."""
    bodies = streets_of(user) if user.role in STREET_ROLES else []
    if user.role in DEPARTMENT_ROLES and user.organisation_id:
        bodies = [user.organisation_id]
    mine = Q(user=user) | Q(deputy__user=user) | Q(deputy__helper=user) | Q(body__in=bodies)
    return Participant.objects.filter(mine)


def waiting_invitations(user: User, now: datetime) -> list[Participant]:
    """What the user still has to answer, the next first."""
    ahead = {"activity__status": ActivityStatus.ANNOUNCED, "activity__ends_at__gte": now}
    rows = own_invitations(user).filter(attendance=Attendance.INVITED, **ahead)
    related = ("activity__organiser", "deputy", "body", "user")
    return list(rows.select_related(*related).order_by("activity__starts_at", "id")[:20])


def own_tasks(user: User) -> QuerySet[Task]:
    """The tasks of the user's body."""
    return Task.objects.filter(body=user.organisation_id, body__isnull=False)


def visible_tasks(user: User) -> QuerySet[Task]:
    """A body's own tasks; for others all of the activities they see."""
    if user.role in DEPARTMENT_ROLES:
        rows = own_tasks(user) if can(user, Permission.PROGRAMME_VIEW) else Task.objects.none()
    else:
        rows = Task.objects.filter(activity__in=visible_activities(user).order_by().values("pk"))
    return rows.select_related("activity__organiser", "body", "matter")


def task_light(task: Task, today: date) -> Light | None:
    """The light of a task that is still to be done; derived, never stored."""
    return light(task.due_on, task.warn_on, today) if task.status in UNDONE else None


def light_tasks(rows: Iterable[Task], today: date) -> list[Task]:
    """Set `.light` for the page."""
    tasks = list(rows)
    for row in tasks:
        row.light = task_light(row, today)  # type: ignore[attr-defined]
    return tasks


SHOWN = ("open", "red", "yellow", "done", "accepted")
"""What `tasks_with` knows."""


def tasks_with(light_wanted: str, today: date) -> Q:
    """Condition on Task: red and yellow by their days, or a state (open means both undone ones)."""
    undone = Q(status__in=UNDONE)
    return {
        "red": undone & Q(due_on__lt=today),
        "yellow": undone & Q(due_on__gte=today, warn_on__lte=today),
        "open": undone,
        "done": Q(status="done"),
        "accepted": Q(status="accepted"),
    }.get(light_wanted, Q())


def trail(task: Task) -> list[Event]:
    """When the task was sent back or moved, with who was responsible then."""
    return list(Event.objects.filter(chain=task.chain, verb__in=["redo_task", "move_task"]).order_by("seq"))


def people(activity: Activity) -> list[Participant]:
    """Who was asked, officials who must come first."""
    return list(activity.participants.select_related("deputy", "body", "user"))


def own_answers(user: User, rows: Iterable[Participant]) -> list[Participant]:
    """Of these participants those for whom the user answers."""
    return [row for row in rows if answers_for(user, row)]


@dataclass(frozen=True)
class Turnout:
    """Of the officials who must come: how many, how many came, were excused, stayed away, and are not marked yet."""

    required: int
    attended: int
    excused: int
    absent: int

    @property
    def open(self) -> int:
        return self.required - self.attended - self.excused - self.absent


def turnout(rows: Iterable[Participant]) -> Turnout:
    """The attendance of those who must come (Z14)."""
    states = [row.attendance for row in rows if row.required]
    counted = [states.count(one) for one in (Attendance.ATTENDED, Attendance.EXCUSED, Attendance.ABSENT)]
    return Turnout(len(states), *counted)


def matters_of(activity: Activity, user: User) -> tuple[list[Any], int]:
    """The links to matters in the user's scope, and how many others there are."""
    links = activity.links.select_related("matter__opinion")
    seen = links.filter(matter__in=Matter.objects.visible_to(user).order_by().values("pk"))
    rows = list(seen.order_by("id"))
    return rows, activity.links.count() - len(rows)


def about(matter: Matter, user: User) -> list[Activity]:
    """The activities about a matter that the user may read, the latest first, for the panel of its page."""
    rows = visible_activities(user).filter(links__matter=matter).exclude(status=ActivityStatus.PLANNED)
    tasks = Task.objects.filter(matter=matter).select_related("body")
    return list(rows.prefetch_related(Prefetch("tasks", tasks, to_attr="own_tasks")).order_by("-starts_at", "-id")[:10])


def _branch(category: Category) -> list[int]:
    """A category and those below it."""
    return [one.pk for one in category_tree().values() if category.pk in (one.pk, one.parent_id)]


def _in_announced_days(activity: Activity, path: str = "") -> Q:
    """Condition on Matter, or on what leads to it by `path`: raised while opinions are sought."""
    if activity.opens_on is None or activity.closes_on is None:
        return Q(pk__in=[])
    first, last = midnight(activity.opens_on), midnight(activity.closes_on + ONE_DAY)
    return Q(**{f"{path}opened_at__gte": first, f"{path}opened_at__lt": last})


def raised_waiting(today: date) -> QuerySet[Opinion]:
    """What residents raised in time through the announcement of an activity of their district, and is not attached to
    it yet. A month after its last day a late look at what was raised still finds it."""
    seeking = Activity.objects.filter(SENT, scope=Scope.PUBLIC, opens_on__lte=today, closes_on__gte=today - LOOKED_FOR)
    wanted = Q(pk__in=[])
    for one in seeking.exclude(status__in=OVER).select_related("organiser"):
        wanted |= Q(_in_announced_days(one, "matter__"), campaign=one.pk, matter__district=district_of(one.organiser))
    linked = ActivityMatter.objects.filter(activity=OuterRef("campaign"), matter=OuterRef("pk"))
    return Opinion.objects.filter(wanted).exclude(Exists(linked)).select_related("matter").order_by("pk")


def named(activity: Activity) -> MatterQuerySet:
    """The matters that the organiser named; those raised through its announcement are attached by themselves."""
    return Matter.objects.filter(activity_links__activity=activity).exclude(opinion__campaign=activity.pk)


def gathered(activity: Activity, user: User) -> MatterQuerySet:
    """What residents raised in the announced month under the theme's category or tag, and is not attached yet."""
    rows = Matter.objects.visible_to(user)
    if not (activity.category_id or activity.tag):
        return rows.none()
    wanted = Q(category__in=_branch(activity.category)) if activity.category else Q(pk__in=[])
    if activity.tag:
        wanted |= Q(pk__in=rows.matching(activity.tag).order_by().values("pk"))
    rows = rows.filter(wanted, _in_announced_days(activity))
    return rows.exclude(activity_links__activity=activity).order_by("-opened_at", "-id")


def in_month(rows: QuerySet[Activity], first: date) -> list[Activity]:
    """The activities that touch the month beginning on `first`, in the order of their days."""
    inside = rows.filter(starts_at__lt=midnight(add_months(first, 1)), ends_at__gte=midnight(first))
    return list(inside.order_by("starts_at", "id")[:300])


@dataclass
class Day:
    """A day of the month view."""

    date: date
    inside: bool
    today: bool
    activities: list[Activity] = field(default_factory=list)


def month_view(rows: Iterable[Activity], first: date, today: date) -> list[list[Day]]:
    """Weeks from Monday to Sunday that cover the month; an activity stands on each of its days."""
    start = first - timedelta(days=first.weekday())
    end = add_months(first, 1)
    count = -(-(end - start).days // 7) * 7
    days = (start + timedelta(days=n) for n in range(count))
    cells = {day: Day(day, first <= day < end, day == today) for day in days}
    for row in rows:
        day, last = timezone.localtime(row.starts_at, SHANGHAI).date(), timezone.localtime(row.ends_at, SHANGHAI).date()
        for one in (day + timedelta(days=n) for n in range((last - day).days + 1)):
            if one in cells:
                cells[one].activities.append(row)
    ordered = list(cells.values())
    return [ordered[n : n + 7] for n in range(0, count, 7)]


def visible_items(user: User) -> QuerySet[PlanItem]:
    """The lines of plans that the user reads: the own organisation's and those below."""
    return PlanItem.objects.filter(organisation__in=overseen_bodies(user)).select_related("organisation", "category")


@dataclass(frozen=True)
class Cell:
    """A month of a line: planned, made into an activity, held; `late` when it should have been held and was not."""

    month: int
    planned: bool
    activity: Activity | None
    late: bool

    @property
    def held(self) -> bool:
        return self.activity is not None and self.activity.status in TOOK_PLACE

    @property
    def icon(self) -> str:
        """The sign of its state, as the legend explains it."""
        return self._state[0]

    @property
    def label(self) -> Any:
        """Its state in words."""
        return self._state[1]

    @property
    def _state(self) -> tuple[str, Any]:
        if self.held:
            return "check-circle-fill", _("已召开")
        if self.activity is not None and self.activity.status == ActivityStatus.CANCELLED:
            return "x-circle", _("已取消")
        if self.late:
            return "exclamation-triangle", _("应召开未召开")
        return ("calendar-event", _("已建活动")) if self.activity else ("circle", _("计划"))


@dataclass(frozen=True)
class Line:
    """A line of the plan with its twelve months."""

    item: PlanItem
    cells: list[Cell]

    @property
    def held(self) -> int:
        return sum(cell.held for cell in self.cells)

    @property
    def to_make(self) -> bool:
        return any(cell.planned and cell.activity is None for cell in self.cells)


def board(items: QuerySet[PlanItem], today: date) -> list[Line]:
    """Plan against what was held, a line for each theme; two statements."""
    rows = items.prefetch_related(Prefetch("activities", Activity.objects.order_by("plan_month", "id"), to_attr="made"))
    return [_line(item, today) for item in rows]


def _line(item: PlanItem, today: date) -> Line:
    made = {one.plan_month: one for one in item.made}  # type: ignore[attr-defined]
    shift = 2 if item.kind == "thematic" else 1
    cells = []
    for month in range(1, 13):
        activity, planned = made.get(month), month in item.months
        held = activity is not None and activity.status in TOOK_PLACE
        over = add_months(date(item.year, month, 1), shift) <= today
        cells.append(Cell(month, planned, activity, late=planned and over and not held))
    return Line(item, cells)


def public_activity(pk: int) -> Activity | None:
    """A public activity that was announced, for residents."""
    rows = Activity.objects.filter(SENT, pk=pk, scope=Scope.PUBLIC).select_related(
        "organiser__division", "category", "body"
    )
    return rows.annotate(matters_count=Count("links")).first()


def public_activities(today: date) -> list[Activity]:
    """What residents may read now: announced or held within the last half-year, the latest first."""
    rows = Activity.objects.filter(SENT, scope=Scope.PUBLIC, starts_at__gte=midnight(today - FEED_PAST))
    return list(rows.select_related("organiser").order_by("-starts_at", "-id")[:50])


def find_feed(token: str) -> Feed | None:
    """The subscription that `token` opens, while its account is in use."""
    if not 20 <= len(token) <= 100:
        return None
    rows = Feed.objects.filter(token_hash=token_hash(token), user__is_active=True)
    return rows.select_related("user__organisation", "organisation").first()


def feeds_of(user: User) -> dict[str, Feed]:
    """The user's subscriptions: own and body."""
    rows = Feed.objects.filter(user=user).filter(Q(organisation=None) | Q(organisation=user.organisation_id))
    return {"body" if row.organisation_id else "own": row for row in rows}


def feed_entries(feed: Feed, now: datetime) -> list[Entry]:
    """What the subscription shows: never more than its person may see today; the body's only what concerns the body."""
    user = feed.user
    rows = visible_activities(user).filter(starts_at__gte=now - FEED_PAST)
    if feed.organisation_id is None and user.role != Role.DEPUTY:
        mine = Q(pk__in=own_invitations(user).order_by().values("activity")) | Q(organiser=user.organisation_id)
        rows = rows.filter(mine)
    elif feed.organisation_id is not None:
        if feed.organisation_id != user.organisation_id:
            return []
        asked = Participant.objects.filter(body=feed.organisation_id).order_by().values("activity")
        rows = rows.filter(Q(organiser=feed.organisation_id) | Q(pk__in=asked) | Q(body=feed.organisation_id))
    return [_entry(row) for row in rows.order_by("starts_at", "id")[:FEED_MOST]]


def _entry(row: Activity) -> Entry:
    host = settings.PUBLIC_URL.split("//")[-1].split("/")[0].split(":")[0]
    url = f"{settings.PUBLIC_URL}/desk/supervision/activities/{row.pk}/"
    return Entry(
        uid=f"activity-{row.pk}@{host}", sequence=row.sequence, changed_at=row.changed_at, starts_at=row.starts_at,
        ends_at=row.ends_at, all_day=row.all_day, summary=f"{row.get_kind_display()} {row.title}", location=row.place,
        description=row.agenda, url=url, cancelled=row.status == ActivityStatus.CANCELLED,
        tentative=row.status == ActivityStatus.PLANNED,
    )  # fmt: skip


def way_in(activity: Activity) -> str:
    """Where residents raise something under the theme of a public activity: by the points of the street, or of any."""
    code = urlencode({"theme": campaign_code(activity.pk)})
    street = activity.organiser.division if activity.organiser.kind in STREET_KINDS else None
    return f"{reverse('intake:street', args=[street.code]) if street else reverse('intake:home')}?{code}"


def public_address(activity: Activity) -> str:
    """The residents' page of a public activity."""
    return f"{settings.PUBLIC_URL}/themes/{activity.pk}/"
