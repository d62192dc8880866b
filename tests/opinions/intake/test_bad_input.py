"""Whatever is put into an address or a field of a public page, the answer is never a 500."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from opinions.intake.services.submission import submit
from opinions.matters.models import Matter
from tests.factories.intake import IntakeWorld, entry, form
from tests.factories.matters import NOW

NASTY = [
    "' OR 1=1 --",
    '"; DROP TABLE opinions_matter; --',
    "../../../../etc/passwd",
    "..\\..\\windows",
    "%00",
    "\x00",
    "𠮷🙂",
    "a" * 3000,
    "{{7*7}}",
    "<script>alert(1)</script>",
    "\u202e\u200b",
    "-1",
    "1e999",
    "NaN",
    "null",
    "[]",
]
ONE = [
    "/d/{}/",
    "/p/{}/",
    "/s/{}/",
    "/d/{}/photo/",
    "/t/{}/",
    "/t/{}/done/",
    "/t/{}/qr.png",
    "/r/{}/",
    "/api/v1/track/{}/",
]
QUERIES = ["/find/?code={}", "/t/?code={}", "/t/{code}/?k={}", "/t/{code}/done/?k={}", "/d/{deputy}/?via={}"]


@pytest.mark.parametrize("value", NASTY)
def test_nasty_parts_of_addresses_are_not_found(client: Client, place: IntakeWorld, value: str) -> None:
    for path in ONE:
        answer = client.get(path.format(quote(value, safe="")))
        assert 300 <= answer.status_code < 500, path


@pytest.mark.parametrize("value", NASTY)
def test_nasty_queries_are_answered(client: Client, place: IntakeWorld, value: str) -> None:
    code = submit(entry=entry(place), by=None, now=NOW).matter.code
    for path in QUERIES:
        filled = path.replace("{code}", code).replace("{deputy}", place.world.deputy.code)
        answer = client.get(filled.replace("{}", quote(value, safe="")))
        assert answer.status_code < 500, path
        assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("value", NASTY)
def test_nasty_fields_are_refused_or_taken(client: Client, place: IntakeWorld, value: str) -> None:
    for name in form():
        answer = client.post(place.deputy_path, form() | {name: value})
        assert answer.status_code < 500, name
    for name in ("kept", "drop", "answer", "question", "latitude", "community", "category", "phone", "name"):
        answer = client.post(place.deputy_path, form() | {"kept": "1", name: value})
        assert answer.status_code < 500, name


@pytest.mark.parametrize("verb", ["supply", "confirm", "withdraw", "erase"])
def test_nasty_fields_of_the_residents_acts(client: Client, place: IntakeWorld, verb: str) -> None:
    receipt = submit(entry=entry(place), by=place.world.staff, now=NOW)
    path, key = f"/t/{receipt.matter.code}/{verb}/", receipt.reporter.link_key
    for value in NASTY:
        fields: dict[str, Any] = dict.fromkeys(
            ("text", "reason", "correction", "sure", "contact", "publication"), value
        )
        assert client.post(path, fields | {"k": value}).status_code == 404
        assert client.post(path, fields | {"k": key}).status_code < 500


@pytest.mark.parametrize(
    "path", ["/kept/x/1/", "/kept/{key}/0/", "/kept/{key}/999999999999999999999/", "/t/X/files/-1/"]
)
def test_nasty_numbers_are_not_found(client: Client, place: IntakeWorld, path: str) -> None:
    assert client.get(path.format(key=uuid4())).status_code == 404


@pytest.mark.parametrize("path", ["/", "/find/", "/t/", "/privacy/", "/s/990101001/"])
def test_pages_that_only_show_take_no_post(client: Client, place: IntakeWorld, path: str) -> None:
    assert client.post(path, {}).status_code == 405


def test_form_without_anything_is_refused(client: Client, place: IntakeWorld) -> None:
    assert client.post(place.deputy_path, {}).status_code == 422


def test_form_with_a_broken_body_is_refused(client: Client, place: IntakeWorld) -> None:
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/plain"):
        answer = client.post(place.deputy_path, b"\x00\xff broken", content_type=kind)
        assert 400 <= answer.status_code < 500, kind
    assert not Matter.objects.exists()


def test_form_with_thousands_of_fields_is_refused(client: Client, place: IntakeWorld) -> None:
    many = {f"field{number}": "x" for number in range(3000)}
    assert client.post(place.deputy_path, form() | many).status_code == 400


def test_text_beyond_all_measure_is_refused(client: Client, place: IntakeWorld) -> None:
    answer = client.post(place.deputy_path, form(content="长" * 900_000))
    assert answer.status_code == 413


def test_strange_choices_are_each_named_once(client: Client, place: IntakeWorld) -> None:
    answer = client.post(place.deputy_path, form() | {"community": "zzz", "category": "qqq", "latitude": "x"})
    assert answer.status_code == 422
    html = answer.content.decode()
    summary = html[html.index("data-error-summary") : html.index("</ul>", html.index("data-error-summary"))]
    assert summary.count("请从列出的选项里选择") == 2
    assert summary.count("属于哪个社区？") == summary.count("属于哪一类？") == 1
    assert '<details class="more" open>' in html
