"""Reading the exchange: partners, orders, the ledger, what waits for staff, and what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.accounts.models import User
from deputies.accounts.queries import organisations_below, streets_of
from liaison.base.codes import is_code, normalise
from liaison.base.privacy import mask_name, mask_phone
from liaison.base.workdays.arithmetic import SHANGHAI, midnight
from opinions.evaluation.models import Rating
from opinions.exchange.models import ApiKey, Dispatch, Entry, Partner, Statement, WorkOrder
from opinions.exchange.states import PROGRESS, UNDELIVERED, Progress, Way
from opinions.handling.models import Reply, ReplyStatus
from opinions.intake.queries import first_reporter
from opinions.intake.services.outside import without_landline
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status

LABELS = {
    "source_number": gettext_lazy("来源编号"), "title": gettext_lazy("标题"), "content": gettext_lazy("内容"),
    "raised_on": gettext_lazy("反映日期"), "place": gettext_lazy("地点"), "division": gettext_lazy("街道或社区"),
    "category": gettext_lazy("类别"), "name": gettext_lazy("反映人"), "phone": gettext_lazy("电话"),
}  # fmt: skip
CONTACT = ("name", "phone")
"""Who raised it. They stand with the reporter (ADR 6), and beside it only while a change waits for staff."""


def partners_of(user: User) -> "QuerySet[Partner]":
    """The partners whose exchange the user sees: those of the own street, or of the district and its streets."""
    bodies = {*organisations_below(user), *streets_of(user)}
    return Partner.objects.filter(organisation__in=bodies).select_related("organisation")


def newest_key(partner: Partner) -> int:
    """The key of the partner's last key, ended ones too; 0 where there is none."""
    return ApiKey.objects.filter(partner=partner).order_by("-id").values_list("pk", flat=True).first() or 0


def keys_of(partner: Partner, now: datetime) -> list[ApiKey]:
    """The keys that a partner's programs may use now, the newest first."""
    return [key for key in ApiKey.objects.filter(partner=partner).order_by("-id") if key.holds(now)]


def entries_of(user: User, chosen: Mapping[str, Any]) -> "QuerySet[Entry]":
    """The ledger as the user sees it, narrowed by the cleaned values of `LedgerForm`."""
    rows = Entry.objects.filter(partner__in=partners_of(user).order_by().values("pk")).select_related("partner")
    plain = {name: chosen.get(name) for name in ("partner", "way", "kind", "outcome")}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if q := chosen.get("q"):
        rows = rows.filter(code=normalise(q)) if is_code(normalise(q)) else rows.filter(number=q)
    if day := chosen.get("since"):
        rows = rows.filter(at__gte=midnight(day))
    return rows


def undelivered(user: User) -> "QuerySet[Dispatch]":
    """Messages that a person must look at; not those whose content has been emptied, which nobody can send again."""
    rows = Dispatch.objects.filter(partner__in=partners_of(user).order_by().values("pk"), status__in=UNDELIVERED)
    return rows.exclude(body="").select_related("partner", "order__matter")


def unsettled(user: User) -> "QuerySet[WorkOrder]":
    """Orders that the partner has changed since we took them in."""
    rows = WorkOrder.objects.filter(matter__in=Matter.objects.visible_to(user), updated_at__isnull=False)
    return rows.select_related("partner", "matter")


def orders_of(matter: Matter) -> list[WorkOrder]:
    """The orders of one matter with their partners."""
    return list(WorkOrder.objects.filter(matter=matter).select_related("partner").order_by("id"))


def receivers(matter: Matter, homes: Sequence[int]) -> list[Partner]:
    """The partners that may be given matters of these bodies."""
    return list(Partner.objects.filter(organisation__in=homes, active=True).exclude(ways="in").order_by("kind", "id"))


@dataclass(frozen=True)
class Difference:
    """One field of an order, before and after."""

    label: Any
    before: str
    after: str


def differences(order: WorkOrder) -> list[Difference]:
    """What the partner has changed; who raised it is held against the reporter, and masked."""
    after: dict[str, str] = order.update or {}
    pairs = {name: (order.held.get(name, ""), after.get(name, "")) for name in LABELS if name not in CONTACT}
    found = [Difference(LABELS[name], *pair) for name, pair in pairs.items() if pair[0] != pair[1]]
    reporter = first_reporter(order.matter_id)
    if reporter.erased_at is None:
        found += _of_contact(reporter, after)
    return found


def _of_contact(reporter: Reporter, after: Mapping[str, str]) -> Iterator[Difference]:
    """Another name, another number. A landline is not kept by intake, and so no difference from none."""
    name, phone = (after.get(field, "") for field in CONTACT)
    if name != reporter.name:
        yield _masked("name", mask_name(reporter.name), mask_name(name))
    if without_landline(after)["phone"] != reporter.phone:
        yield _masked("phone", mask_phone(reporter.phone), mask_phone(phone))


def _masked(name: str, before: str, after: str) -> Difference:
    """Two values whose masks may look alike."""
    return Difference(LABELS[name], before, _("%(masked)s（有变化）") % {"masked": after} if before == after else after)


@dataclass(frozen=True)
class Result:
    """How a matter stands, for the other side: satisfied and solved are two facts, and neither is the reply's class."""

    order: WorkOrder
    matter: Matter
    reply: Reply | None
    rating: Rating | None

    @property
    def progress(self) -> Progress:
        return progress_of(self.order.matter)

    @property
    def is_news(self) -> bool:
        """Whether it says more than that the order was received."""
        return self.progress != Progress.RECEIVED or self.reply is not None

    @property
    def said(self) -> dict[str, Any]:
        """The result for programs."""
        closed = self.matter.closed_at
        return {
            "number": self.order.number,
            "code": self.order.matter.code,
            "progress": self.progress.value,
            "reply": self.reply.text if self.reply else "",
            "reply_class": self.reply.reply_class if self.reply else "",
            "satisfaction": self.rating.satisfaction if self.rating else "",
            "solved": self.rating.solved if self.rating else "",
            "closed_at": closed.isoformat(timespec="seconds") if closed else None,
        }

    @property
    def cells(self) -> list[Any]:
        """The result as a row of a hand-over file."""
        own, closed = self.order.way == Way.OUT, self.matter.closed_at
        opinion = self.order.matter.opinion
        return [
            str(_("转出工单") if own else _("办理结果")),
            self.order.number,
            self.order.matter.code,
            self.order.matter.title,
            opinion.content if own else "",
            opinion.place if own else "",
            str(self.progress.label),
            self.reply.text if self.reply else "",
            str(self.reply.get_reply_class_display()) if self.reply and self.reply.reply_class else "",
            str(self.rating.get_satisfaction_display()) if self.rating else "",
            str(self.rating.get_solved_display()) if self.rating else "",
            closed.astimezone(SHANGHAI).replace(tzinfo=None) if closed else None,
        ]


def results(orders: Sequence[WorkOrder]) -> Iterator[tuple[WorkOrder, Result]]:
    """How the matters of `orders` stand, by two statements; one that was merged is told by the other."""
    acting = {order.pk: order.matter.merged_into or order.matter for order in orders}
    keys = {matter.pk for matter in acting.values()}
    replies = {row.matter_id: row for row in Reply.objects.filter(matter__in=keys, status=ReplyStatus.ISSUED)}
    ratings = {row.matter_id: row for row in Rating.objects.filter(matter__in=keys).order_by("id")}
    for order in orders:
        matter = acting[order.pk]
        yield order, Result(order, matter, replies.get(matter.pk), ratings.get(matter.pk))


def progress_of(matter: Matter) -> Progress:
    """How far it is, in the words of the exchange."""
    acting = matter.merged_into if matter.merged_into_id else matter
    assert acting is not None  # noqa: S101 - one of the two is there
    return PROGRESS[Status(acting.status)]


MOST_SHOWN = 200


@dataclass
class Comparison:
    """What a partner says against what stands here. Lists are cut to `MOST_SHOWN`, counts are not."""

    statement: Statement
    agree: int = 0
    only_there: list[tuple[str, str]] = field(default_factory=list)
    only_here: list[WorkOrder] = field(default_factory=list)
    different: list[tuple[WorkOrder, str, str]] = field(default_factory=list)

    @property
    def said(self) -> int:
        return len(self.statement.rows)

    @property
    def held(self) -> int:
        return self.agree + len(self.different) + len(self.only_here)

    @property
    def counts(self) -> dict[str, int]:
        """The sums for programs."""
        return {
            "said": self.said, "held": self.held, "agree": self.agree, "missing_here": len(self.only_there),
            "missing_there": len(self.only_here), "different": len(self.different),
        }  # fmt: skip

    @property
    def shown(self) -> dict[str, Any]:
        """The beginnings of the lists."""
        lists: dict[str, Sequence[Any]] = {
            "only_there": self.only_there,
            "only_here": self.only_here,
            "different": self.different,
        }
        return {name: rows[:MOST_SHOWN] for name, rows in lists.items()}


def compare(partner: Partner) -> Comparison | None:
    """The last statement of the partner against its orders here; None when there is none yet."""
    statement = Statement.objects.select_related("by").filter(partner=partner).first()
    if statement is None:
        return None
    found, left = Comparison(statement), dict(statement.rows)
    orders = WorkOrder.objects.filter(partner=partner).exclude(number="").select_related("matter__merged_into")
    for order in orders.order_by("id").iterator(chunk_size=2000):
        _compare(found, order, left.pop(order.number, None))
    found.only_there = [(number, _word(status)) for number, status in left.items()]
    return found


def _compare(found: Comparison, order: WorkOrder, there: str | None) -> None:
    here = progress_of(order.matter)
    since = found.statement.since
    if there is None:
        if since is None or order.created_at.astimezone(SHANGHAI).date() >= since:
            found.only_here.append(order)
    elif there == here:
        found.agree += 1
    else:
        found.different.append((order, str(here.label), _word(there)))


def _word(status: str) -> str:
    """A status as people read it."""
    return str(Progress(status).label) if status in Progress.values else status
