"""How long what was exchanged is kept (Personal Information Protection Law art. 19: no longer than is needed).

The ledger's facts stay for good: number, times, fingerprint, outcome. What messages said goes some time after the end.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.base.files.services import remove
from opinions.exchange.models import Dispatch, Handover, Partner, WorkOrder
from opinions.exchange.services.ledger import entry, hold, kept, tell_history
from opinions.exchange.states import ON_THE_WAY, DispatchStatus, MessageKind, OrderState, Outcome, Way

CHUNK = 200


def strip_ended(*, now: datetime) -> int:
    """Empty what was said about orders that ended `EXCHANGE_KEPT_DAYS` ago or earlier. Returns how many orders.

    A message that still waits to be sent is left until it has gone; one for a partner who is switched off is given up.
    """
    at_rest = _bodies().values("order")
    holding = ~Q(held={}) | Q(updated_at__isnull=False) | ~Q(reason="") | Q(pk__in=at_rest)
    count, last = 0, 0
    while part := list(_ended(now).filter(holding, pk__gt=last).order_by("pk")[:CHUNK]):
        last = part[-1].pk
        count += sum(_strip(order, now) for order in part)
    return count


def _ended(now: datetime) -> "QuerySet[WorkOrder]":
    """Orders whose matter, or the one into which it was merged, ended so long ago."""
    before = _before(now)
    own = Q(matter__merged_into__isnull=True, matter__closed_at__lt=before)
    return WorkOrder.objects.filter(own | Q(matter__merged_into__closed_at__lt=before))


def _before(now: datetime) -> datetime:
    return now - timedelta(days=settings.EXCHANGE_KEPT_DAYS)


def _bodies() -> "QuerySet[Dispatch]":
    """Messages that say something and have come to rest, or wait for a partner who is switched off."""
    return Dispatch.objects.exclude(body="").exclude(status__in=ON_THE_WAY, partner__active=True)


@transaction.atomic
def _strip(order: WorkOrder, now: datetime) -> bool:
    """Empty one order. A change that nobody has settled is closed by this, and the history says so. False when its
    matter was opened again just before."""
    held = hold(order)
    if not _ended(now).filter(pk=held.pk).exists():
        return False
    if held.update is not None:
        tell_history(held, "order_settle", now=now, said=_("到期没有核对，内容已清除"))
        held.held_hash, held.update, held.update_hash, held.updated_at = held.update_hash, None, "", None
    held.held, held.reason = {}, ""
    held.save(update_fields=["held", "held_hash", "update", "update_hash", "updated_at", "reason"])
    _give_up(held, now)
    _bodies().filter(order=held).update(body="", error="")
    return True


def _give_up(held: WorkOrder, now: datetime) -> None:
    """What still waits for a partner who is switched off goes out no more; the ledger says so."""
    for row in _bodies().filter(order=held, status__in=ON_THE_WAY):
        row.status = DispatchStatus.FAILED
        row.save(update_fields=["status"])
        entry(
            held.partner, way=Way.OUT, kind=row.kind, outcome=Outcome.FAILED, body_hash=row.body_hash, now=now,
            number=held.number, code=held.matter.code, note=str(_("对接停用，到期没有送出")), attempts=row.attempts,
        ).save()  # fmt: skip
        if row.kind == MessageKind.ORDER and held.state == OrderState.QUEUED:
            held.state = OrderState.FAILED
            held.save(update_fields=["state"])


@transaction.atomic
def drop_files(*, now: datetime) -> int:
    """Delete hand-over files after the same time; that there was one, when and of how many rows, stays."""
    old = Handover.objects.select_for_update(of=("self",)).select_related("stored")
    found = list(old.filter(at__lt=_before(now), stored__isnull=False).order_by("pk")[:CHUNK])
    for handed in found:
        stored, handed.stored = handed.stored, None
        handed.save(update_fields=["stored"])
        if stored is not None:
            remove(stored)
    return len(found)


def drop_contacts(*, now: datetime) -> int:
    """Follow residents who had name and telephone deleted: a change that waits for staff loses them too."""
    waiting = WorkOrder.objects.filter(updated_at__isnull=False, matter__reporters__erased_at__lte=now).distinct()
    dropped = 0
    for order in waiting.order_by("pk"):
        dropped += _drop_contact(order)
    return dropped


@transaction.atomic
def _drop_contact(order: WorkOrder) -> bool:
    held = hold(order)
    if held.update is None or held.update == (without := kept(held.update, contact=False)):
        return False
    held.update = without
    held.save(update_fields=["update"])
    return True


def drop_former_secrets(*, now: datetime) -> int:
    """Delete secrets whose time is over. Returns how many."""
    return Partner.objects.filter(former_until__lte=now).update(former_secret="", former_until=None)
