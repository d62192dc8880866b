"""Letters for programs: list, read, answer; what is sent again is done once."""

from typing import Any

from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Event
from supervision.orders.models import Letter
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld
from tests.factories.orders import SOON, drafted, issued


def body(letter: Letter, **changes: Any) -> dict[str, Any]:
    points = [
        {"demand": one.pk, "measure": "换灯", "person": "李四", "due_on": SOON.isoformat()}
        for one in letter.demands.all()
    ]
    return {"text": "已查明", "points": points, **changes}


def send(client: Client, letter: Letter, data: Any) -> Any:
    return client.post(reverse("orders_api:answer", args=[letter.pk]), data, content_type="application/json")


def test_list_and_letter_are_what_the_user_may_read(world: HandlingWorld, client: Client) -> None:
    letter = issued(world)
    drafted(world)
    sign_in(client, world.handler)
    (row,) = client.get(reverse("orders_api:index")).json()["results"]
    assert (row["reference"], row["status"], row["matters"]) == ("云溪督〔2026〕1号", "issued", 1)
    told = client.get(reverse("orders_api:letter", args=[letter.pk])).json()
    assert told["codes"] == [letter.rows.get().matter.code]
    assert [one["id"] for one in told["demands"]] == [one.pk for one in letter.demands.all()]
    assert sign_in(client, world.other_head).get(reverse("orders_api:letter", args=[letter.pk])).status_code == 404
    assert sign_in(client, world.deputy_user).get(reverse("orders_api:index")).status_code == 403


def test_answer_sent_twice_is_given_once(world: HandlingWorld, client: Client) -> None:
    letter = issued(world)
    sign_in(client, world.handler)
    assert [send(client, letter, body(letter)).json()["again"] for _n in range(2)] == [False, True]
    sign_in(client, world.head)
    told = [send(client, letter, body(letter, sign=True)).json() for _n in range(2)]
    assert [(one["status"], one["again"]) for one in told] == [("answered", False), ("answered", True)]
    assert Event.objects.filter(chain=letter.chain, verb="sign_answer").count() == 1


def test_answer_that_is_not_whole_or_not_theirs_is_refused(world: HandlingWorld, client: Client) -> None:
    letter = issued(world)
    sign_in(client, world.head)
    assert send(client, letter, body(letter, points=[], sign=True)).status_code == 400
    assert send(client, letter, {"text": "x"}).status_code == 400
    assert not letter.answers.exists()
    assert send(sign_in(client, world.handler), letter, body(letter, sign=True)).status_code == 403
    assert send(sign_in(client, world.leader), letter, body(letter)).status_code == 403
