"""The page of the one-time link."""

from typing import Any

import pytest
from django.test import Client

from opinions.catalog.models import ReasonKind
from opinions.evaluation.models import Rating
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld, reason, replied


@pytest.fixture
def link(world: HandlingWorld) -> str:
    replied(world)
    RatingInvite.objects.update(expires_on="2099-01-01")
    return f"/r/{RatingInvite.objects.get().token}/"


def send(client: Client, link: str, **fields: Any) -> Any:
    return client.post(link, {"satisfaction": "satisfied", "solved": "yes", **fields})


def test_page_shows_the_reply_and_two_questions(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert "三盏灯的线缆老化" in page
    assert "满意吗" in page
    assert "解决了吗" in page


def test_rating_is_thanked_for(client: Client, link: str) -> None:
    answer = send(client, link)
    assert answer.status_code == 200
    assert "谢谢您的评价" in answer.content.decode()
    assert Matter.objects.get().status == Status.CLOSED


def test_rework_is_said(client: Client, link: str) -> None:
    page = send(client, link, satisfaction="unsatisfied", solved="no", reasons=[reason(ReasonKind.UNSATISFIED).code])
    assert "已经退回重新办理" in page.content.decode()
    assert Matter.objects.get().status == Status.REWORK


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"satisfaction": ""}, "满意不满意"),
        ({"solved": ""}, "解决了没有"),
        ({"satisfaction": "unsatisfied", "comment": ""}, "不满意的原因"),
        ({"satisfaction": "' OR 1=1"}, "field-error"),
        ({"satisfaction": "unsatisfied", "reasons": ["nosuch"]}, "field-error"),
        ({"comment": "长" * 1001}, "1001 个字"),
        ({"comment": "a\x00"}, "field-error"),
    ],
)
def test_bad_word_is_said_and_kept(client: Client, link: str, fields: dict[str, Any], target: str) -> None:
    answer = send(client, link, **({"comment": "这句要留住"} | fields))
    assert answer.status_code == 422
    assert target in answer.content.decode()
    assert "这句要留住" in answer.content.decode() or "comment" in fields
    assert not Rating.objects.exists()


def test_used_link_shows_what_was_said(client: Client, link: str) -> None:
    send(client, link)
    answer = client.get(link)
    assert answer.status_code == 200
    assert "您已经评价过了" in answer.content.decode()
    assert send(client, link, satisfaction="unsatisfied").status_code == 200
    assert Rating.objects.get().satisfaction == "satisfied"


def test_expired_link_is_a_kind_page(client: Client, link: str) -> None:
    RatingInvite.objects.update(expires_on="2026-01-02")
    answer = client.get(link)
    assert answer.status_code == 410
    assert "评价的时间已经过了" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "'%20OR%201=1", "%F0%A0%AE%B7", "a" * 3000, "..%5C..%5C"])
def test_unknown_link_is_a_kind_page(client: Client, link: str, token: str) -> None:
    answer = client.get(f"/r/{token}/")
    assert answer.status_code == 404
    assert "评价" in answer.content.decode()


@pytest.mark.parametrize("who", ["staff", "handler", "head", "deputy_user", "district_staff"])
def test_staff_cannot_rate_even_with_the_link(client: Client, world: HandlingWorld, link: str, who: str) -> None:
    sign_in(client, world.users[who])
    answer = send(client, link)
    assert answer.status_code == 403
    assert "只能由居民本人" in answer.content.decode()
    assert not Rating.objects.exists()


def test_resident_finds_the_link_on_the_tracking_page(client: Client, link: str) -> None:
    matter = Matter.objects.get()
    page = client.get(f"/t/{matter.code}/", {"k": matter.reporters.get().link_key}).content.decode()
    assert link in page
    send(client, link)
    page = client.get(f"/t/{matter.code}/", {"k": matter.reporters.get().link_key}).content.decode()
    assert link not in page
