"""我也遇到 by programs: short facts, a token, and the own opinion going along once."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opinions.gathering import throttle
from opinions.handling.models import Merger
from opinions.handling.services import follow_token
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status
from tests.factories.intake import CONTENT, IntakeWorld
from tests.factories.similar import raised
from tests.opinions.gathering.test_residents import neighbours

__all__ = ["neighbours"]
NEAR = "/api/v1/near/"


def post(client: Client, path: str, data: Any) -> Any:
    return client.post(path, data, content_type="application/json")


def asked(at: IntakeWorld, client: Client, **fields: Any) -> Any:
    data = {"content": CONTENT, "community": at.world.places.community.code, "place": "荷塘小区东门", **fields}
    return post(client, NEAR, data)


def own(at: IntakeWorld) -> Reporter:
    """A resident who has just submitted the same."""
    return raised(at, CONTENT, phone="13900000009", now=timezone.now()).reporters.select_related("matter").get()


def following(client: Client, mine: Reporter, token: str, **fields: Any) -> Any:
    path = f"/api/v1/track/{fields.pop('code', mine.matter.code)}/follow/"
    return post(client, path, {"key": mine.link_key, "follow": token, **fields})


def test_near_says_how_many_and_nobodys_words(at: IntakeWorld, client: Client, neighbours: list[Matter]) -> None:
    answer = asked(at, client)
    told = answer.json()
    assert (answer.status_code, told["people"], len(told["matters"])) == (200, 2, 1)
    assert set(told["matters"][0]) == {"category", "place", "stage", "days", "follow"}
    for secret in ("赵小明", "两周", "13900", *(row.code for row in neighbours)):
        assert secret not in answer.content.decode()
    nothing = {"people": 0, "matters": []}
    assert asked(at, client, content="我家楼上漏水，和别的事没有关系").json() == nothing
    assert asked(at, client, community="nowhere").json() == nothing


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"content": ""}, "content"), ({"content": "坏\x00字"}, "content"), ({"community": None}, "community"),
     ({"latitude": 91}, "latitude"), ({"longitude": "x"}, "longitude")],
)  # fmt: skip
def test_near_says_what_is_wrong_by_field(at: IntakeWorld, client: Client, fields: dict[str, Any], field: str) -> None:
    answer = asked(at, client, **fields)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert answer.json()["detail"] == "请求的内容不对。"


def test_near_is_asked_so_often_and_no_more(at: IntakeWorld, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_A_MINUTE", 1)
    monkeypatch.setattr(throttle, "MINUTE", 10**8)  # does not end within the test
    answers = [asked(at, client) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert (answers[1].headers["Retry-After"], "一分钟" in answers[1].json()["detail"]) == ("60", True)


def test_follow_goes_along_once_however_often_it_is_sent(
    at: IntakeWorld, client: Client, neighbours: list[Matter]
) -> None:
    token = asked(at, client).json()["matters"][0]["follow"]
    mine = own(at)
    first, second = following(client, mine, token), following(client, mine, token)
    assert (first.status_code, first.json()["again"]) == (200, False)
    assert (second.status_code, second.json()["again"]) == (200, True)
    assert first.json()["code"] == second.json()["code"] == mine.matter.code
    assert Merger.objects.get().kind == "follow"
    assert Matter.objects.get(pk=mine.matter_id).status == Status.MERGED
    other = next(row for row in neighbours if row.pk != Merger.objects.get().target_id)
    assert following(client, mine, follow_token(other.pk)).status_code in (200, 409)
    assert Merger.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [({"key": "x"}, 404), ({"code": "NOSUCH"}, 404), ({"follow": "x"}, 409), ({"follow": ""}, 400), ({"key": 1}, 404)],
)
def test_follow_refuses_in_a_sentence_what_does_not_fit(
    at: IntakeWorld, client: Client, neighbours: list[Matter], change: dict[str, Any], status: int
) -> None:
    token = asked(at, client).json()["matters"][0]["follow"]
    answer = following(client, own(at), token, **change)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert not Merger.objects.exists()
