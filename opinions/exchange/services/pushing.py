"""One tap: a matter is handed to an outside system. The row is written first; a worker carries it."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.organisations.queries import predecessors
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.nudge import Nudge
from liaison.base.stamps import reading
from opinions.exchange.models import Dispatch, Partner, WorkOrder
from opinions.exchange.services.ledger import hold, tell_history, tell_resident
from opinions.exchange.sheets import fingerprint
from opinions.exchange.states import AGAIN, LOST, UNDELIVERED, DispatchStatus, MessageKind, OrderState, Way
from opinions.handling import services as handling
from opinions.handling.queries import verbs_for
from opinions.matters.models import Matter
from opinions.matters.states import Status

DELIVER = Nudge("exchange.deliver_due", gather=0.5)
PUSHABLE = (Status.SUBMITTED, Status.TAKEN, Status.HANDLING, Status.RETURNED, Status.REWORK)
"""Not while the resident is asked, nor once the matter is answered."""


class AlreadyThere(DomainError):
    message = _("这件事已经在对方系统里，不用再推送。")


class NotPushable(DomainError):
    message = _("这件事现在不能推送：要在接单、办理期间，且对接已经启用。")


class NotTaken(DomainError):
    message = _("这件事还没有接单，请先接单或请当前办理的代表转交，再推送。")


class NothingToRepeat(DomainError):
    message = _("这条消息不在待重发之列，可能已经重发。")


@transaction.atomic
def push(*, matter: Matter, partner: Partner, by: User, now: datetime) -> WorkOrder:
    """Hand the matter to `partner`; an opinion nobody has taken yet is taken in the same breath. The street goes on
    being responsible: nothing but the take moves.

    Raises NotAllowed, NotPushable, NotTaken, AlreadyThere, StaleState.
    """
    check(by, Permission.MATTER_PUSH, matter)
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    with reading():
        if held.status not in PUSHABLE or not may_receive(partner, held):
            raise NotPushable
        if held.status == Status.SUBMITTED:
            _take(held, by, now)
        order = _order(held, partner, by, now)
        dispatch(order, MessageKind.ORDER, payload(held, order), key=f"o{order.pushes}", now=now)
        tell_history(order, "push", by=by, now=now)
        tell_resident(order, _("您反映的事已转给%(partner)s核实处理，街道继续跟进，结果会在这里告诉您。"), now=now)
    return order


def may_receive(partner: Partner, matter: Matter) -> bool:
    """Whether the partner takes matters of this street or district now."""
    return partner.active and partner.receives and partner.organisation_id in homes(matter)


def homes(matter: Matter) -> list[int]:
    """The bodies whose partners may be given the matter: its street, with those merged into it, and its district."""
    return [*predecessors(matter.street_id), matter.district_id]


def _take(matter: Matter, by: User, now: datetime) -> None:
    if "take" not in [row.verb for row in verbs_for(by, matter, now=now)]:
        raise NotTaken
    handling.take(matter=matter, by=by, now=now)


def _order(matter: Matter, partner: Partner, by: User, now: datetime) -> WorkOrder:
    """The order of this matter at this partner: a new one, or the one that failed, once more."""
    order = WorkOrder.objects.select_for_update().filter(partner=partner, matter=matter).first()
    if order is None:
        return WorkOrder.objects.create(
            partner=partner, matter=matter, way=Way.OUT, state=OrderState.QUEUED, pushes=1, pushed_by=by, created_at=now
        )
    if order.way == Way.IN or order.state not in AGAIN:
        raise AlreadyThere
    order.partner, order.matter = partner, matter
    order.state, order.reason, order.pushes, order.pushed_by = OrderState.QUEUED, "", order.pushes + 1, by
    order.number = ""
    order.save(update_fields=["state", "reason", "pushes", "pushed_by", "number"])
    return order


def payload(matter: Matter, order: WorkOrder) -> dict[str, Any]:
    """What the partner is told: the matter and its place. Who raised it stays here; the street is the one to ask."""
    opinion = matter.opinion
    return {
        "type": MessageKind.ORDER.value,
        "code": matter.code,
        "title": matter.title,
        "content": opinion.content,
        "place": opinion.place,
        "division_code": matter.division.code,
        "division": matter.division.name,
        "category": matter.category.name if matter.category else "",
        "urgency": matter.urgency,
        "raised_at": matter.opened_at.isoformat(timespec="seconds"),
        "due_on": matter.due_on.isoformat() if matter.due_on else None,
        "from": matter.street.name,
        "attempt": order.pushes,
    }


def dispatch(order: WorkOrder, kind: str, said: dict[str, Any], *, key: str, now: datetime) -> Dispatch:
    """Write a message to the outbox, in the caller's transaction, and ask for a worker once it has committed."""
    row = Dispatch.objects.create(
        key=f"{order.partner.code}-{order.pk}-{key}", partner=order.partner, order=order, kind=kind,
        body=json.dumps(said, ensure_ascii=False), body_hash=fingerprint(said), due_at=now, created_at=now,
    )  # fmt: skip
    transaction.on_commit(DELIVER, robust=True)
    return row


@transaction.atomic
def redo(*, row: Dispatch, by: User, now: datetime) -> None:
    """Send a message once more that was refused, given up, or may have been lost: the same body under the same key.

    Raises NotAllowed, NothingToRepeat.
    """
    check(by, Permission.EXCHANGE_WORK)
    order = hold(row.order)
    again = Dispatch.objects.filter(pk=row.pk, status__in=UNDELIVERED).exclude(body="")
    if not again.update(status=DispatchStatus.PENDING, attempts=0, due_at=now, error=""):
        raise NothingToRepeat
    if row.kind == MessageKind.ORDER:
        latest = row.key.endswith(f"-o{order.pushes}")
        if not latest:
            raise InvalidInput(_("这件事之后又推送过，请看最新的一条。"))
        if order.state in LOST:
            order.state, order.reason = OrderState.QUEUED, ""
            order.save(update_fields=["state", "reason"])
    transaction.on_commit(DELIVER, robust=True)
