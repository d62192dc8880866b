"""The demo's two outside systems: the hotline of the district and the grid system of the shown street."""

from datetime import datetime, timedelta

from django.db import transaction

from deputies.organisations.models import Organisation
from liaison.demo.cast import Cast
from liaison.demo.source import data
from opinions.exchange.delivery import deliver_all
from opinions.exchange.models import Partner
from opinions.exchange.services.partners import make_partner, set_secret, switch
from opinions.exchange.services.pushing import push
from opinions.exchange.services.receiving import receive_order, receive_status
from opinions.exchange.services.statements import keep_statement
from opinions.exchange.states import PartnerKind
from opinions.matters.models import Matter
from opinions.matters.states import Status


@transaction.atomic
def tell_of_exchange(congress: Organisation, *, now: datetime) -> int:
    """Make both partners (they write to the console) and exchange a few orders; returns how many. Once only."""
    if Partner.objects.exists():
        return 0
    cast = Cast(congress)
    hotline = _partner(cast, "hotline", "云汀区 12345 热线", PartnerKind.HOTLINE, congress, now)
    grid = _partner(
        cast, "grid-01", f"{cast.committees[0].division.name}网格系统", PartnerKind.GRID, cast.committees[0], now
    )
    return _orders(cast, hotline, now) + _pushes(cast, grid, now)


def _partner(cast: Cast, code: str, name: str, kind: PartnerKind, body: Organisation, now: datetime) -> Partner:
    then = now - timedelta(days=30)
    made = make_partner(
        code=code, name=name, kind=kind, organisation=body, ways="both", adapter="console", timeout=10,
        by=cast.district, now=then,
    )  # fmt: skip
    set_secret(partner=made, by=cast.district, now=then)
    return switch(partner=made, active=True, by=cast.district, now=then)


def _orders(cast: Cast, hotline: Partner, now: datetime) -> int:
    """Orders that came in; one was changed afterwards, and the last statement does not agree with all of them."""
    told = data("exchange")
    places = cast.communities(cast.committees[0])
    for place, row in zip(places, told["order"], strict=False):
        cells = {name: row[name] for name in ("title", "content", "place")}
        cells |= {"source_number": row["number"], "division": place.code}
        at = now - timedelta(days=row["days"])
        receive_order(partner=hotline, cells=cells, now=at)
        if "changed" in row:
            receive_order(partner=hotline, cells={**cells, "content": row["changed"]}, now=at + timedelta(hours=5))
    keep_statement(partner=hotline, rows=told["statement"], source="对账清单.csv", by=cast.district, now=now)
    return len(told["order"])


def _pushes(cast: Cast, grid: Partner, now: datetime) -> int:
    """Matters that the street took and pushed; the grid system has accepted, settled, refused."""
    street = cast.committees[0]
    waiting = Matter.objects.filter(street=street, status__in=(Status.TAKEN, Status.SUBMITTED), holder=street).order_by(
        "-id"
    )
    pushed = 0
    for matter, row in zip(waiting, data("exchange")["push"], strict=False):
        at = max(now - timedelta(days=1), matter.opened_at)
        push(matter=matter, partner=grid, by=cast.staff(street), now=at)
        deliver_all(at)
        for step, state in enumerate(row["said"], 1):
            then = min(at + timedelta(hours=3 * step), now)
            receive_status(
                partner=grid, code=matter.code, number=row["number"], state=state, at=then, now=then,
                text=row["text"] if step == len(row["said"]) else "",
            )  # fmt: skip
        pushed += 1
    return pushed
