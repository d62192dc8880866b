"""Reading plans: the page, what is overdue, and what residents read of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from deputies.accounts.models import DEPARTMENT_ROLES, User
from liaison.base.workdays.arithmetic import Light, light, local_today, subtract_workdays
from liaison.base.workdays.queries import current_calendar
from opinions.matters.models import Matter, MatterQuerySet
from opinions.plans.models import Measure, Milestone, Plan, Progress, Redo
from opinions.plans.states import UNDONE, MeasureStatus

WARN_WORKDAYS = 2
"""Working days before a measure or a milestone is due from which it shows yellow."""
WEEK = 7
"""Days within which a suggestion should have become a project (Z12)."""


def with_plan_for(user: User) -> MatterQuerySet:
    """The matters whose plan the user may open: those in scope and, for a body, those in which a measure or the project
    is its own. Of the latter it reads the plan, and nothing of who raised them."""
    visible = Matter.objects.visible_to(user)
    if user.role not in DEPARTMENT_ROLES:
        return visible
    measures = Measure.objects.filter(body=user.organisation_id).order_by().values("plan__matter")
    projects = Plan.objects.filter(body=user.organisation_id, project_on__isnull=False).order_by().values("matter")
    return Matter.objects.filter(Q(pk__in=visible.order_by().values("pk")) | Q(pk__in=measures) | Q(pk__in=projects))


def plan_of(matter: Matter) -> Plan | None:
    """The plan of a matter, or the project of a proposal in which it is, with all that hangs on it; six statements
    whatever its size."""
    progress = Progress.objects.select_related("by").prefetch_related("photos__stored")
    measures = Measure.objects.select_related("body").prefetch_related(
        "milestones", Prefetch("progress", progress), Prefetch("redos", Redo.objects.select_related("by", "body"))
    )
    rows = Plan.objects.of(matter).select_related("body", "proposal")
    return rows.prefetch_related(Prefetch("measures", measures)).first()


def light_of(due_on: date, today: date) -> Light:
    """The light of a day that is still to come or was missed."""
    return light(due_on, subtract_workdays(current_calendar(), due_on, WARN_WORKDAYS), today)


def light_up(plan: Plan, today: date) -> None:
    """Set `.light` of measures and milestones that are still to be done, for the page."""
    for measure in plan.measures.all():
        measure.light = light_of(measure.due_on, today) if measure.status in UNDONE else None  # type: ignore[attr-defined]
        for one in measure.milestones.all():
            one.light = light_of(one.due_on, today) if one.reached_on is None else None  # type: ignore[attr-defined]


def days_to_project(plan: Plan) -> int | None:
    """Days from the opinion, or from the draft of the proposal, to the project; None while it is none."""
    if plan.project_on is None:
        return None
    suggested_at = plan.proposal.created_at if plan.proposal else plan.matter.opened_at
    return (plan.project_on - local_today(suggested_at)).days


def overdue(user: User, today: date) -> Q:
    """Condition on Matter: something of its plan is overdue, for the body whose it is; for a committee anything."""
    measures = Measure.objects.filter(status__in=UNDONE, due_on__lt=today)
    milestones = Milestone.objects.filter(reached_on__isnull=True, due_on__lt=today, measure__status__in=UNDONE)
    if user.role in DEPARTMENT_ROLES:
        measures = measures.filter(Q(body=user.organisation_id) | Q(plan__body=user.organisation_id))
        own = Q(measure__body=user.organisation_id) | Q(measure__plan__body=user.organisation_id)
        milestones = milestones.filter(own)
    late = measures.order_by().values("plan__matter")  # one small set: `OR` would look at every matter
    return Q(pk__in=late.union(milestones.order_by().values("measure__plan__matter")))


@dataclass(frozen=True)
class PublicMeasure:
    """A measure as residents read it: no person, no word of what was said among the bodies."""

    text: str
    body: str
    due_on: date
    done: bool
    again: bool


def public_measures(matter: Matter) -> list[PublicMeasure]:
    """The measures of a matter for its resident, by their days; one statement."""
    rows: Any = Measure.objects.filter(plan__in=Plan.objects.of(matter)).select_related("body").order_by("due_on", "id")
    return [
        PublicMeasure(
            text=row.text,
            body=row.body.name,
            due_on=row.due_on,
            done=row.status in (MeasureStatus.DONE, MeasureStatus.ACCEPTED),
            again=row.status == MeasureStatus.REDO,
        )
        for row in rows
    ]
