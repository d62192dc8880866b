"""What waits for whom: the queues of each role, and the filters of the list."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.organisations.queries import division_tree, fill_in_bodies, predecessors
from deputies.roster.models import Deputy
from liaison.base.codes import grouped, is_code, normalise
from liaison.base.stamps import reading
from liaison.base.web.chrome import address_of
from liaison.base.web.paging import MOST_COUNTED, CappedCount, capped_keys
from liaison.base.workdays.arithmetic import ONE_DAY, Light, local_today, midnight
from opinions.catalog.models import ClockKind
from opinions.catalog.queries import category_tree
from opinions.clocks.models import Clock
from opinions.companions.queries import invitations_of
from opinions.handling.models import LIVE, Asked, Assignment, AssignmentStatus, JointStreet, Reply, ReplyStatus
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.queries import light_condition, lit
from opinions.matters.states import FINAL, OPEN, Status
from opinions.plans.queries import overdue

ROW_RELATED = ("holder_deputy", "opinion")
DUE_ORDER = ("due_on", "id")
NEWEST_ORDER = ("-id",)
OLDEST_ORDER = ("id",)
MOST_READ = 300
"""How far the matters with some words are counted: to see the words, each is read as a whole."""
ORDERS = {"due": DUE_ORDER, "new": NEWEST_ORDER, "old": OLDEST_ORDER}
SHOWN = (
    "code", "title", "status", "quality", "quality_note", "due_on", "warn_on", "category_id", "division_id",
    "street_id", "holder_id", "opened_at", "fast_lane", "holder_deputy__name", "opinion__place",
)  # fmt: skip
"""All that a row or a card shows, lights included; of a matter's sixty columns nothing else is loaded."""


@dataclass(frozen=True)
class Queue:
    """One pile of matters at a desk."""

    key: str
    label: Any
    condition: Callable[[User], Q]
    waits: bool = True
    """Whether it is this user's own work (counted at the top of the desk)."""
    verb: str = ""
    """What is usually done here; offered in every row, so that nothing need be opened for it."""
    within: bool = False
    """Whether its condition alone keeps to the user's scope, which need then not be asked for as well."""


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


def _assigned(user: User, status: AssignmentStatus, **fields: Any) -> Q:
    mine = Assignment.objects.filter(organisation=user.organisation_id, status=status, **fields)
    return Q(pk__in=mine.values("matter"))


def _unsigned(user: User) -> Q:
    return _assigned(user, AssignmentStatus.PENDING)


def _to_reply(user: User) -> Q:
    return _assigned(user, AssignmentStatus.SIGNED)


def _still_ours(user: User) -> Q:
    """Returned by the user's body and not yet signed by another: it still answers for it (domain.md §4)."""
    return _assigned(user, AssignmentStatus.RETURNED, liable=True)


def _asks(user: User) -> Q:
    """Some body asks for more time or to be let go, or (one without accounts) to be approved; of matters that the
    user's committee gave out."""
    live = Assignment.objects.filter(status__in=LIVE)
    if user.role not in DISTRICT_ROLES:
        live = live.filter(assigned_by_organisation=street_of(user))
    pending = Reply.objects.filter(status=ReplyStatus.PENDING, assignment=OuterRef("pk"))
    vouching = live.filter(Exists(pending), by_link=True)
    first, *others = (live.filter(extension=Asked.OPEN), live.filter(objection=Asked.OPEN), vouching)
    # One set, of three that have an index each: `OR` between them would look at every matter that is handled.
    asked = first.order_by().values("matter").union(*(rows.order_by().values("matter") for rows in others))
    return Q(status=Status.HANDLING, pk__in=asked)


def _joined(user: User) -> Q:
    """Another street asked the user's to handle it with them (H9)."""
    return Q(status__in=OPEN, pk__in=JointStreet.objects.filter(street=street_of(user)).values("matter"))


def _plan_overdue(user: User) -> Q:
    """A measure or a milestone of the plan is overdue (Z11)."""
    return overdue(user, local_today(timezone.now()))


def _letters(user: User) -> Q:
    """A supervision letter to the user's body waits for its answer: its limit runs."""
    clocks = Clock.objects.filter(kind=ClockKind.LETTER, organisation__in=streets_of(user), stopped_at__isnull=True)
    return Q(pk__in=clocks.values("matter"))


def _fast(_user: User) -> Q:
    return Q(fast_lane=True, status__in=OPEN)


def _drafted(user: User, status: ReplyStatus) -> Q:
    ours = Reply.objects.filter(organisation=user.organisation_id, status=status)
    return Q(pk__in=ours.values("matter"))


def _to_approve(user: User) -> Q:
    return _drafted(user, ReplyStatus.PENDING)


def _sent_back(user: User) -> Q:
    return _drafted(user, ReplyStatus.SENT_BACK)


def _deputys_turn(user: User) -> Q:
    return Q(holder_deputy__user=user, status__in=OPEN)


def _followed(user: User) -> Q:
    mine = Deputy.objects.filter(user=user).order_by().values("pk")
    return Q(status__in=OPEN) & (Q(holder_deputy=None) | ~Q(holder_deputy__in=mine))


def _invited(user: User) -> Q:
    return Q(pk__in=invitations_of(user).values("matter"), status__in=OPEN)


def _everything(_user: User) -> Q:
    return Q()


def _still_open(_user: User) -> Q:
    return Q(status__in=OPEN)


def _ended(_user: User) -> Q:
    return Q(status__in=FINAL)


ALL = Queue("all", _("全部"), _everything, waits=False)
_STREET = (
    Queue("triage", _("待接单"), _triage, verb="assign"),
    Queue("assign", _("待交办"), _to_assign, verb="assign"),
    Queue("asked", _("申请待批"), _asks),
    Queue("letters", _("督办待回复"), _letters),
    Queue("joined", _("参与联办"), _joined),
    Queue("plan", _("计划逾期"), _plan_overdue),
    Queue("fast", _("马上办"), _fast, waits=False),
    Queue("handlers", _("部门办理中"), _with_handlers, waits=False),
    Queue("residents", _("等群众"), _with_resident, waits=False),
    ALL,
)
_HANDLER = (
    Queue("sign", _("待签收"), _unsigned, verb="sign", within=True),
    Queue("letters", _("督办待回复"), _letters),
    Queue("reply", _("待答复"), _to_reply, verb="draft", within=True),
    Queue("sent_back", _("退回修改"), _sent_back, verb="draft"),
    Queue("liable", _("退回待接"), _still_ours, within=True),
    Queue("plan", _("计划逾期"), _plan_overdue),
    ALL,
)
_HEAD = (Queue("approve", _("待审签"), _to_approve, verb="reply"), *_HANDLER)
_DISTRICT = (
    Queue("mine", _("待我委处理"), _held_by_body),
    Queue("asked", _("申请待批"), _asks),
    Queue("open", _("未办结"), _still_open, waits=False),
    Queue("fast", _("马上办"), _fast, waits=False),
    Queue("handlers", _("部门办理中"), _with_handlers, waits=False),
    Queue("ended", _("已结束"), _ended, waits=False),
    ALL,
)
_DEPUTY = (
    Queue("mine", _("等我答复"), _deputys_turn),
    Queue("invited", _("邀请我跟踪"), _invited),
    Queue("follow", _("跟踪"), _followed, waits=False),
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
    return (Matter.objects.all() if queue.within else visible).filter(queue.condition(user))


def with_liable(matters: QuerySet[Matter]) -> QuerySet[Matter]:
    """The matters with `liable_name`: the body that answers for each until another has signed."""
    names = Assignment.objects.filter(matter=OuterRef("pk"), liable=True).values("organisation__name")
    return matters.annotate(liable_name=Subquery(names[:1]))


def order_of(chosen: Mapping[str, Any], queue: Queue) -> tuple[str, ...]:
    """The order that is asked for. What is at an end has no day left: its order by day is that by age."""
    sort = chosen.get("sort") or "due"
    ended = queue.condition is _ended or chosen.get("status") in FINAL
    return OLDEST_ORDER if sort == "due" and ended else ORDERS[sort]


def sections_of(chosen: Mapping[str, Any], order: tuple[str, ...], today: date) -> tuple[Q, Q] | None:
    """What stands in the order by day: what has a limit (a green one lies after today), then what has none."""
    if order != DUE_ORDER:
        return None
    limited = Q(due_on__gt=today) if chosen.get("light") == Light.GREEN else Q(due_on__isnull=False)
    return limited, Q(due_on__isnull=True)


def shown_of(matters: QuerySet[Matter]) -> QuerySet[Matter]:
    """The matters as rows of a list; `fill_in` adds what each process has copies of."""
    return with_liable(matters.select_related(*ROW_RELATED).only(*SHOWN))


def fill_in(matters: Collection[Matter]) -> None:
    """Give rows their category, place, street and holder from the copies of this process, instead of four joins."""
    with reading():
        fill_in_bodies(matters, "street", "holder")
        tree, places = category_tree(), division_tree()
    for matter in matters:
        held = (("category", tree.get(matter.category_id or 0)), ("division", places.get(matter.division_id)))
        for name, found in held:
            if found is not None:  # one that is too new for the copies is loaded when it is shown
                setattr(matter, name, found)


def light_up(matter: Matter, today: date) -> None:
    """Set `matter.light` for the page, at reading time, and `matter.light_reason`: what was found of its quality. Why
    the limit lights stands beside it anyway."""
    found = lit(matter, today)
    matter.light = found.light if found else None  # type: ignore[attr-defined]
    matter.light_reason = found.quality if found else ""  # type: ignore[attr-defined]


def table_rows(matters: Iterable[Matter], reasons: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """The rows of matters that were filled in and lit, for a page that shows a table; `reasons` tells why some wait for
    a person to give them out."""
    return (_row(matter, reasons.get(matter.pk, "")) for matter in matters)


def _row(matter: Matter, reason: str) -> dict[str, Any]:
    holder = matter.holder
    return {
        "matter": matter,
        "key": str(matter.pk),
        "url": address_of("desk:matter", matter.code),
        "title": matter.title,
        "fast": matter.fast_lane,
        "code": matter.code,
        "said": grouped(matter.code),
        "place": matter.opinion.place or matter.street.name,
        "triage": reason,
        "light": getattr(matter, "light", None),
        "due": matter.due_on,
        "status": matter.status,
        "category": matter.category.name if matter.category else "",
        "holder": str(holder or matter.holder_deputy or ""),
        "liable": _other(getattr(matter, "liable_name", None), holder.name) if holder else "",
        "opened": matter.opened_at,
    }


def _other(liable: str | None, holder: str) -> str:
    """The body that answers for the matter, where it is not the one that holds it."""
    return liable if liable and liable != holder else ""


def search(matters: MatterQuerySet, text: str, *, many: bool = False) -> MatterQuerySet:
    """Matters with all words of `text`, or the one whose tracking code it is."""
    code = normalise(text)
    return matters.filter(code=code) if is_code(code) else matters.matching(text, many=many)


def filtered(matters: MatterQuerySet, chosen: Mapping[str, Any], today: date, *, many: bool = False) -> MatterQuerySet:
    """`matters` narrowed by the cleaned values of `FilterForm`; `many` as for `MatterQuerySet.matching`."""
    if chosen.get("q"):
        matters = search(matters, chosen["q"], many=many)
    if chosen.get("light"):
        matters = matters.filter(light_condition(chosen["light"], today))
    plain = {
        "status": chosen.get("status"),
        "tier": chosen.get("tier"),
        "category": chosen.get("category"),
        "street__in": predecessors(int(chosen["street"])) if chosen.get("street") else None,
        "opinion__channel": chosen.get("channel"),
        "opened_at__gte": midnight(chosen["since"]) if chosen.get("since") else None,
        "opened_at__lt": midnight(chosen["until"] + ONE_DAY) if chosen.get("until") else None,
    }
    return matters.filter(**{name: value for name, value in plain.items() if value})


def searched(
    matters: MatterQuerySet, chosen: Mapping[str, Any], today: date, *, cap: int | None = None
) -> tuple[MatterQuerySet, CappedCount]:
    """What `filtered` leaves of `matters`, and how many they are, counted no further than `cap` or what is usual.

    Few are named by their keys, so that nobody looks for them twice; many are come upon soon in the order of the list.
    """
    usual = MOST_READ if chosen.get("q") else MOST_COUNTED
    count, keys = capped_keys(filtered(matters, chosen, today), cap or usual)
    found = filtered(matters, chosen, today, many=True) if keys is None else Matter.objects.filter(pk__in=keys)
    return found, count
