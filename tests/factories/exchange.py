"""Partners, signed requests, and work orders for tests."""

import json
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from opinions.exchange.models import Partner, WorkOrder
from opinions.exchange.services.pushing import push
from opinions.exchange.services.receiving import receive_order
from opinions.exchange.signing import KEY, seal
from opinions.matters.models import Matter
from tests.factories.matters import NOW, HandlingWorld

SECRET = "only-for-tests-0123456789abcdefghij"
ORDER = {
    "source_number": "RX-0001",
    "title": "路灯不亮",
    "content": "荷塘小区北门两盏路灯不亮已有三天。",
    "place": "荷塘小区北门",
    "division": "荷塘社区",
    "name": "赵某",
    "phone": "13800000001",
}


def grid(world: HandlingWorld, **fields: Any) -> Partner:
    """The street's grid system: the console, switched on."""
    return _partner(code="grid", name="云溪街道网格系统", kind="grid", organisation=world.committee, fields=fields)


def hotline(world: HandlingWorld, **fields: Any) -> Partner:
    """The district's hotline: the console, switched on."""
    return _partner(code="hotline", name="云汀区热线", kind="hotline", organisation=world.congress, fields=fields)


def _partner(*, fields: dict[str, Any], **usual: Any) -> Partner:
    values = {"ways": "both", "adapter": "console", "secret": SECRET, "active": True, "created_at": NOW}
    return Partner.objects.create(**{**usual, **values, **fields})


def received(partner: Partner, number: str = "RX-0001", *, now: datetime = NOW, **cells: str) -> WorkOrder:
    """A work order that came in."""
    receive_order(partner=partner, cells={**ORDER, "source_number": number, **cells}, now=now)
    return WorkOrder.objects.select_related("matter", "partner").get(partner=partner, number=number)


def pushed(world: HandlingWorld, matter: Matter, partner: Partner, *, now: datetime = NOW) -> WorkOrder:
    """A matter of ours that the street has pushed."""
    return push(matter=matter, partner=partner, by=world.staff, now=now)


def send(
    partner: Partner, what: str, said: Any, *, secret: str = SECRET, at: datetime | None = None, key: str = "",
    code: str = "", address: str = "127.0.0.1", **changed: str,
) -> Any:  # fmt: skip
    """A signed request to our door; `changed` headers replace what was signed."""
    body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
    headers = {**seal(secret, body, now=at or timezone.now()).headers, **({KEY: key} if key else {}), **changed}
    url = f"/api/v1/exchange/{code or partner.code}/{what}/"
    return Client(REMOTE_ADDR=address).post(url, body, content_type="application/json", headers=headers)
