"""The ledger of the exchange, and what all its services share."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import override

from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.codes import grouped
from liaison.base.privacy import deidentified, hide_id_numbers
from opinions.exchange.models import Entry, Partner, WorkOrder
from opinions.exchange.queries import CONTACT
from opinions.exchange.states import Way
from opinions.matters.models import Matter
from opinions.matters.services import add_line, tell_body
from opinions.matters.states import Status


def entry(
    partner: Partner, *, way: str, kind: str, outcome: str, body_hash: str, now: datetime, number: str = "",
    code: str = "", note: object = "", attempts: int = 1,
) -> Entry:  # fmt: skip
    """A line of the ledger, not saved yet. It stays for good, so that what leads to a person is put out of `note`."""
    return Entry(
        partner=partner, way=way, kind=kind, outcome=outcome, body_hash=body_hash, number=number[:80], code=code[:16],
        note=deidentified(str(note))[:300], attempts=attempts, at=now,
    )  # fmt: skip


def received(
    partner: Partner, *, kind: str, outcome: str, body_hash: str, now: datetime, number: str = "", code: str = "",
    note: object = "",
) -> None:  # fmt: skip
    """Write that a message came in, and what came of it."""
    entry(
        partner, way=Way.IN, kind=kind, outcome=outcome, body_hash=body_hash, now=now, number=number, code=code,
        note=note,
    ).save()  # fmt: skip


def kept(said: Mapping[str, str], *, contact: bool) -> dict[str, str]:
    """What of an order's content is kept: who raised it only with `contact`, identity numbers never."""
    with override(settings.LANGUAGE_CODE):
        return {name: hide_id_numbers(text) for name, text in said.items() if contact or name not in CONTACT}


def hold(order: WorkOrder) -> WorkOrder:
    """The order as it stands, its matter and itself locked; always in this sequence, so that nobody waits in a ring."""
    matter = Matter.objects.select_for_update().get(pk=order.matter_id)
    held = WorkOrder.objects.select_for_update(of=("self",)).select_related("partner", "pushed_by").get(pk=order.pk)
    held.matter = matter
    return held


def keep_number(order: WorkOrder, number: str) -> bool:
    """Keep the partner's number of `order`; false when the partner has given it to another order."""
    try:
        with transaction.atomic():
            WorkOrder.objects.filter(pk=order.pk).update(number=number)
    except IntegrityError:
        return False
    order.number = number
    return True


def tell_history(
    order: WorkOrder, verb: str, *, now: datetime, by: Any = None, said: object = "", data: dict[str, Any] | None = None
) -> None:
    """Append to the matter's history. The caller holds the matter."""
    partner = order.partner
    with override(settings.LANGUAGE_CODE):  # the ledger keeps one language
        fact = Fact(verb=verb, reason=str(said), data={"body": partner.name, **(data or {})})
    record(order.matter.chain, fact, by=by, actor="" if by else partner.name, now=now)


def tell_resident(order: WorkOrder, words: object, *, now: datetime) -> None:
    """A line in plain words that the residents behind the matter read, in the name of the street that pushed it.

    None while a question to the resident stands open, which must stay the last word, nor once the matter has ended.
    """
    matter = order.matter
    if order.pushed_by is None or not matter.is_open or matter.status == Status.WAITING:
        return
    with override(settings.LANGUAGE_CODE):
        body = str(words) % {"partner": order.partner.name}
    street = matter.street
    add_line(
        matter=matter, body=body, audience=Audience.PUBLIC, by=order.pushed_by, now=now, author=street.name,
        organisation=street,
    )  # fmt: skip


def tell_staff(order: WorkOrder, key: str, subject: Any, *, now: datetime, more: object = "") -> None:
    """Tell whose turn it is, else the street. `subject` has places for `partner`, `title`, `code`."""
    matter = order.matter
    words = {"partner": order.partner.name, "title": matter.title, "code": grouped(matter.code)}
    with override(settings.LANGUAGE_CODE):
        text = str(subject) % words
    body = None if matter.holder_deputy else (matter.holder or matter.street)
    tell_body(
        matter, key=f"{key}:{order.pk}", subject=text, now=now, organisation=body, deputy=matter.holder_deputy,
        body=more,
    )  # fmt: skip


def write(entries: Iterable[Entry]) -> None:
    """Write many lines."""
    Entry.objects.bulk_create(entries, batch_size=500)
