"""The door for programs: only who holds the secret comes in, once, with a clock that agrees; bad input never fails."""

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from liaison.base.audit.services import verify
from opinions.exchange.models import Entry, Partner, UsedNonce, WorkOrder
from opinions.exchange.services.doors import forget_nonces
from opinions.exchange.signing import KEPT, seal
from opinions.exchange.states import Outcome
from opinions.intake.models import Opinion
from opinions.routing.models import RoutingDecision
from tests.factories.exchange import SECRET, grid, hotline, pushed, received, send
from tests.factories.matters import HandlingWorld, handling_world, taken

ORDER = {"number": "RX-9", "content": "北渡桥头路面有坑。", "division": "北渡社区", "phone": "13800000003"}
NONCE = "n" * 24


@pytest.fixture
def partner(hotline: Partner) -> Partner:
    return hotline


def test_order_is_answered_alike_however_often_it_comes(partner: Partner) -> None:
    answers = [send(partner, "orders", ORDER, key="RX-9") for _n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["state"] == "taken"
    assert Opinion.objects.get().matter.code == answers[0].json()["code"]


def test_order_with_other_blanks_and_order_of_keys_is_the_same(partner: Partner) -> None:
    send(partner, "orders", ORDER)
    send(partner, "orders", json.dumps(dict(reversed(ORDER.items())), indent=3).encode())
    assert list(Entry.objects.order_by("id").values_list("outcome", flat=True)) == [Outcome.TAKEN, Outcome.REPEATED]


def test_changed_order_is_answered_as_an_update(partner: Partner) -> None:
    first = send(partner, "orders", ORDER).json()
    changed = send(partner, "orders", {**ORDER, "content": "桥头的坑更大了。"})
    assert changed.json() == {**first, "state": "updated"}
    assert Opinion.objects.count() == 1


def test_moment_with_a_zone_is_kept_as_beijing_time(partner: Partner) -> None:
    send(partner, "orders", {**ORDER, "raised_at": "2026-11-20T01:30:00Z"})
    assert WorkOrder.objects.get().held["raised_on"] == "2026-11-20 09:30:00"


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": "another-secret-0123456789abcdefghij"},
        {"X-Exchange-Signature": "0" * 64},
        {"X-Exchange-Signature": "签名"},
        {"X-Exchange-Timestamp": "now"},
        {"X-Exchange-Nonce": "short"},
        {"X-Exchange-Nonce": ""},
        {"code": "nobody"},
    ],
)
def test_wrong_seal_is_refused_alike(partner: Partner, changed: dict[str, str]) -> None:
    answer = send(partner, "orders", ORDER, **changed)
    assert answer.status_code == 401
    assert "签名" in answer.json()["detail"]
    assert not Entry.objects.exists()
    assert not UsedNonce.objects.exists()


def test_no_seal_at_all_is_refused(partner: Partner) -> None:
    answer = Client().post("/api/v1/exchange/hotline/orders/", ORDER, content_type="application/json")
    assert answer.status_code == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_clock_that_is_off_is_told(partner: Partner, minutes: int) -> None:
    answer = send(partner, "orders", ORDER, at=timezone.now() + timedelta(minutes=minutes))
    assert answer.status_code == 401
    assert "5 分钟" in answer.json()["detail"]
    assert not WorkOrder.objects.exists()


def test_replay_is_refused_and_stays_refused_as_long_as_its_time_could_pass(partner: Partner) -> None:
    body = json.dumps(ORDER).encode()
    headers = seal(SECRET, body, now=timezone.now()).headers
    url = "/api/v1/exchange/hotline/orders/"
    answers = [Client().post(url, body, content_type="application/json", headers=headers) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert forget_nonces(now=timezone.now() + KEPT - timedelta(seconds=5)) == 0
    assert forget_nonces(now=timezone.now() + KEPT + timedelta(seconds=5)) == 1


def test_switched_off_partner_is_told(partner: Partner) -> None:
    Partner.objects.update(active=False)
    assert send(partner, "orders", ORDER).status_code == 403


BAD = [
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5_000, json.dumps({"number": "1"}).encode(),
    json.dumps({**ORDER, "number": ""}).encode(), json.dumps({**ORDER, "number": "9" * 81}).encode(),
    json.dumps({**ORDER, "content": "a\x00b"}).encode(), json.dumps({**ORDER, "content": "\ud800"}).encode(),
    json.dumps({**ORDER, "content": {"a": 1}}).encode(), json.dumps({**ORDER, "raised_at": "soon"}).encode(),
    json.dumps({**ORDER, "raised_at": "9999-12-31T23:59:59Z"}).encode(),
    json.dumps({**ORDER, "raised_at": "0001-01-01T00:00"}).encode(), json.dumps({**ORDER, "phone": ["1"]}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_bad_body_is_refused_with_a_sentence(partner: Partner, body: bytes) -> None:
    answer = send(partner, "orders", body)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]
    assert not Opinion.objects.exists()


def test_huge_body_is_refused(partner: Partner) -> None:
    assert send(partner, "orders", b"x" * 2_100_000).status_code == 413


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_refused(partner: Partner, method: str) -> None:
    assert getattr(Client(), method)("/api/v1/exchange/hotline/orders/").status_code == 405


def test_report_moves_the_order(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    said = {"code": order.matter.code.lower(), "number": "WG-3", "state": "accepted", "at": timezone.now().isoformat()}
    answers = [send(grid, "status", said) for _n in range(2)]
    assert [answer.json() for answer in answers] == [
        {"code": order.matter.code, "number": "WG-3", "state": "accepted"}
    ] * 2
    order.refresh_from_db()
    assert order.state == "accepted"


@pytest.mark.parametrize(
    "said",
    [
        {"code": "XXXX", "state": "done", "at": "2026-11-22 10:00"},
        {"number": "none", "state": "done", "at": "2026-11-22 10:00"},
        {"state": "done", "at": "2026-11-22 10:00"},
        {"code": "XXXX", "state": "strange", "at": "2026-11-22 10:00"},
        {"code": "XXXX", "state": "done", "at": "yesterday"},
        {"code": "XXXX", "state": "done", "at": "2026-11-22 10:00", "text": "很" * 301},
    ],
)
def test_bad_report_is_refused_with_a_sentence(partner: Partner, said: dict[str, str]) -> None:
    answer = send(partner, "status", said)
    assert answer.status_code in (400, 404)
    assert answer.json()["detail"]


def test_statement_is_answered_with_what_differs(partner: Partner) -> None:
    received(partner, "RX-1")
    received(partner, "RX-2")
    said = {"orders": [{"number": "RX-1", "status": "待办理"}, {"number": "RX-3", "status": "closed"}]}
    answer = send(partner, "statement", said).json()
    assert answer["counts"] == {
        "said": 2, "held": 2, "agree": 1, "missing_here": 1, "missing_there": 1, "different": 0
    }  # fmt: skip
    assert (answer["missing_here"], answer["missing_there"]) == (["RX-3"], ["RX-2"])


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"orders": []},
        {"orders": "all"},
        {"orders": [{"number": "1"}]},
        {"orders": [{"number": "1", "status": "closed"}] * 2},
    ],
)
def test_bad_statement_is_refused(partner: Partner, said: Any) -> None:
    answer = send(partner, "statement", said)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def _at_once(partner: Partner, messages: list[dict[str, str]], what: str = "orders") -> list[Any]:
    """Send the messages in threads that start together."""
    start, answers = Barrier(len(messages)), list[Any]([None] * len(messages))

    def run(place: int) -> None:
        try:
            start.wait(timeout=10)
            answers[place] = send(partner, what, messages[place])
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(messages))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.django_db(transaction=True)
def test_same_order_by_two_threads_at_once_is_one_opinion() -> None:
    partner = hotline(handling_world())
    answers = _at_once(partner, [ORDER] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Opinion.objects.count() == WorkOrder.objects.count() == RoutingDecision.objects.count() == 1
    outcomes = sorted(Entry.objects.values_list("outcome", flat=True))
    assert outcomes == [Outcome.REPEATED] * 3 + [Outcome.TAKEN]
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_two_contents_of_one_number_at_once_are_one_opinion_and_one_update() -> None:
    partner = hotline(handling_world())
    answers = _at_once(partner, [ORDER, {**ORDER, "content": "桥头的坑更大了。"}])
    assert sorted(answer.json()["state"] for answer in answers) == ["taken", "updated"]
    assert Opinion.objects.count() == 1
    assert WorkOrder.objects.get().update is not None


@pytest.mark.django_db(transaction=True)
def test_ledger_line_cannot_be_changed() -> None:
    from django.db import DatabaseError, transaction

    partner = grid(handling_world())
    send(partner, "orders", {**ORDER, "division": ""})
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(outcome=Outcome.REFUSED)
    assert Entry.objects.get().outcome == Outcome.TAKEN


@pytest.mark.django_db(transaction=True)
def test_one_number_for_two_orders_at_once_is_kept_by_one_and_refused_in_words_to_the_other() -> None:
    world = handling_world()
    partner = grid(world)
    said = {"number": "WG-1", "state": "accepted", "at": timezone.now().isoformat()}
    codes = [pushed(world, taken(world), partner).matter.code for _n in range(4)]
    answers = _at_once(partner, [{**said, "code": code} for code in codes], what="status")
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    assert {answer.json().get("detail", "") for answer in answers} == {"", "这个对方编号已经用在另一件事上，请核对。"}
    assert WorkOrder.objects.filter(number="WG-1").count() == 1


@pytest.mark.parametrize("at", ["0500-01-02T00:00:00", "2999-01-01T00:00:00"])
def test_refusal_names_the_field_as_the_partner_does(partner: Partner, at: str) -> None:
    answer = send(partner, "orders", {**ORDER, "raised_at": at})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["raised_at"])
    assert at.split("T")[0] in answer.json()["detail"]
