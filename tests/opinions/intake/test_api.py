"""The interface for programs."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from opinions.catalog.models import SourceChannel
from opinions.intake.models import Opinion
from opinions.intake.services.submission import submit
from opinions.matters.models import Attachment, Matter
from tests.factories.accounts import sign_in
from tests.factories.intake import CONTENT, IntakeWorld, entry, proof, solved
from tests.factories.matters import NOW
from tests.opinions.intake.conftest import Photo

OPINIONS, ASSISTED = "/api/v1/opinions/", "/api/v1/opinions/assisted/"


def body(place: IntakeWorld, **fields: Any) -> dict[str, Any]:
    key = uuid4()
    values = {
        "submission_key": str(key), "proof": proof(key), "deputy": place.world.deputy.code, "content": CONTENT,
        "consent_privacy": True,
    }  # fmt: skip
    return {name: one for name, one in (values | fields).items() if one is not None}


def post(client: Client, path: str, data: Any) -> Any:
    return client.post(path, data, content_type="application/json")


def test_program_submits_with_a_solved_challenge(client: Client, place: IntakeWorld) -> None:
    begun = client.get("/api/v1/challenge/").json()
    data = body(place, submission_key=begun["submission_key"], proof=solved(begun["challenge"]))
    answer = post(client, OPINIONS, data)
    assert answer.status_code == 201
    matter = Matter.objects.get()
    assert answer.json()["code"] == matter.code
    assert answer.json()["link"].endswith(f"/t/{matter.code}/?k={matter.reporters.get().link_key}")
    assert matter.opinion.channel == SourceChannel.WEB


def test_second_send_gives_the_same_receipt(client: Client, place: IntakeWorld) -> None:
    data = body(place)
    first, second = post(client, OPINIONS, data), post(client, OPINIONS, data)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["code"] == second.json()["code"]
    assert second.json()["again"] is True


def test_without_proof_the_question_comes_back(client: Client, place: IntakeWorld) -> None:
    answer = post(client, OPINIONS, body(place, proof=None))
    assert answer.status_code == 403
    assert set(answer.json()["question"]) == {"text", "token"}
    assert not Matter.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"content": ""}, 400, "content"),
        ({"content": "长" * 10_001}, 400, "content"),
        ({"content": "坏\x00字"}, 400, "content"),
        ({"content": ["x"]}, 400, "content"),
        ({"submission_key": "x"}, 400, "submission_key"),
        ({"consent_privacy": False}, 422, "consent_privacy"),
        ({"phone": "123", "consent_contact": True}, 422, "phone"),
        ({"latitude": 91}, 400, "latitude"),
        ({"category": "nosuch"}, 422, "category"),
        ({"deputy": "NOSUCH1"}, 404, ""),
        ({"deputy": "' OR 1=1"}, 404, ""),
        ({"content": "法院判决后不执行"}, 422, "elsewhere_ok"),
    ],
)
def test_bad_input_is_said_by_field(
    client: Client, place: IntakeWorld, fields: dict[str, Any], status: int, field: str
) -> None:
    answer = post(client, OPINIONS, body(place, **fields))
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert field in answer.json().get("fields", {"": 1})
    assert not Matter.objects.exists()


def test_half_a_character_is_refused(client: Client, place: IntakeWorld) -> None:
    whole = json.dumps(body(place, content="坏字"))
    assert post(client, OPINIONS, whole.replace("\\u574f", "\\ud800")).status_code == 400


@pytest.mark.parametrize("data", ["", "{", "[]", "null", '"x"', "1" * 100])
def test_broken_json_is_a_bad_request(client: Client, place: IntakeWorld, data: str) -> None:
    assert post(client, OPINIONS, data).status_code == 400


def test_photos_come_as_parts(client: Client, place: IntakeWorld, photo: Photo) -> None:
    answer = client.post(OPINIONS, body(place) | {"photos": [photo()], "consent_privacy": "true"})
    assert answer.status_code == 201
    assert Attachment.objects.count() == 1


def test_officer_enters_for_a_resident(client: Client, place: IntakeWorld) -> None:
    sign_in(client, place.world.staff)
    answer = post(client, ASSISTED, body(place, channel="visit", proof=None))
    assert answer.status_code == 201
    assert Opinion.objects.get().assisted_by == place.world.staff


def test_entering_needs_an_account_and_the_permission(client: Client, place: IntakeWorld) -> None:
    data = body(place, channel="visit")
    assert post(client, ASSISTED, data).status_code in (401, 403)
    sign_in(client, place.world.handler)
    answer = post(client, ASSISTED, data)
    assert answer.status_code == 403
    assert answer.json()["detail"]
    assert not Matter.objects.exists()


def test_tracking_tells_stages_and_nothing_personal(client: Client, place: IntakeWorld) -> None:
    matter = submit(entry=entry(place), by=None, now=NOW).matter
    answer = client.get(f"/api/v1/track/{matter.code.lower()}/")
    assert answer.status_code == 200
    assert [stage["state"] for stage in answer.json()["stages"]] == ["done", "current", "todo", "todo"]
    assert CONTENT[:8] not in answer.content.decode()


@pytest.mark.parametrize("code", ["NOSUCH", "'%20OR%201=1", "K7M2X9QP4T"])
def test_tracking_of_an_unknown_code_is_not_found(client: Client, place: IntakeWorld, code: str) -> None:
    answer = client.get(f"/api/v1/track/{code}/")
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_schema_describes_every_address(client: Client, db: None) -> None:
    schema = client.get("/api/schema/", {"format": "json"}).json()
    assert {"/api/v1/opinions/", "/api/v1/opinions/assisted/", "/api/v1/challenge/", "/api/v1/track/{code}/"} <= set(
        schema["paths"]
    )


def test_docs_page_needs_no_inline_code(client: Client, db: None) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "<script>" not in page


def test_json_nested_without_end_is_bad_input(client: Client, place: IntakeWorld) -> None:
    answer = post(client, OPINIONS, "[" * 100_000)
    assert answer.status_code == 400
    assert "层次太多" in answer.json()["detail"]


REFUSED = {
    "broken": ("POST", b'{"content": ', "application/json", 400, "不是正确的 JSON"),
    "no utf-8": ("POST", b'{"content": "\xff"}', "application/json", 400, "不是正确的 JSON"),
    "too deep": ("POST", b"[" * 100_000, "application/json", 400, "JSON 的层次太多"),
    "a list": ("POST", b"[]", "application/json", 400, "应当是一个 JSON 对象"),
    "null": ("POST", b"null", "application/json", 400, "应当是一个 JSON 对象"),
    "a number": ("POST", b"1e999", "application/json", 400, "应当是一个 JSON 对象"),
    "broken form": ("POST", b"x", "multipart/form-data", 400, "不是正确的 JSON"),
    "other format": ("POST", b"<a/>", "application/xml", 415, "不接受这种格式"),
    "other method": ("DELETE", b"", "application/json", 405, "不接受这种请求方法"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_framework_refuses_is_said_in_our_words(client: Client, place: IntakeWorld, case: str) -> None:
    method, sent, kind, status, words = REFUSED[case]
    answer = client.generic(method, OPINIONS, sent, content_type=kind)
    assert answer.status_code == status
    assert set(answer.json()) == {"detail"}
    assert words in answer.json()["detail"]
    english = client.generic(method, OPINIONS, sent, content_type=kind, headers={"Accept-Language": "en"})
    assert english.json()["detail"].isascii()


def test_refusal_of_a_method_names_those_that_are_open(client: Client, place: IntakeWorld) -> None:
    assert client.delete(OPINIONS).headers["Allow"] == "POST, OPTIONS"


def test_strangers_are_told_to_sign_in(client: Client, place: IntakeWorld) -> None:
    answer = post(client, ASSISTED, body(place))
    assert answer.status_code == 403
    assert answer.json() == {"detail": "请先登录。"}
    wrong = client.get("/api/v1/challenge/", headers={"Accept": "text/html"})
    assert wrong.status_code == 406
    assert "application/json" in wrong.json()["detail"]
