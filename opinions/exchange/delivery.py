"""Delivering the outbox: claim a message, hand it over, write in the ledger what came of it.

As with notices: a row is claimed by compare-and-set, so any number of workers may deliver at once. A worker that dies
between hand-over and note leaves its row claimed; when the lease is over it goes out again under the same
Idempotency-Key where the partner drops repetitions, else it is set to `uncertain` for a person to judge.
Messages about one order go out one after the other; a partner whose line is down holds up nobody else.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from liaison.base.notices.channels import Refused, Unclear
from opinions.exchange.adapters import Answer, Parcel, adapter
from opinions.exchange.models import Dispatch, WorkOrder
from opinions.exchange.services.doors import use_nonce
from opinions.exchange.services.ledger import entry, hold, keep_number, tell_history, tell_resident, tell_staff
from opinions.exchange.states import ON_THE_WAY, DispatchStatus, MessageKind, OrderState, Outcome, Way

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=settings.EXCHANGE_LEASE)
"""How long a claimed message is left to its worker; longer than any partner may take to answer."""
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]
BATCH = 100
S = DispatchStatus
_STATES = {S.REFUSED: OrderState.REFUSED, S.FAILED: OrderState.FAILED, S.UNCERTAIN: OrderState.UNCERTAIN}
_OUTCOMES = {
    S.SENT: Outcome.SENT, S.PENDING: Outcome.RETRY, S.REFUSED: Outcome.REFUSED, S.FAILED: Outcome.FAILED,
    S.UNCERTAIN: Outcome.UNCERTAIN,
}  # fmt: skip


def due(now: datetime, *, without: set[int] | None = None) -> list[Dispatch]:
    """Messages to deliver: due, or of a dead worker; none whose order has an earlier one still on its way."""
    earlier = Dispatch.objects.filter(order=OuterRef("order"), pk__lt=OuterRef("pk"), status__in=ON_THE_WAY)
    rows = Dispatch.objects.filter(status__in=ON_THE_WAY, due_at__lte=now, partner__active=True)
    rows = rows.exclude(partner__in=without or ()).filter(~Exists(earlier))
    return list(rows.select_related("partner").order_by("due_at", "id")[:BATCH])


def deliver_all(now: datetime) -> int:
    """Deliver what is due; a partner who cannot be reached is left alone until the next run. Returns how many went."""
    sent, down = 0, set[int]()
    while rows := due(now, without=down):
        for row in rows:
            if row.partner_id in down:
                continue
            if deliver(row, now):
                sent += 1
            elif Dispatch.objects.filter(pk=row.pk, status__in=ON_THE_WAY).exists():
                down.add(row.partner_id)
    return sent


def deliver(row: Dispatch, now: datetime) -> bool:
    """Try to deliver one message; False when it did not go, or another worker has it."""
    chosen = adapter(row.partner.adapter)
    if row.status == S.SENDING and not chosen.idempotent:
        _settle(row, S.UNCERTAIN, now, error="the worker died while sending")
        return False
    if not _claim(row, now):
        return False
    try:
        answer = chosen.send(row.partner, _parcel(row, now))
    except Refused as error:
        _settle(row, S.REFUSED, now, error=str(error))
    except Unclear as error:
        if chosen.idempotent:
            _again(row, now, str(error))
        else:
            _settle(row, S.UNCERTAIN, now, error=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a line does, the row must be settled and the rest go on
        logger.warning("message %s not delivered: %s", row.key, error)
        _again(row, now, str(error) or type(error).__name__)
    else:
        return _settle(row, S.SENT, now, answer=answer)
    return False


def _parcel(row: Dispatch, now: datetime) -> Parcel:
    """The message with a fresh nonce, remembered here too: sent back to us it is refused as a replay."""
    nonce = secrets.token_urlsafe(24)
    use_nonce(row.partner, nonce, now=now)
    return Parcel(key=row.key, kind=row.kind, body=row.body, nonce=nonce, now=now)


def _claim(row: Dispatch, now: datetime) -> bool:
    held = Dispatch.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    claimed = held.update(status=S.SENDING, attempts=F("attempts") + 1, due_at=now + LEASE)
    row.attempts += 1
    return bool(claimed)


def _again(row: Dispatch, now: datetime, error: str) -> None:
    """Try again later, or give up."""
    if row.attempts > len(BACK_OFF):
        _settle(row, S.FAILED, now, error=error)
    else:
        _settle(row, S.PENDING, now, error=error, due_at=now + BACK_OFF[row.attempts - 1])


@transaction.atomic
def _settle(
    row: Dispatch, status: DispatchStatus, now: datetime, *, error: str = "", answer: Answer | None = None,
    due_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Note what came of an attempt: at the message, in the ledger, at the order. False when another has settled it."""
    order = hold(row.order)
    mine = Dispatch.objects.filter(pk=row.pk, status=S.SENDING, attempts=row.attempts)
    values = {"status": status, "error": error[:300], **({"due_at": due_at} if due_at else {})}
    if not mine.update(**values):
        return False
    if row.kind == MessageKind.ORDER:
        _note_order(order, status, now, error, answer)
    entry(
        row.partner, way=Way.OUT, kind=row.kind, outcome=_OUTCOMES[status], body_hash=row.body_hash, now=now,
        number=order.number, code=order.matter.code, note=error, attempts=row.attempts,
    ).save()  # fmt: skip
    return True


def _note_order(order: WorkOrder, status: str, now: datetime, error: str, answer: Answer | None) -> None:
    """What an answer to a push means for the order, its matter's history and the resident. The partner's own report
    may have been quicker than its answer; then it stands."""
    if status == S.PENDING or order.state != OrderState.QUEUED:
        return
    order.reason = error[:300]
    if answer is None:
        order.state = _STATES[DispatchStatus(status)]
        tell_history(order, "push_news", now=now, said=f"{OrderState(order.state).label}：{error}".rstrip("："))
        tell_staff(order, f"push:{order.pushes}:{status}", _("%(partner)s没有接收：%(title)s"), now=now, more=error)
    else:
        order.state = OrderState(answer.state)
        if answer.number:
            keep_number(order, answer.number)  # else it is another order's, and our own code alone names this one
        if order.state == OrderState.ACCEPTED:
            tell_history(order, "push_news", now=now, said=f"{OrderState.ACCEPTED.label} {order.number}".strip())
            tell_resident(order, _("%(partner)s已经受理。"), now=now)
    order.save(update_fields=["state", "reason"])
