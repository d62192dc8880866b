"""Partners with keys, questions of categories, and requests for tests of the open interface."""

import json
from typing import Any

from django.test import Client

from liaison.base.stamps import bump
from opinions.catalog.models import Category
from opinions.catalog.queries import STAMP
from opinions.exchange.models import Partner
from opinions.exchange.services.keys import make_key
from opinions.open311.models import ServiceAttribute
from tests.factories.matters import NOW, HandlingWorld

SERVICE = "urban.lighting"
SAID = {"service_code": SERVICE, "description": "荷塘小区东门两盏路灯不亮。", "address_string": "荷塘社区荷塘小区东门"}


def app(world: HandlingWorld, **fields: Any) -> Partner:
    """The street's application for residents, switched on."""
    usual = {
        "code": "app", "name": "云溪随手拍", "kind": "app", "organisation": world.committee, "ways": "in",
        "adapter": "key", "active": True, "created_at": NOW,
    }  # fmt: skip
    return Partner.objects.create(**{**usual, **fields})


def key_for(partner: Partner, **fields: Any) -> str:
    """A key of the partner, in plain text."""
    usual: dict[str, Any] = {"submits": True, "reads": True, "per_minute": 600, "terms_version": "2026-11"}
    return make_key(partner=partner, by=None, now=NOW, **{**usual, **fields})


def question(code: str, datatype: str = "string", *, service: str = SERVICE, **fields: Any) -> ServiceAttribute:
    """A question of a category."""
    category = Category.objects.get(code=service)
    made = ServiceAttribute.objects.create(
        category=category, code=code, datatype=datatype, **{"description": f"{code}？", **fields}
    )
    bump(STAMP)
    return made


def ask(what: str, *, form: str = "json", address: str = "127.0.0.1", **given: Any) -> Any:
    """The answer to a GET; its document stands in `said` when it is JSON."""
    answer: Any = Client(REMOTE_ADDR=address).get(f"/open311/v2/{what}.{form}", given)
    answer.said = json.loads(answer.content) if form == "json" else None
    return answer


def send(key: str, *, form: str = "json", headers: Any = None, **said: Any) -> Any:
    """The answer to a POST of `SAID`, changed by `said`."""
    given = {"api_key": key, **SAID, **said}
    answer: Any = Client().post(
        f"/open311/v2/requests.{form}", {name: value for name, value in given.items() if value is not None},
        headers=headers or {},
    )  # fmt: skip
    answer.said = json.loads(answer.content) if form == "json" else None
    return answer
