"""The demo's supervision activities: one held with its tasks, one ahead, a theme, and the plan of the year."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from deputies.organisations.models import Organisation
from liaison.base.workdays.arithmetic import SHANGHAI, local_today, subtract_workdays
from liaison.base.workdays.queries import current_calendar
from liaison.demo.cast import Cast
from opinions.catalog.models import Category
from opinions.matters.models import Matter
from opinions.matters.states import OPEN
from supervision.inspections import services as inspections
from supervision.inspections.models import Check
from supervision.programme import services
from supervision.programme.models import Activity, PlanItem
from supervision.programme.services import ActivityData, Circle, ItemData, TaskData

PLAN = (
    ("collective", "老旧小区公共设施集体督办", (0,), "工委主任"),
    ("monthly", "部门负责人到会的月度例会", (1, 2, 3), "工委办公室"),
    ("enforcement", "物业管理条例执法检查", (2,), "监察法制委室"),
    ("special", "为民办实事项目专项监督", (1,), "代表工作委室"),
)
"""Kind, theme, months from that of the held one on as far as the year goes, who is responsible."""


@transaction.atomic
def tell_of_programme(congress: Organisation, *, now: datetime) -> int:
    """Plan the year, hold one activity and announce the next; returns how many activities there are. Once only."""
    if Activity.objects.exists():
        return 0
    cast = Cast(congress)
    street = cast.shown.organisation
    by, today = cast.staff(street), local_today(now)
    begun = subtract_workdays(current_calendar(), today, 12)
    items = []
    for kind, title, months, who in PLAN:
        named = [begun.month + n for n in months if begun.month + n <= 12]
        data = ItemData(year=begun.year, kind=kind, title=title, months=named or [12], responsible=who)
        items.append(services.add_item(data=data, by=by, now=now))
    matters = list(Matter.objects.filter(street=street, status__in=OPEN).order_by("-id")[:3])
    _held(cast, street, matters, items[0], now)
    _ahead(cast, street, matters[:1], now)
    _theme(cast, street, now)
    _inspectors(cast, street, matters[:1], now)
    return Activity.objects.count()


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _held(cast: Cast, street: Organisation, matters: list[Matter], item: PlanItem, now: datetime) -> None:
    """Twelve working days ago; one task is done, one is late."""
    by, body = cast.staff(street), cast.department("CG")
    day = subtract_workdays(current_calendar(), local_today(now), 12)
    then = _at(day - timedelta(days=5), 10)
    data = ActivityData(
        kind="collective", title="老旧小区公共设施集体督办", starts_at=_at(day, 9), ends_at=_at(day, 11),
        place=f"{street.division.name}代表联络站", agenda="听汇报、看现场、商定措施和时间。", matters=matters,
    )  # fmt: skip
    activity = services.plan_activity(data=data, by=by, now=then, item=item, month=item.months[0])
    deputies = cast.reachable(street)[:3]
    services.ask_to_come(activity=activity, circle=Circle(deputies=deputies, staff=[by]), by=by, now=then)
    official = Circle(bodies=[body], official="分管副局长", required=True)
    services.ask_to_come(activity=activity, circle=official, by=by, now=then)
    services.announce(activity=activity, by=by, now=then)
    row = activity.participants.get(body=body)
    services.mark(activity=activity, marks={row.pk: "attended"}, by=by, now=_at(day, 10))
    handler = cast.handler(body)
    tasks = [
        TaskData(text=text, body=body, person=handler.name, due_on=day + timedelta(days=days))
        for text, days in (("对三个小区的路灯、井盖逐一排查并列出清单", 5), ("按清单完成第一批更换", 12))
    ]
    minutes = "到会单位现场答复：一周内列出清单，两周内完成第一批更换；代表每周看一次现场。"
    services.keep_minutes(activity=activity, minutes=minutes, tasks=tasks, by=by, now=_at(day, 11))
    task = activity.tasks.select_related("activity", "body").order_by("due_on").first()
    assert task is not None  # noqa: S101 - just written
    later = _at(day + timedelta(days=2), 15)
    services.add_progress(task=task, text="已排查 47 处，清单附后。", phase="during", by=handler, now=later)
    services.finish(task=task, by=handler, now=later)


def _ahead(cast: Cast, street: Organisation, matters: list[Matter], now: datetime) -> None:
    """In eight days: the deputies want to see the head of a department, and are asked whether they come."""
    by, body = cast.staff(street), cast.department("CG")
    day = local_today(now) + timedelta(days=8)
    data = ActivityData(
        kind="appointment", title="约见城管局负责人谈背街小巷照明", starts_at=_at(day, 14), ends_at=_at(day, 16),
        place=f"{street.division.name}代表联络站", body=body, matters=matters,
        request=f"{cast.shown.name}等三位代表要求约见局长，了解照明改造的计划和经费。",
    )  # fmt: skip
    activity = services.plan_activity(data=data, by=by, now=now)
    services.ask_to_come(activity=activity, circle=Circle(deputies=cast.reachable(street)[:3]), by=by, now=now)
    official = Circle(bodies=[body], official="局长", required=True)
    services.ask_to_come(activity=activity, circle=official, by=by, now=now)
    services.announce(activity=activity, by=by, now=now)


def _theme(cast: Cast, street: Organisation, now: datetime) -> None:
    """The theme of this month: opinions are sought from residents."""
    by = cast.staff(street)
    first = local_today(now).replace(day=1)
    last = first + timedelta(days=27)
    day = first + timedelta(days=44)
    data = ActivityData(
        kind="thematic", title="雨污分流和积水点整治", starts_at=_at(day, 9), ends_at=_at(day, 12), scope="public",
        place="各社区积水点", opens_on=first, closes_on=last, tag="积水",
        category=Category.objects.filter(parent=None, code="urban").first(),
        agenda="单月公告、征集意见，双月请部门和代表到现场督办。",
    )  # fmt: skip
    activity = services.plan_activity(data=data, by=by, now=now)
    services.ask_to_come(activity=activity, circle=Circle(deputies=cast.reachable(street)[:2]), by=by, now=now)
    services.announce(activity=activity, by=by, now=now)


def _inspectors(cast: Cast, street: Organisation, matters: list[Matter], now: datetime) -> None:
    """A group of two; last month one of them looked, this month's look is asked for by the sweep."""
    by, today = cast.staff(street), local_today(now)
    community = cast.communities(street)[0].name
    begun = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    group = inspections.make_group(name=f"{community}群众监督组", named_by=f"{community}居委会", by=by, now=now)
    for name, phone in (("耿怀谷", "13900009001"), ("卓念禾", "13900009002")):
        term = {"consented_on": begun, "since": begun, "until": begun + timedelta(days=700)}
        inspections.name_inspector(group=group, name=name, phone=phone, **term, by=by, now=now)
    for matter in matters:
        what = "看现场是否在施工、告示是否贴出"
        until = begun + timedelta(days=150)
        inspections.put_on_watch(
            group=group, matter=matter, what=what, since=begun, until=until, by=by, now=_at(begun, 9)
        )
    day = subtract_workdays(current_calendar(), begun + timedelta(days=20), 1)
    inspections.ask_for_checks(now=_at(day, 10))
    for check in Check.objects.filter(month=begun):
        text = "只来过一次，材料还没有进场。"
        inspections.report(token=check.token, finding="behind", text=text, now=_at(day, 17))
