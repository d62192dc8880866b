"""Lights for programs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from liaison.base.workdays.arithmetic import local_today
from supervision.escalation.services import fire_due
from tests.factories.accounts import sign_in
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter

pytestmark = pytest.mark.django_db


def test_lights_and_what_waits_for_programs() -> None:
    one: LadderWorld = ladder_world()
    now, today = timezone.now(), local_today(timezone.now())
    clock = lit_matter(one, warn_on=today - timedelta(3), due_on=today - timedelta(1), now=now)
    fire_due(now=now)
    chair = sign_in(Client(), one.chair)
    told = chair.get(f"/api/v1/matters/{clock.matter.code}/lights/").json()
    assert [row["light"] for row in told["lights"]] == ["red"]
    assert next((row["light"], row["acts"], row["mine"]) for row in told["fired"]) == ("red", True, True)
    items = chair.get("/api/v1/supervision/lights/").json()["results"]
    assert [row["code"] for row in items] == [clock.matter.code]
    assert chair.get("/api/v1/supervision/lights/?page=nonsense").status_code in (200, 400)
    stranger = sign_in(Client(), one.world.other_staff)
    assert stranger.get(f"/api/v1/matters/{clock.matter.code}/lights/").status_code == 404
    assert sign_in(Client(), one.world.deputy_user).get("/api/v1/supervision/lights/").status_code == 403
    assert Client().get("/api/v1/supervision/lights/").status_code in (401, 403)
