"""Work orders and reports that come in over the line: one source number is one opinion, however often it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError, InvalidInput
from liaison.base.stamps import reading
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.exchange.models import Entry, Partner, WorkOrder
from opinions.exchange.services.doors import SwitchedOff
from opinions.exchange.services.ledger import hold, keep_number, kept, received, tell_history, tell_resident, tell_staff
from opinions.exchange.sheets import fingerprint
from opinions.exchange.states import CHANNELS, NEWS, MessageKind, OrderState, Outcome, PartnerKind, Way
from opinions.intake.queries import first_reporter
from opinions.intake.services.outside import submit_order, target_for
from opinions.intake.services.submission import DuplicateSource

SPACE = UUID("5f0c6f2e-9a42-4f54-9f8e-3f3b4f1f7a11")
"""Submission keys of work orders are made within it, from partner and number."""
WORDS = {
    OrderState.ACCEPTED: _("%(partner)s已经受理。"),
    OrderState.PROCESSING: _("%(partner)s正在处理。"),
    OrderState.DONE: _("%(partner)s说已经处理完，街道正在核实，核实后答复您。"),
    OrderState.REFUSED: _("%(partner)s没有接办，街道另行安排。"),
}
"""What the resident reads of a partner's report; the partner's own text is for staff."""


class UnknownOrder(DomainError):
    message = _("没有这个编号的工单。")
    status_code = 404


@dataclass(frozen=True)
class Answer:
    """What a partner is told of an order: the same for the same message, however often it comes."""

    code: str
    number: str
    state: str


def order_key(partner: Partner, number: str) -> UUID:
    """The submission key of an order."""
    return uuid5(SPACE, f"{partner.pk}:{number}")


def receive_order(*, partner: Partner, cells: Mapping[str, str], now: datetime) -> Answer:
    """Take in a work order: new → an opinion, routed once; known → the first answer; changed → kept for staff as an
    update, never a second opinion. Two sendings at one moment make one opinion.

    Raises SwitchedOff, BadOrder, DuplicateSource.
    """
    if not partner.gives:
        raise SwitchedOff
    said = {name: text for name, text in cells.items() if text}
    known = WorkOrder.objects.filter(partner=partner, number=said["source_number"]).first()
    order = known or _begin(partner, said, now)
    return _answer(order, said, now) if known or order.held_hash != fingerprint(said) else _first(order)


def _first(order: WorkOrder) -> Answer:
    return Answer(order.matter.code, order.number, OrderState.TAKEN)


@transaction.atomic
def _begin(partner: Partner, said: dict[str, str], now: datetime) -> WorkOrder:
    """The opinion, its order and the line in the ledger, all or nothing; the first of two senders writes them."""
    number, body_hash = said["source_number"], fingerprint(said)
    with reading():
        channel = CHANNELS[PartnerKind(partner.kind)]
        target = target_for(partner.organisation, source=partner.code, channel=channel)
        receipt = submit_order(said, target=target, key=order_key(partner, number), now=now)
    order, made = WorkOrder.objects.get_or_create(
        partner=partner, number=number,
        defaults={
            "matter": receipt.matter, "way": Way.IN, "state": OrderState.TAKEN, "held_hash": body_hash,
            "held": kept(said, contact=False), "created_at": now,
        },
    )  # fmt: skip
    if made:
        received(
            partner, kind=MessageKind.ORDER, outcome=Outcome.TAKEN, body_hash=body_hash, now=now, number=number,
            code=receipt.matter.code,
        )  # fmt: skip
    elif order.held_hash == body_hash:
        _repeated(order, body_hash, now)
    return order


def _repeated(order: WorkOrder, body_hash: str, now: datetime) -> None:
    received(
        order.partner, kind=MessageKind.ORDER, outcome=Outcome.REPEATED, body_hash=body_hash, now=now,
        number=order.number, code=order.matter.code,
    )  # fmt: skip


@transaction.atomic
def _answer(order: WorkOrder, said: dict[str, str], now: datetime) -> Answer:
    """The answer to a number that is known already."""
    held, body_hash = hold(order), fingerprint(said)
    if held.way == Way.OUT:
        raise DuplicateSource(_("这个编号是本系统转给贵方的工单，进展请报到 status 接口。"), field="number")
    if body_hash == held.held_hash:
        _repeated(held, body_hash, now)
        return _first(held)
    if body_hash == held.update_hash:
        _repeated(held, body_hash, now)
    else:
        note_update(held, said, now=now)
        received(
            held.partner, kind=MessageKind.ORDER, outcome=Outcome.UPDATED, body_hash=body_hash, now=now,
            number=held.number, code=held.matter.code,
        )  # fmt: skip
    return Answer(held.matter.code, held.number, "updated")


def note_update(order: WorkOrder, said: Mapping[str, str], *, now: datetime) -> None:
    """Keep a changed order for staff to look at. The caller holds order and matter.

    Name and telephone are not kept of residents who had them deleted.
    """
    erased = first_reporter(order.matter_id).erased_at is not None
    order.update, order.update_hash, order.updated_at = kept(said, contact=not erased), fingerprint(said), now
    order.save(update_fields=["update", "update_hash", "updated_at"])
    tell_history(order, "order_update", now=now)
    key = f"update:{order.update_hash[:16]}"
    tell_staff(order, key, _("%(partner)s改了工单内容，请核对：%(title)s"), now=now)


@transaction.atomic
def receive_status(
    *, partner: Partner, code: str, number: str, state: str, text: str, at: datetime, now: datetime
) -> Answer:
    """What a partner reports of an order that we gave: once into the history, and in plain words to the resident.

    A report older than the last one only stands in the ledger. Raises SwitchedOff, UnknownOrder, InvalidInput.
    """
    if not partner.receives:
        raise SwitchedOff
    order = _order_called(partner, code, number)
    if state not in NEWS:
        raise InvalidInput(_("不认识的进展，应为 accepted、processing、done 或 refused。"), field="state")
    said: dict[str, Any] = {"order": order.pk, "number": number, "state": state, "text": text}
    body_hash = fingerprint({**said, "at": at.isoformat()})
    outcome = _outcome(order, body_hash, at)
    if outcome == Outcome.TAKEN:
        _take_news(order, OrderState(state), text, at, now)
    received(
        partner, kind=MessageKind.STATUS, outcome=outcome, body_hash=body_hash, now=now, number=order.number,
        code=order.matter.code, note=text,
    )  # fmt: skip
    return Answer(order.matter.code, number or order.number, state)


def _order_called(partner: Partner, code: str, number: str) -> WorkOrder:
    """The order of ours, held, that the partner means: by our code, else by its own number."""
    orders = WorkOrder.objects.filter(partner=partner, way=Way.OUT)
    found = orders.filter(matter__code=code).first() if code else orders.filter(number=number).first()
    if found is None or not (code or number):
        raise UnknownOrder(field="code" if code else "number")
    held = hold(found)
    if number and held.number not in ("", number):
        raise UnknownOrder(_("这件事登记的对方编号不是这一个，请核对。"), field="number")
    if number and not keep_number(held, number):
        raise UnknownOrder(_("这个对方编号已经用在另一件事上，请核对。"), field="number")
    return held


def _outcome(order: WorkOrder, body_hash: str, at: datetime) -> Outcome:
    seen = Entry.objects.filter(partner=order.partner, body_hash=body_hash, kind=MessageKind.STATUS)
    if seen.exists():
        return Outcome.REPEATED
    return Outcome.LATE if order.news_at is not None and at < order.news_at else Outcome.TAKEN


def _take_news(order: WorkOrder, state: OrderState, text: str, at: datetime, now: datetime) -> None:
    changed = order.state != state
    order.state, order.news_at = state, at
    order.reason = text[:300] if state == OrderState.REFUSED else ""
    order.save(update_fields=["state", "news_at", "reason"])
    said = f"{state.label}：{text}" if text else state.label
    tell_history(order, "push_news", now=now, said=said, data={"at": f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"})
    if changed:
        tell_resident(order, WORDS[state], now=now)
    if state in (OrderState.DONE, OrderState.REFUSED):
        subject = _("%(partner)s已办结，请核实后答复：%(title)s")
        if state == OrderState.REFUSED:
            subject = _("%(partner)s没有接收：%(title)s")
        tell_staff(order, f"news:{state}:{int(at.timestamp())}", subject, now=now, more=text)
