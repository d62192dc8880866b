"""Reading rehearsals, their differences, and which version comes back."""

from datetime import date

from django.db.models import QuerySet

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.accounts.queries import street_of
from deputies.organisations.queries import district_of
from liaison.base.workdays.arithmetic import ONE_DAY, midnight
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import MatterKind
from opinions.rehearsal.models import Difference, PlannedActivation, PlanStatus, Rehearsal
from opinions.routing.models import RuleSet, RuleSetStatus


def opinions_of(rule_set: RuleSet, since: date, until: date, by: User | None) -> MatterQuerySet:
    """The opinions that a version would have decided, raised from one day to another, both included; those that `by`
    may see, or (None, the command line) all."""
    begin, end = (midnight(day) for day in (since, until + ONE_DAY))
    rows = Matter.objects.visible_to(by) if by else Matter.objects.all()
    rows = rows.filter(kind=MatterKind.OPINION, opinion__isnull=False, district=rule_set.district_id)
    rows = rows.filter(street=rule_set.street_id) if rule_set.street_id else rows
    return rows.filter(opened_at__gte=begin, opened_at__lt=end)


def rehearsals_for(user: User) -> QuerySet[Rehearsal]:
    """The rehearsals that the user may read, newest first, without their figures."""
    rows = Rehearsal.objects.select_related("rule_set__district", "rule_set__street", "other", "by", "job")
    district = district_of(user.organisation) if user.organisation else None
    if user.role in DISTRICT_ROLES:
        rows = rows.filter(rule_set__district=district)
    else:
        rows = rows.filter(rule_set__street=street_of(user), rule_set__street__isnull=False)
    return rows.order_by("-id")


def differences_of(rehearsal: Rehearsal, user: User) -> QuerySet[Difference]:
    """The differences on opinions that the user may see."""
    rows = Difference.objects.filter(rehearsal=rehearsal, matter__in=Matter.objects.visible_to(user))
    return rows.select_related("matter__category", "matter__street").order_by("id")


def version_before(district_id: int, street_id: int | None = None) -> RuleSet | None:
    """The version that was in force before the present one."""
    rows = RuleSet.objects.filter(district=district_id, street=street_id, status=RuleSetStatus.RETIRED)
    return rows.filter(activated_at__isnull=False).order_by("-activated_at", "-id").first()


def waiting_plan(rule_set: RuleSet) -> PlannedActivation | None:
    """The activation that waits for its time."""
    rows = PlannedActivation.objects.filter(rule_set=rule_set, status=PlanStatus.WAITING)
    return rows.select_related("by").first()


def last_plan(rule_set: RuleSet) -> PlannedActivation | None:
    """The newest planned activation, whatever became of it."""
    return PlannedActivation.objects.filter(rule_set=rule_set).select_related("by").order_by("-id").first()


def other_versions(rule_set: RuleSet) -> QuerySet[RuleSet]:
    """The versions with which one can be compared: all others of the same district or street."""
    rows = RuleSet.objects.filter(district=rule_set.district_id, street=rule_set.street_id).exclude(pk=rule_set.pk)
    return rows.select_related("district", "street").order_by("-version")
