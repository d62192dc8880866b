"""Promises for programs: the ledger in scope, and reporting done, once."""

import pytest
from django.test import Client

from liaison.base.audit.models import Event
from opinions.promises.states import PromiseStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld
from tests.factories.promises import DUE, again, closed_with

LEDGER = "/api/v1/promises/"


def test_ledger_lists_what_is_in_scope(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    (row,) = sign_in(Client(), world.handler).get(LEDGER).json()["results"]
    assert (row["id"], row["matter"], row["due_on"], row["status"], row["light"]) == (
        promise.pk, promise.matter.code, str(DUE), "open", "green"
    )  # fmt: skip
    assert sign_in(Client(), world.other_handler).get(LEDGER).json() == {"results": [], "next": ""}
    assert sign_in(Client(), world.secretary).get(LEDGER, {"pile": "kept"}).json()["results"] == []


def test_report_that_is_sent_again_is_told_so(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    client, url = sign_in(Client(), world.handler), f"{LEDGER}{promise.pk}/report/"
    answers = [client.post(url, {"text": "换好了"}, content_type="application/json").json() for _press in range(2)]
    assert [(one["status"], one["again"]) for one in answers] == [("reported", False), ("reported", True)]
    assert Event.objects.filter(verb="report_promise", chain=promise.chain).count() == 1


@pytest.mark.parametrize(("name", "status"), [("other_handler", 404), ("secretary", 403), ("admin", 403)])
def test_only_the_body_reports(world: HandlingWorld, name: str, status: int) -> None:
    (promise,) = closed_with(world)
    answer = sign_in(Client(), world.users[name]).post(f"{LEDGER}{promise.pk}/report/", {"text": "换好了"})
    assert answer.status_code == status


def test_report_without_words_is_refused_at_the_field(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    answer = sign_in(Client(), world.handler).post(f"{LEDGER}{promise.pk}/report/", {"text": " "}, "application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["text"])
    assert again(promise)[0].status == PromiseStatus.OPEN


def test_strangers_are_not_let_in(db: None) -> None:
    assert Client().get(LEDGER).status_code in (401, 403)
