"""Results go back: by the adapter when something has changed, and in a file since the last hand-over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.documents.xlsx import CONTENT_TYPE, Sheet, workbook
from liaison.base.errors import DomainError
from liaison.base.files.services import store_generated
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.exchange.models import Handover, Partner, WorkOrder
from opinions.exchange.queries import Result, results
from opinions.exchange.services.ledger import entry, write
from opinions.exchange.services.pushing import dispatch
from opinions.exchange.sheets import HANDOVER, as_csv, fingerprint
from opinions.exchange.states import ENDED, MessageKind, Outcome, Way, Ways

CHUNK = 500
MOST_ROWS = 10_000
"""Rows of one hand-over file; what is left goes into the next."""


class NothingNew(DomainError):
    message = _("上次交接之后没有新的结果。")


def gather(*, now: datetime, settled: bool = False) -> int:
    """Queue the result of every order that came in whose matter has moved since it was told last. Returns how many.

    Two runs at once queue each result once: the row is claimed by compare-and-set.
    """
    orders = WorkOrder.objects.filter(_moved_since("told_version"), way=Way.IN, partner__active=True)
    orders = orders.exclude(partner__ways=Ways.IN)
    if not settled:
        orders = orders.filter(settled=False)
    count, last = 0, 0
    while part := list(_full(orders.filter(pk__gt=last).order_by("pk"))[:CHUNK]):
        last = part[-1].pk
        count += sum(_tell(order, result, now) for order, result in results(part))
    return count


def _moved_since(mark: str) -> Q:
    """Orders whose matter has moved; one that was merged moves with the other, whose versions are not its own."""
    return Q(matter__version__gt=F(mark)) | Q(matter__merged_into__isnull=False)


def _full(orders: "QuerySet[WorkOrder]") -> "QuerySet[WorkOrder]":
    return orders.select_related("partner", "matter__merged_into", "matter__opinion")


@transaction.atomic
def _tell(order: WorkOrder, result: Result, now: datetime) -> bool:
    """Queue one result unless it was told already in the same words; False then."""
    said = {"type": MessageKind.RESULT.value, **result.said}
    mark = fingerprint(said)
    version = order.matter.version
    held = WorkOrder.objects.filter(pk=order.pk, told_version=order.told_version, told_hash=order.told_hash)
    if not held.update(told_version=version, told_hash=mark, settled=result.progress in ENDED):
        return False
    if mark == order.told_hash or (not order.told_hash and not result.is_news):
        return False
    key = f"r{version}.{result.matter.version}.{mark[:8]}"  # a further rating moves no version
    dispatch(order, MessageKind.RESULT, said, key=key, now=now)
    return True


@transaction.atomic
def hand_over(*, partner: Partner, as_xlsx: bool, by: User | None, now: datetime) -> Handover:
    """Make the file with what is new since the last one: results of their orders, and orders of ours.

    Raises NotAllowed, NothingNew, StorageFull.
    """
    if by is not None:
        check(by, Permission.EXCHANGE_WORK)
    Partner.objects.select_for_update().get(pk=partner.pk)
    fresh = _fresh(partner)
    if not fresh:
        raise NothingNew
    rows = [result.cells for _order, result, _mark in fresh]
    content = _workbook(rows) if as_xlsx else as_csv(HANDOVER, rows)
    stamp = f"{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    name = f"{partner.code}-{stamp}.{'xlsx' if as_xlsx else 'csv'}"
    stored = store_generated(
        name=name, content=content, content_type=CONTENT_TYPE if as_xlsx else "text/csv", by=by, now=now
    )
    _mark_handed(partner, fresh, now)
    return Handover.objects.create(partner=partner, stored=stored, count=len(rows), by=by, at=now)


Fresh = tuple[WorkOrder, Result, str]


def _fresh(partner: Partner) -> list[Fresh]:
    """What the partner has not been handed yet."""
    orders = WorkOrder.objects.filter(_moved_since("handed_version"), partner=partner)
    if partner.ways == Ways.IN:
        orders = orders.none()
    found: list[Fresh] = []
    last = 0
    while len(found) < MOST_ROWS and (part := list(_full(orders.filter(pk__gt=last).order_by("pk"))[:CHUNK])):
        last = part[-1].pk
        marked = ((order, result, fingerprint([str(cell) for cell in result.cells])) for order, result in results(part))
        found += [row for row in marked if row[2] != row[0].handed_hash]
    return found[:MOST_ROWS]


def _workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    return workbook(Sheet(title=gettext("交接"), columns=HANDOVER, rows=rows))


def _mark_handed(partner: Partner, fresh: Iterable[Fresh], now: datetime) -> None:
    lines, orders = [], []
    for order, _result, mark in fresh:
        kind = MessageKind.ORDER if order.way == Way.OUT else MessageKind.RESULT
        order.handed_hash, order.handed_version = mark, order.matter.version
        orders.append(order)
        lines.append(
            entry(
                partner, way=Way.OUT, kind=kind, outcome=Outcome.HANDED, body_hash=mark, now=now, number=order.number,
                code=order.matter.code,
            )
        )  # fmt: skip
    WorkOrder.objects.bulk_update(orders, ["handed_hash", "handed_version"], batch_size=CHUNK)
    write(lines)
