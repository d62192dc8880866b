"""An activity from its plan to its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.accounts.queries import street_of
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, district_of, handlers_of
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import Category
from opinions.handling.services import checked_text
from opinions.matters.models import Matter
from opinions.matters.services import fitting
from supervision.programme.access import answers_appointment
from supervision.programme.models import (
    ASKED_BY_DEPUTIES,
    Activity,
    ActivityFile,
    ActivityKind,
    ActivityMatter,
    OutcomeClass,
    PlanItem,
    Scope,
)
from supervision.programme.queries import named
from supervision.programme.services.common import (
    FURTHEST,
    MOST_MATTERS,
    NotNow,
    check_moved,
    check_organiser,
    hold,
    move,
    people_of,
    staff_of_organiser,
    tell,
    tell_matters,
)
from supervision.programme.services.tasks import TaskData, write_tasks
from supervision.programme.states import AHEAD, OVER, ActivityStatus, Attendance

LONGEST = timedelta(days=62)
MOST_FILES = 30


@dataclass(frozen=True, kw_only=True)
class ActivityData:
    """What an activity is. `matters` are those it is about; the days of announcement belong to a theme."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    all_day: bool = False
    scope: str = Scope.INTERNAL
    category: Category | None = None
    tag: str = ""
    agenda: str = ""
    credential: str = ""
    request: str = ""
    body: Organisation | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    matters: Sequence[Matter] = ()


@step
def plan_activity(
    *, data: ActivityData, by: User, now: datetime, item: PlanItem | None = None, month: int | None = None
) -> Activity:
    """筹备活动, by hand or of a line of the year plan. Raises NotAllowed, InvalidInput."""
    check(by, Permission.PROGRAMME_EDIT)
    organiser = item.organisation if item else bodies().get(street_of(by))
    if organiser is None:
        raise NotAllowed
    values = _checked(data, organiser, now)
    activity = Activity.objects.create(
        organiser_id=organiser.pk, plan_item=item, plan_month=month, created_by=by, created_at=now, changed_at=now,
        **values,
    )  # fmt: skip
    fact = Fact(verb="plan_activity", target=activity.status, data={"body": activity.title})
    record(activity.chain, fact, by=by, now=now, first=True)
    _attach(activity, data.matters, by=by, now=now)
    return activity


@step
def change_activity(*, activity: Activity, data: ActivityData, by: User, now: datetime) -> Activity:
    """修改, before it is held. The date of one that was announced moves by `postpone` alone.

    Raises NotAllowed, InvalidInput, WrongState, StaleState.
    """
    check_organiser(activity, by)
    values = _checked(data, activity.organiser, now)
    if activity.status == ActivityStatus.ANNOUNCED:
        times = {name: getattr(activity, name) for name in ("starts_at", "ends_at", "all_day")}
        values |= {**times, "kind": activity.kind, "sequence": activity.sequence + 1}
    move(activity, "change_activity", by=by, now=now, **values)
    _attach(activity, data.matters, by=by, now=now)
    return activity


@step
def announce(*, activity: Activity, by: User, now: datetime) -> Activity:
    """发出通知: everybody who is asked to come hears of it, and each matter says so in its history.

    Raises NotAllowed, InvalidInput, WrongState, StaleState.
    """
    check_organiser(activity, by)
    rows = list(activity.participants.select_related("deputy"))
    if not rows:
        raise InvalidInput(_("还没有参加的人，请先请人参加。"))
    if activity.ends_at < now:
        raise InvalidInput(_("活动的时间已经过了，请先改期。"))
    move(activity, "announce_activity", by=by, now=now)
    tell(activity, "announce", _("请参加：{title}"), to=people_of(rows), now=now, more=when_and_where(activity))
    tell_matters(activity, "announce_activity", activity.matters.all(), by=by, now=now)
    return activity


@step
def postpone(
    *, activity: Activity, starts_at: datetime, ends_at: datetime, reason: str, by: User, now: datetime,
    all_day: bool = False,
) -> Activity:  # fmt: skip
    """改期 with a reason: the old date stays in the history, and everybody is asked anew.

    Raises NotAllowed, InvalidInput, WrongState, StaleState.
    """
    check_organiser(activity, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么改期。"))
    _check_times(starts_at, ends_at, now)
    was = {"was": activity.starts_at.isoformat(), "until": activity.ends_at.isoformat(), "to": starts_at.isoformat()}
    announced = activity.status == ActivityStatus.ANNOUNCED
    times = {"starts_at": starts_at, "ends_at": ends_at, "all_day": all_day}
    check_moved(times, {name: getattr(activity, name) for name in times}, field="day")
    sequence = activity.sequence + 1
    move(activity, "postpone_activity", by=by, now=now, reason=reason, data=was, sequence=sequence, **times)
    if announced:
        rows = list(activity.participants.select_related("deputy"))
        activity.participants.update(attendance=Attendance.INVITED, reason="", decided_at=None)
        key, told = f"postpone{activity.version}", f"{when_and_where(activity)}\n{reason}"
        tell(activity, key, _("已改期，请重新回复：{title}"), to=people_of(rows), now=now, more=told)
    return activity


@step
def cancel(*, activity: Activity, reason: str, by: User, now: datetime) -> Activity:
    """取消 with a reason. Raises NotAllowed, InvalidInput, WrongState, StaleState."""
    check_organiser(activity, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么取消。"))
    announced = activity.status == ActivityStatus.ANNOUNCED
    move(activity, "cancel_activity", by=by, now=now, reason=reason, sequence=activity.sequence + 1)
    if announced:
        rows = list(activity.participants.select_related("deputy"))
        tell(activity, "cancel", _("已取消：{title}"), to=people_of(rows), now=now, more=reason)
        tell_matters(activity, "cancel_activity", activity.matters.all(), by=by, now=now)
    return activity


@step
def answer(*, activity: Activity, text: str, by: User, now: datetime) -> Activity:
    """回复约见 or 视察: what the body says to what the deputies asked. Raises NotAllowed, InvalidInput, WrongState."""
    hold(activity)
    if not answers_appointment(by, activity):
        raise NotAllowed
    text = checked_text(text, field="text", missing=_("请写下答复。"))
    move(activity, "answer_activity", by=by, now=now, answer=text, answered_at=now)
    to = staff_of_organiser(activity)
    tell(activity, f"answer{activity.version}", _("单位已回复：{title}"), to=to, now=now, more=text)
    return activity


@step
def keep_minutes(
    *, activity: Activity, minutes: str, by: User, now: datetime, tasks: Sequence[TaskData] = (),
    files: Sequence[StoredFile] = (),
) -> Activity:  # fmt: skip
    """记纪要: the activity was held, and what was agreed becomes tasks in the same step; later the minutes may be
    supplemented. `files` are prepared and not saved yet. Raises NotAllowed, InvalidInput, WrongState, StaleState."""
    check_organiser(activity, by)
    minutes = checked_text(minutes, field="minutes", missing=_("请写下纪要。"))
    if activity.starts_at > now:
        raise InvalidInput(_("活动还没有开始，不能记纪要。"), field="minutes")
    first = activity.status not in (ActivityStatus.HELD, ActivityStatus.CONCLUDED)
    move(activity, "hold_activity" if first else "amend_minutes", by=by, now=now, minutes=minutes)
    if activity.files.count() + len(files) > MOST_FILES:
        raise InvalidInput(_("照片和文件太多了，一次活动最多 30 个。"), field="attachments")
    rows = [ActivityFile(activity=activity, stored=one, at=now) for one in save_prepared(files)]
    ActivityFile.objects.bulk_create(rows)
    if first:
        tell_matters(activity, "hold_activity", activity.matters.all(), by=by, now=now)
    write_tasks(activity, tasks, by=by, now=now)
    return activity


@step
def conclude(
    *, activity: Activity, outcome: str, outcome_class: str, by: User, now: datetime,
    results: Mapping[int, str] | None = None,
) -> Activity:  # fmt: skip
    """形成结果: what came of it, and of each matter (by its id) in words; no matter is solved by it (rule 1).

    Raises NotAllowed, InvalidInput, WrongState, StaleState.
    """
    check_organiser(activity, by)
    outcome = checked_text(outcome, field="outcome", missing=_("请写下结果。"))
    if outcome_class not in OutcomeClass.values:
        raise InvalidInput(_("请选择结果类别。"), field="outcome_class")
    move(activity, "conclude_activity", by=by, now=now, outcome=outcome, outcome_class=outcome_class)
    links = list(activity.links.all())
    for link in links:
        link.result = fitting((results or {}).get(link.matter_id, ""), field=f"m{link.matter_id}", most=300)
    ActivityMatter.objects.bulk_update(links, ["result"])
    label = str(OutcomeClass(outcome_class).label)
    tell_matters(activity, "conclude_activity", activity.matters.all(), by=by, now=now, outcome=label)
    return activity


@step
def attach_matters(*, activity: Activity, matters: Sequence[Matter], by: User, now: datetime) -> int:
    """Take more matters in, e.g. what residents raised under the theme; returns how many were new.

    Raises NotAllowed, InvalidInput, NotNow.
    """
    check_organiser(activity, by)
    if activity.status in OVER:
        raise NotNow
    kept = list(named(activity))
    before = len(kept)
    _attach(activity, [*kept, *(one for one in matters if one not in kept)], by=by, now=now)
    return activity.links.count() - before


def when_and_where(activity: Activity) -> str:
    """When and where, for a notice."""
    start = timezone.localtime(activity.starts_at)
    shown = f"{start:%Y-%m-%d}" if activity.all_day else f"{start:%Y-%m-%d %H:%M}"
    return f"{shown} {activity.place}"


def _checked(data: ActivityData, organiser: Organisation, now: datetime) -> dict[str, Any]:
    """The plain values. Raises InvalidInput at the field that is wrong."""
    values = {name: getattr(data, name) for name in ActivityData.__dataclass_fields__ if name != "matters"}
    values["title"] = checked_text(data.title, field="title", missing=_("请写活动名称。"), most=80)
    values["place"] = checked_text(data.place, field="place", missing=_("请写地点。"), most=160)
    if data.kind not in ActivityKind.values:
        raise InvalidInput(_("请选择活动种类。"), field="kind")
    _check_times(data.starts_at, data.ends_at, now)
    if data.kind in ASKED_BY_DEPUTIES:
        values["request"] = checked_text(data.request, field="request", missing=_("请写明代表的要求。"))
        if data.body is None:
            raise InvalidInput(_("请选择被视察、被约见的单位。"), field="body")
    if data.kind == ActivityKind.LICENSED and not data.credential.strip():
        raise InvalidInput(_("持证视察请填写代表证（视察证）号。"), field="credential")
    _check_bodies_and_days(data, organiser)
    return values


def _check_bodies_and_days(data: ActivityData, organiser: Organisation) -> None:
    district = district_of(organiser)
    if data.body is not None and (district is None or data.body not in handlers_of(district)):
        raise InvalidInput(_("请选择本区在用的承办单位。"), field="body")
    if (data.opens_on is None) != (data.closes_on is None):
        raise InvalidInput(_("公告的起止日期要一起填。"), field="closes_on")
    if data.opens_on and data.closes_on and data.closes_on < data.opens_on:
        raise InvalidInput(_("公告的结束日期不能早于开始日期。"), field="closes_on")


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if abs((local_today(starts_at) - local_today(now)).days) > FURTHEST:
        raise InvalidInput(_("请填写三年以内的日期。"), field="day")
    if ends_at < starts_at:
        raise InvalidInput(_("结束不能早于开始。"), field="until")
    if ends_at - starts_at > LONGEST:
        raise InvalidInput(_("一次活动最长两个月。"), field="last_day")


def _attach(activity: Activity, matters: Sequence[Matter], *, by: User, now: datetime) -> None:
    """The activity is about these matters now: only what the user sees comes in anew, each hears of it once."""
    if len(matters) > MOST_MATTERS:
        raise InvalidInput(_("一次活动最多关联 60 件意见。"), field="codes")
    before = set(activity.links.values_list("matter", flat=True))
    fresh = [one for one in matters if one.pk not in before]
    if fresh:
        keys = [one.pk for one in fresh]
        if Matter.objects.visible_to(by).filter(pk__in=keys).count() != len(set(keys)):
            raise InvalidInput(_("没有找到这个编号的事项，或者它不在您的范围内。"), field="codes")
    if activity.status in AHEAD:
        activity.links.filter(matter__in=named(activity)).exclude(matter__in=matters).delete()
    if fresh:
        ActivityMatter.objects.bulk_create(ActivityMatter(activity=activity, matter=one, at=now) for one in fresh)
        tell_matters(activity, "plan_activity", fresh, by=by, now=now)
