"""Residents at the door: a district with plaques, forms filled in, and challenges solved as a phone would."""

import base64
import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import altcha
from django.utils import timezone

from deputies.contact_points.models import ContactPoint
from opinions.catalog.models import SourceChannel
from opinions.intake.challenge import new_challenge
from opinions.intake.services.submission import Entry
from opinions.routing.services import load_default_rules
from tests.factories.contact_points import ContactPointFactory, StationingFactory
from tests.factories.matters import NOW, PHONE, HandlingWorld, handling_world
from tests.support.replay import replayed

CONTENT = "荷塘小区东门三盏路灯坏了两周，晚上看不见路，老人摔过一次。"
JPEG_NAME = "路灯.jpg"


@dataclass(frozen=True, kw_only=True)
class IntakeWorld:
    """The district at work with one station: the world's deputy sits there and has a plaque."""

    world: HandlingWorld
    point: ContactPoint

    @property
    def deputy_path(self) -> str:
        return f"/d/{self.world.deputy.code}/"

    @property
    def point_path(self) -> str:
        return f"/p/{self.point.code}/"


@replayed
def intake_world(*, rules: bool = True) -> IntakeWorld:
    """Build it; with `rules` the routing rules that the product starts with are in force."""
    world = handling_world()
    point = ContactPointFactory(
        division=world.places.community, organisation=world.committee, electoral_district=world.places.electoral
    )
    StationingFactory(contact_point=point, deputy=world.deputy, since=date(2026, 1, 10))
    if rules:
        load_default_rules(district=world.congress, by=None, now=NOW)
    return IntakeWorld(world=world, point=point)


def entry(at: IntakeWorld, **fields: Any) -> Entry:
    """What a form says once it is checked; addressed to the deputy."""
    world = at.world
    values = {
        "key": uuid4(),
        "content": CONTENT,
        "division": world.places.community,
        "street": world.committee,
        "district": world.congress,
        "channel": SourceChannel.QR,
        "place": "荷塘小区东门",
        "contact_point_id": at.point.pk,
        "addressed_to": world.deputy,
        "phone": PHONE,
        "name": "李阿姨",
    }
    return Entry(**(values | fields))


def solved(challenge: dict[str, Any]) -> str:
    """The payload that a browser sends for a challenge."""
    found = altcha.solve_challenge_v1(
        challenge["challenge"], challenge["salt"], challenge["algorithm"], challenge["maxNumber"]
    )
    assert found is not None
    kept = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps({**kept, "number": found.number}).encode()).decode()


def proof(key: UUID) -> str:
    """A solved challenge for the form with this key."""
    return solved(new_challenge(key, now=timezone.now(), hardness=50))


def form(key: UUID | None = None, *, proven: bool = True, **fields: Any) -> dict[str, Any]:
    """A form as the browser sends it. A field given as None is left out."""
    key = key or uuid4()
    values = {
        "submission_key": str(key),
        "content": CONTENT,
        "place": "荷塘小区东门",
        "consent_privacy": "on",
        "website": "",
        "proof": proof(key) if proven else "",
    }
    return {name: value for name, value in (values | fields).items() if value is not None}
