"""并案、分点 and taking out again by programs of staff."""

from typing import Any

import pytest
from django.test import Client

from liaison.base.audit.models import Event
from opinions.handling.models import Merger
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld, bring_to, open_matter

JOINS = [("merge", "same"), ("branch", "branch")]


def post(client: Client, matter: Matter, verb: str, data: Any = None) -> Any:
    path = f"/api/v1/matters/{matter.code.lower()}/{verb}/"
    return client.post(path, {} if data is None else data, content_type="application/json")


@pytest.mark.parametrize(("verb", "kind"), JOINS)
def test_join_and_taking_out_are_done_once_however_often_they_are_sent(
    world: HandlingWorld, verb: str, kind: str
) -> None:
    matter, target, client = open_matter(world), open_matter(world), sign_in(Client(), world.staff)
    answers = [post(client, matter, verb, {"target": target.code.lower()}) for _send in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["again"] for answer in answers] == [False, True]
    assert answers[0].json() == {
        "code": matter.code, "status": "merged", "status_label": str(Status.MERGED.label),
        "merged_into": target.code, "again": False,
    }  # fmt: skip
    assert Merger.objects.get().kind == kind
    out = [post(client, matter, "unmerge") for _send in range(2)]
    assert [(one.status_code, one.json()["again"]) for one in out] == [(200, False), (200, True)]
    assert (out[1].json()["status"], out[1].json()["merged_into"]) == ("submitted", None)
    for one in (verb, "unmerge"):
        assert Event.objects.filter(chain=matter.chain, verb=one).count() == 1


@pytest.mark.parametrize(("verb", "kind"), JOINS)
def test_join_that_cannot_be_is_refused_in_a_sentence(world: HandlingWorld, verb: str, kind: str) -> None:
    matter, client = open_matter(world), sign_in(Client(), world.staff)
    elsewhere = open_matter(world, street=world.other_committee)
    merged = bring_to(world, Status.MERGED)
    sent = {"itself": matter.code, "elsewhere": elsewhere.code, "ended": merged.code, "none": "NOSUCH"}
    for target in sent.values():
        answer = post(client, matter, verb, {"target": target})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["target"]), target
    wrong: list[Any] = [{}, {"target": ""}, {"target": None}, {"target": ["x"]}, {"target": "x" * 41}, []]
    for broken in wrong:
        assert post(client, matter, verb, broken).status_code == 400, broken
    again = post(client, merged, verb, {"target": matter.code})
    assert (again.status_code, "已经并入" in again.json()["detail"]) == (409, True)
    assert Merger.objects.count() == 1


def test_taking_out_what_lies_in_nothing_is_refused(world: HandlingWorld) -> None:
    answer = post(sign_in(Client(), world.staff), open_matter(world), "unmerge")
    assert answer.status_code == 409
    assert answer.json()["detail"]


def test_schema_describes_what_is_asked_and_answered(client: Client, db: None) -> None:
    paths = client.get("/api/schema/", {"format": "json"}).json()["paths"]
    for place, method in (
        ("matters/{code}/merge/", "post"), ("matters/{code}/branch/", "post"), ("matters/{code}/unmerge/", "post"),
        ("matters/{code}/decisions/", "get"), ("near/", "post"), ("track/{code}/follow/", "post"),
    ):  # fmt: skip
        told = paths[f"/api/v1/{place}"][method]
        assert told["summary"]
        for status, answer in told["responses"].items():
            assert answer["content"]["application/json"]["schema"], (place, status)
    assert "429" in paths["/api/v1/near/"]["post"]["responses"]


@pytest.mark.parametrize("verb", ["merge", "branch", "unmerge"])
def test_joins_are_closed_to_outsiders(world: HandlingWorld, verb: str) -> None:
    matter, target = open_matter(world), open_matter(world)
    sent = {"target": target.code}
    assert post(Client(), matter, verb, sent).status_code == 403
    for by, status in ((world.handler, 403), (world.deputy_user, 403), (world.admin, 403), (world.other_staff, 404)):
        answer = post(sign_in(Client(), by), matter, verb, sent)
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), by
    assert not Merger.objects.exists()
