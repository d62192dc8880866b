"""Screens and interface of reviews: the path, outsiders, and what the list asks."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opinions.handling.models import Reply
from opinions.matters.models import Matter
from supervision.quality import services
from supervision.quality.models import ChecklistItem, QualityMark
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, handling_world, replied

PLACE = "/desk/supervision"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> HandlingWorld:
    services.load_checklist()
    return handling_world()


@pytest.fixture
def reply(world: HandlingWorld) -> Reply:
    return Reply.objects.select_related("matter").get(matter=replied(world))


def client_of(world: HandlingWorld, reader: str) -> Client:
    return sign_in(Client(), getattr(world, reader))


def chosen(*codes: str) -> list[int]:
    return list(ChecklistItem.objects.filter(code__in=codes).values_list("pk", flat=True))


def test_reply_is_reviewed_lit_everywhere_and_lifted(world: HandlingWorld, reply: Reply) -> None:
    client, code = client_of(world, "secretary"), reply.matter.code
    assert reply.matter.title in client.get(f"{PLACE}/replies/").content.decode()
    form = client.get(f"{PLACE}/replies/{reply.pk}/mark/").content.decode()
    assert not re.search(r'name="items"[^>]*checked', form)
    sent = {"items": chosen("no_measure"), "level": "", "reason": "没有说怎么修"}
    assert client.post(f"{PLACE}/replies/{reply.pk}/mark/", sent).status_code == 302
    words = "质量差：没有措施"
    for page in (f"/desk/matters/{code}/", "/desk/?queue=all&light=red"):
        assert words in client.get(page).content.decode(), page
    assert words not in client.get("/desk/?queue=all&light=green").content.decode()
    panel = client_of(world, "head").get(f"{PLACE}/matters/{code}/").content.decode()
    assert "没有说怎么修" in panel
    assert "撤销标记" not in panel
    assert reply.matter.title not in client.get(f"{PLACE}/replies/").content.decode()
    held = QualityMark.objects.get()
    assert client.post(f"{PLACE}/marks/{held.pk}/lift/", {"reason": ""}).status_code == 422
    client.post(f"{PLACE}/marks/{held.pk}/lift/", {"reason": "已经补写措施"})
    assert words not in client.get("/desk/?queue=all").content.decode()


def test_bad_review_keeps_what_was_typed(world: HandlingWorld, reply: Reply) -> None:
    client = client_of(world, "secretary")
    for sent in (
        {"items": [], "level": "poor", "reason": "打字的内容"},
        {"items": [2**70], "level": "", "reason": "打字的内容"},
        {"items": chosen("no_date"), "level": "dreadful", "reason": "打字的内容"},
    ):
        answer = client.post(f"{PLACE}/replies/{reply.pk}/mark/", sent)
        assert answer.status_code == 422
        assert "打字的内容" in answer.content.decode()
    assert not QualityMark.objects.exists()


@pytest.mark.parametrize("reader", ["other_staff", "handler", "head", "deputy_user", "helper", "admin"])
def test_outsiders_review_nothing(world: HandlingWorld, reply: Reply, reader: str) -> None:
    held = services.mark_reply(
        reply=reply, items=list(ChecklistItem.objects.all()[:1]), reason="空话", by=world.secretary, now=NOW
    )
    client = client_of(world, reader)
    for url in (f"{PLACE}/replies/{reply.pk}/mark/", f"{PLACE}/marks/{held.pk}/lift/"):
        assert client.get(url).status_code in (403, 404)
        assert client.post(url, {"reason": "试一试"}).status_code in (403, 404)
    assert reply.matter.title not in client.get(f"{PLACE}/replies/").content.decode()
    sent = {"reply": reply.pk, "reason": "试一试"}
    answer = client.post(f"/api/v1/matters/{reply.matter.code}/quality/", sent, content_type="application/json")
    assert answer.status_code in (403, 404)


def test_list_asks_the_same_for_thirty_rows_as_for_one(world: HandlingWorld, reply: Reply) -> None:
    def asked() -> list[int]:
        found = []
        for url in (f"{PLACE}/replies/", f"{PLACE}/replies/?sample=1"):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            found.append(len(queries))
        return found

    client = client_of(world, "secretary")
    few = asked()
    for number in range(30):
        matter = Matter.objects.get(pk=reply.matter_id)
        matter.pk, matter.code = None, f"COPY{number:04d}"
        matter.save()
        copied = Reply.objects.get(pk=reply.pk)
        copied.pk, copied.matter, copied.assignment = None, matter, None
        copied.deputy = world.deputy
        copied.save()
    assert asked() == few
    assert max(few) <= 8


def test_program_reads_the_light_and_reviews(world: HandlingWorld, reply: Reply) -> None:
    client, url = client_of(world, "district_staff"), f"/api/v1/matters/{reply.matter.code}/quality/"
    told = client.get(url).json()
    assert (told["light"], told["light_reason"]) == ("green", "")
    sent: dict[str, Any] = {"reply": reply.pk, "items": ["no_date"], "reason": "没有日期"}
    told = client.post(url, sent, content_type="application/json").json()
    assert (told["light"], told["light_reason"]) == ("yellow", "标准不高：没有期限")
    (mark,) = told["replies"][0]["marks"]
    assert (mark["level"], mark["items"]) == ("low", ["no_date"])
    assert client.post(url, sent, content_type="application/json").status_code == 409
    lift = f"/api/v1/quality-marks/{mark['id']}/lift/"
    assert client.post(lift, {"reason": "补了日期"}, content_type="application/json").json()["light"] == "green"


@pytest.mark.parametrize(
    "changes", [{"items": ["nonsense"]}, {"level": "dreadful"}, {"reason": ""}, {"reply": 2**70}, {"items": "no_date"}]
)
def test_bad_request_is_refused_in_words(world: HandlingWorld, reply: Reply, changes: dict[str, object]) -> None:
    sent = {"reply": reply.pk, "items": ["no_date"], "reason": "没有日期", **changes}
    url = f"/api/v1/matters/{reply.matter.code}/quality/"
    answer = client_of(world, "secretary").post(url, sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["fields"]
