"""What residents nearby have raised: short facts, never words; following; and never an obstacle."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opinions.gathering import throttle
from opinions.handling import services as handling
from opinions.handling.models import Merger, MergerKind
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.proposals.queries import people_concerned
from opinions.similar import services as similar
from tests.factories.intake import CONTENT, IntakeWorld, form
from tests.factories.matters import bring_to
from tests.factories.similar import raised

TOLD = [
    "荷塘小区东门三盏路灯坏了两周，晚上看不见路，老人摔过一次。",
    "荷塘小区东门的路灯不亮半个月了，上夜班回来害怕。",
]
NEAR = "/near/"


@pytest.fixture
def neighbours(at: IntakeWorld) -> list[Matter]:
    """Two neighbours who told of the same lamps, each with a name and a house that nobody else may read."""
    now = timezone.now()
    rows = [raised(at, text, name="赵小明", phone=f"1390000000{n}", now=now) for n, text in enumerate(TOLD)]
    similar.index_waiting(now=now)
    return rows


def asked(at: IntakeWorld, client: Client, **fields: Any) -> Any:
    data = {"content": CONTENT, "place": "荷塘小区东门", "here": at.world.places.community.code, **fields}
    return client.post(NEAR, data)


def test_near_tells_how_many_in_short_facts_and_nobodys_words(
    at: IntakeWorld, client: Client, neighbours: list[Matter]
) -> None:
    answer = asked(at, client)
    page = answer.content.decode()
    assert (answer.status_code, "2 位居民" in page) == (200, True)
    assert at.world.places.community.name in page
    for secret in ("赵小明", "两周", "摔过", "上夜班", "13900", *(row.code for row in neighbours)):
        assert secret not in page
    assert len(page.encode()) < 5_000


def test_near_offers_those_that_read_alike_once_the_one_furthest_along(
    at: IntakeWorld, client: Client, neighbours: list[Matter]
) -> None:
    Matter.objects.filter(pk=neighbours[1].pk).update(status=Status.HANDLING)
    page = asked(at, client).content.decode()
    assert page.count('name="follow"') == 2  # it, and none
    assert "正在办理" in page
    assert "等待接单" not in page


@pytest.mark.parametrize("change", [{"anonymous": True}, {"reach": "household"}, {"warnings": ["petition"]}])
def test_near_leaves_out_what_is_private_and_then_shows_nothing_of_one_household(
    at: IntakeWorld, client: Client, neighbours: list[Matter], change: dict[str, Any]
) -> None:
    Opinion.objects.filter(pk=neighbours[0].pk).update(**change)
    assert asked(at, client).status_code == 204


def test_near_counts_one_telephone_as_one_household(at: IntakeWorld, client: Client) -> None:
    for text in TOLD:
        raised(at, text, phone="13900000001", now=timezone.now())
    similar.index_waiting(now=timezone.now())
    assert asked(at, client).status_code == 204


@pytest.mark.parametrize(
    "fields",
    [
        {"content": ""}, {"content": "灯"}, {"content": "x" * 20_000}, {"here": "nowhere"}, {"here": "'; DROP TABLE"},
        {"latitude": "nan", "longitude": "900"}, {"content": "我家楼上漏水，和别的事没有关系，想问问怎么办"},
        {"content": "\x00" * 20},
    ],
)  # fmt: skip
def test_near_has_nothing_to_say_to_bad_input(
    at: IntakeWorld, client: Client, neighbours: list[Matter], fields: dict[str, Any]
) -> None:
    assert asked(at, client, **fields).status_code == 204


def test_near_is_throttled(at: IntakeWorld, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_A_MINUTE", 2)
    monkeypatch.setattr(throttle, "MINUTE", 10**8)  # does not end within the test
    answers = [asked(at, client, content="") for _try in range(4)]
    assert [answer.status_code for answer in answers] == [204, 204, 429, 429]
    assert "Retry-After" in answers[-1]


def token(at: IntakeWorld, client: Client) -> str:
    page = asked(at, client).content.decode()
    return page.split('name="follow" value="', 1)[1].split('"', 1)[0]


def test_follow_on_the_form_keeps_the_report_and_counts_one_more_person(
    at: IntakeWorld, client: Client, neighbours: list[Matter]
) -> None:
    sent = form(follow=token(at, client), phone="13900000009", consent_contact="on")
    answer = client.post(at.deputy_path, sent, follow=True)
    assert "跟进邻居反映的同一件事" in answer.content.decode()
    own = Matter.objects.latest("id")
    merger = Merger.objects.get()
    assert (own.status, merger.kind, merger.matter) == (Status.MERGED, MergerKind.FOLLOW, own)
    assert Opinion.objects.get(pk=own.pk).content == CONTENT
    assert len(people_concerned([merger.target_id])[merger.target_id]) == 2


@pytest.mark.parametrize("follow", ["", "forged", "x" * 5000])
def test_form_with_a_token_that_names_nothing_is_taken_all_the_same(
    at: IntakeWorld, client: Client, follow: str
) -> None:
    assert client.post(at.deputy_path, form(follow=follow)).status_code == 302
    assert Matter.objects.get().status == Status.SUBMITTED


def test_form_whose_neighbours_matter_has_ended_is_taken_all_the_same(at: IntakeWorld, client: Client) -> None:
    ended = bring_to(at.world, Status.CLOSED)
    assert client.post(at.deputy_path, form(follow=handling.follow_token(ended.pk))).status_code == 302
    assert Matter.objects.latest("id").status == Status.SUBMITTED


def test_alike_page_after_submitting_works_without_scripts(
    at: IntakeWorld, client: Client, neighbours: list[Matter]
) -> None:
    own = raised(at, CONTENT, phone="13900000009", now=timezone.now())
    key = own.reporters.get().link_key
    place = reverse("gathering:alike", args=[own.code])
    page = client.get(place, {"k": key}).content.decode()
    assert "跟进这一件" in page
    assert "摔过" not in page
    chosen = page.split('name="follow" value="', 1)[1].split('"', 1)[0]
    answer = client.post(place, {"k": key, "follow": chosen}, follow=True)
    assert "和邻居的一起办" in answer.content.decode()
    own.refresh_from_db()
    assert own.merged_into in neighbours
    again = client.post(place, {"k": key, "follow": chosen})
    assert (again.status_code, "不能跟进" in again.content.decode()) == (409, True)


def test_alike_page_is_the_residents_alone(at: IntakeWorld, client: Client) -> None:
    own = raised(at, CONTENT, now=timezone.now())
    place = reverse("gathering:alike", args=[own.code])
    for key in ("", "wrong", "键"):
        assert client.get(place, {"k": key}).status_code == 404
        assert client.post(place, {"k": key, "follow": handling.follow_token(own.pk)}).status_code == 404


def test_follower_does_not_read_what_was_said_to_others_before(
    at: IntakeWorld, client: Client, neighbours: list[Matter]
) -> None:
    handling.say(
        matter=neighbours[0], text="赵先生，您家三单元门口的灯明天修", public=True, by=at.world.deputy_user,
        now=timezone.now(),
    )  # fmt: skip
    own = raised(at, CONTENT, now=timezone.now())
    reporter = own.reporters.get()
    handling.follow(matter=own, reporter=reporter, target=Matter.objects.get(pk=neighbours[0].pk), now=timezone.now())
    page = client.get(reverse("intake:track", args=[own.code]), {"k": reporter.link_key}).content.decode()
    assert "三单元" not in page


def test_page_with_the_form_stays_light(at: IntakeWorld, client: Client) -> None:
    page = client.get(at.deputy_path).content.decode()
    sheets = re.findall(r"/static/((?:css|js|img)/[\w./-]+)", page)
    assert "js/alike.js" in sheets
    weight = len(page.encode()) + sum((settings.BASE_DIR / "static" / one).stat().st_size for one in set(sheets))
    assert weight < 100_000, "uncompressed, without the picture of the deputy"
