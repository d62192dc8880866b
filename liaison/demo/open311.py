"""The demo's program of the open interface: an application for residents, questions about lamps, and two requests."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from deputies.organisations.models import Organisation
from liaison.base.stamps import bump
from liaison.demo.cast import Cast
from opinions.catalog.models import Category
from opinions.catalog.queries import STAMP
from opinions.exchange.models import Partner
from opinions.exchange.services.keys import key_called, make_key
from opinions.exchange.services.partners import make_partner, switch
from opinions.intake.services.outside import TERMS_VERSION
from opinions.open311.models import ServiceAttribute
from opinions.open311.services import Sent, submit_request
from opinions.open311.states import Datatype

SERVICE = "urban.lighting"
QUESTIONS: list[dict[str, Any]] = [
    {"code": "when", "description": "什么时候不亮", "datatype": Datatype.ONE_OF, "required": True,
     "values": "night=整夜不亮\nflicker=时亮时灭\nday=白天也亮着"},
    {"code": "lamps", "description": "大约几盏", "datatype": Datatype.NUMBER},
    {"code": "since", "description": "从哪天开始", "datatype": Datatype.DATETIME, "hint": "如 2026-11-01"},
]  # fmt: skip
REQUESTS = [("门口三盏路灯整夜不亮，晚上接孩子看不清台阶。", "3"), ("健身步道的路灯白天也亮着，请关掉。", "12")]


@transaction.atomic
def tell_of_programs(congress: Organisation, *, now: datetime) -> int:
    """Make the partner with a key that nobody knows, the questions, and requests; returns how many."""
    cast, then = Cast(congress), now - timedelta(days=20)
    partner = make_partner(
        code="app-01", name="云汀随手拍（示例）", kind="app", organisation=congress, ways="in", adapter="key",
        timeout=10, by=cast.district, now=then,
    )  # fmt: skip
    opens = {"submits": True, "reads": True, "per_minute": 60, "terms_version": TERMS_VERSION}
    key = make_key(partner=partner, by=cast.district, now=then, **opens)  # type: ignore[arg-type]
    switch(partner=partner, active=True, by=cast.district, now=then)
    return _requests(cast, partner, key, now)


def _requests(cast: Cast, partner: Partner, key: str, now: datetime) -> int:
    lighting = Category.objects.get(code=SERVICE)
    rows = [ServiceAttribute(category=lighting, order=order, **row) for order, row in enumerate(QUESTIONS, 1)]
    ServiceAttribute.objects.bulk_create(rows)
    bump(STAMP)
    held = key_called(key, now=now)
    for place, (text, lamps) in zip(cast.communities(cast.committees[0]), REQUESTS, strict=False):
        answers = [{"code": "lamps", "question": "大约几盏", "keys": [lamps], "words": lamps}]
        sent = Sent(
            service=lighting, token=place.code, description=text, address=f"{place.name}东门", answers=answers,
            media_url="https://photos.example.org/lamp.jpg",
        )  # fmt: skip
        submit_request(key=held, sent=sent, now=now)
    return len(REQUESTS)
