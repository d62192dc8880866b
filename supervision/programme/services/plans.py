"""The supervision plan of a year (X7), made into activities by one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.accounts.queries import street_of, streets_of
from deputies.organisations.queries import bodies
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.step import step
from liaison.base.workdays.arithmetic import SHANGHAI, Unit, add_months, compute_due, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import Category
from opinions.handling.services import checked_text
from supervision.programme.models import ASKED_BY_DEPUTIES, Activity, ActivityKind, PlanItem, Scope
from supervision.programme.services.activities import ActivityData, plan_activity

MOST_ITEMS = 60
YEARS_AROUND = 2
OF_MONTH, NOT_SAID = _("%(title)s（%(month)d 月）"), _("待定")
name_verbs({"plan_item": _("列入年度计划"), "change_item": _("修改年度计划"), "drop_item": _("移出年度计划")})


class InUse(DomainError):
    message = _("这一项已经有活动，不能移出计划。")


class NothingLeft(DomainError):
    message = _("这一项的活动都已经建好了，或者月份已经过去。")


@dataclass(frozen=True, kw_only=True)
class ItemData:
    """A line of the plan. A theme names its odd months: announced then, supervised on the spot in the month after."""

    year: int
    kind: str
    title: str
    months: Sequence[int]
    responsible: str
    category: Category | None = None


@step
def add_item(*, data: ItemData, by: User, now: datetime) -> PlanItem:
    """列入年度计划. Raises NotAllowed, InvalidInput."""
    check(by, Permission.PROGRAMME_EDIT)
    body = bodies().get(street_of(by))
    if body is None:
        raise NotAllowed
    values = _checked(data, now)
    if PlanItem.objects.filter(organisation_id=body.pk, year=data.year).count() >= MOST_ITEMS:
        raise InvalidInput(_("一年的计划最多 60 项。"))
    item = PlanItem.objects.create(organisation_id=body.pk, created_by=by, created_at=now, **values)
    record(item.chain, Fact(verb="plan_item", data={"body": item.title}), by=by, now=now, first=True)
    return item


@step
def change_item(*, item: PlanItem, data: ItemData, by: User, now: datetime) -> PlanItem:
    """修改: months that have their activity stay. Raises NotAllowed, InvalidInput."""
    _hold(item, by)
    values = _checked(data, now)
    made = set(item.activities.values_list("plan_month", flat=True))
    if not made <= set(data.months):
        raise InvalidInput(_("已经建了活动的月份不能去掉。"), field="months")
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=list(values))
    record(item.chain, Fact(verb="change_item", data={"body": item.title}), by=by, now=now)
    return item


@step
def drop_item(*, item: PlanItem, by: User, now: datetime) -> None:
    """移出计划 while nothing was made of it. Raises NotAllowed, InUse."""
    _hold(item, by)
    if item.activities.exists():
        raise InUse
    record(item.chain, Fact(verb="drop_item", data={"body": item.title}), by=by, now=now)
    item.delete()


@step
def make_activities(*, item: PlanItem, by: User, now: datetime) -> list[Activity]:
    """建活动: one for each month that has none and is not over; pressing twice makes none twice.

    Raises NotAllowed, InvalidInput, NothingLeft.
    """
    _hold(item, by)
    if item.kind in ASKED_BY_DEPUTIES:
        raise InvalidInput(_("视察和约见要先有代表的要求，请按代表的要求逐次新建。"))
    made = set(item.activities.values_list("plan_month", flat=True))
    today = local_today(now)
    left = [month for month in item.months if month not in made and _held_in(item, month) >= today.replace(day=1)]
    if not left:
        raise NothingLeft
    with override(settings.LANGUAGE_CODE):
        planned = {month: _data(item, month, today) for month in left}
    return [plan_activity(data=data, by=by, now=now, item=item, month=month) for month, data in planned.items()]


def _hold(item: PlanItem, by: User) -> None:
    """Hold the line, for somebody of its organisation. Raises NotAllowed."""
    check(by, Permission.PROGRAMME_EDIT)
    held = PlanItem.objects.select_for_update().filter(pk=item.pk, organisation__in=streets_of(by))
    if not held.values_list("pk", flat=True).first():
        raise NotAllowed


def _held_in(item: PlanItem, month: int) -> date:
    """The first day of the month in which it is held; a theme is held the month after (单月公告、双月督办)."""
    first = date(item.year, month, 1)
    return add_months(first, 1) if item.kind == ActivityKind.THEMATIC else first


def _data(item: PlanItem, month: int, today: date) -> ActivityData:
    """Planned for the first working day that is left in its month, nine to eleven; the date is changed as needed."""
    earliest = max(_held_in(item, month), today + timedelta(days=1))
    day = compute_due(current_calendar(), earliest, 0, Unit.WORKING_DAYS).due
    first = date(item.year, month, 1)
    theme = item.kind == ActivityKind.THEMATIC
    named = {"title": item.title[:70], "month": month}
    return ActivityData(
        kind=item.kind, title=item.title if len(item.months) == 1 else str(OF_MONTH % named),
        starts_at=datetime.combine(day, time(9), SHANGHAI), ends_at=datetime.combine(day, time(11), SHANGHAI),
        place=str(NOT_SAID), category=item.category, scope=Scope.PUBLIC if theme else Scope.INTERNAL,
        opens_on=first if theme else None, closes_on=add_months(first, 1) - timedelta(days=1) if theme else None,
        agenda=item.responsible,
    )  # fmt: skip


def _checked(data: ItemData, now: datetime) -> dict[str, object]:
    if abs(data.year - local_today(now).year) > YEARS_AROUND:
        raise InvalidInput(_("请填写今年前后两年以内的年度。"), field="year")
    if data.kind not in ActivityKind.values:
        raise InvalidInput(_("请选择活动种类。"), field="kind")
    months = sorted(set(data.months))
    if not months or not set(months) <= set(range(1, 13)):
        raise InvalidInput(_("请选择月份。"), field="months")
    if data.kind == ActivityKind.THEMATIC and any(month % 2 == 0 for month in months):
        raise InvalidInput(_("主题月在单月公告、双月督办，请选择单月。"), field="months")
    responsible = checked_text(data.responsible, field="responsible", missing=_("请写责任委室或责任人。"), most=80)
    return {
        "year": data.year, "kind": data.kind, "months": months, "category": data.category,
        "title": checked_text(data.title, field="title", missing=_("请写主题。"), most=80),
        "responsible": responsible,
    }  # fmt: skip
