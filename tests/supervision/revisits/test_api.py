"""Call-backs for programs."""

import pytest
from django.test import Client

from supervision.revisits import services
from supervision.revisits.models import Revisit
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld
from tests.supervision.revisits.world import month, rated

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(world: HandlingWorld) -> Revisit:
    rated(world)
    draw = services.draw(definition=month(), caller=world.congress, by=world.district_staff, now=NOW)
    return draw.revisits.select_related("matter").get()


def test_call_backs_are_listed_tried_and_recorded(world: HandlingWorld, row: Revisit) -> None:
    client = sign_in(Client(), world.district_staff)
    (told,) = client.get("/api/v1/revisits/").json()["results"]
    assert (told["id"], told["code"], told["status"]) == (row.pk, row.matter.code, "waiting")
    assert "phone" not in told
    place = f"/api/v1/revisits/{row.pk}"
    assert client.post(f"{place}/missed/", {}, content_type="application/json").json()["tries"] == 1
    sent = {"satisfied": "unsatisfied", "words": "没人来"}
    assert client.post(f"{place}/outcome/", sent, content_type="application/json").json()["status"] == "done"
    again = client.post(f"{place}/outcome/", sent, content_type="application/json")
    assert again.status_code == 409
    assert client.get("/api/v1/revisits/").json()["results"] == []


@pytest.mark.parametrize("sent", [{}, {"satisfied": "very"}, {"solved": 3}, {"words": "好" * 2001}, {"words": "\x00"}])
def test_bad_outcome_is_refused_in_words(world: HandlingWorld, row: Revisit, sent: dict[str, object]) -> None:
    client = sign_in(Client(), world.district_staff)
    answer = client.post(f"/api/v1/revisits/{row.pk}/outcome/", sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["fields"]


def test_draw_is_proved_to_a_program(world: HandlingWorld, row: Revisit) -> None:
    told = sign_in(Client(), world.district_staff).get(f"/api/v1/draws/{row.draw_id}/proof/").json()
    assert told["holds"] is True
    assert told["drawn"] == told["population"] == [row.matter.code]


def test_others_find_nothing(world: HandlingWorld, row: Revisit) -> None:
    for reader, status in (("other_staff", 404), ("staff", 404), ("handler", 403), ("deputy_user", 403)):
        client = sign_in(Client(), getattr(world, reader))
        answer = client.post(f"/api/v1/revisits/{row.pk}/outcome/", {}, content_type="application/json")
        assert answer.status_code == status, reader
        assert client.get(f"/api/v1/draws/{row.draw_id}/proof/").status_code == 403
    assert Client().get("/api/v1/revisits/").status_code in (401, 403)
