"""The wall, the entry, the screen, the feed: what everybody reads, how fast, and how soon it is gone."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opinions.echo import api, services
from opinions.echo.models import Echo, EchoPhoto
from opinions.echo.views import feeds
from opinions.evaluation.models import Rating
from opinions.handling import services as handling
from opinions.intake.services.following import erase
from opinions.matters.models import Matter
from opinions.promises.models import Promise
from tests.architecture.source import ROOT
from tests.factories.echo import ended, many, published, submitted
from tests.factories.matters import NOW, TODAY, HandlingWorld
from tests.factories.promises import closed_with

LATER = NOW + timedelta(hours=1)
KB = 1024
FIRST_LOAD = 150 * KB


def text(client: Client, url: str = "/echo/", **headers: Any) -> str:
    answer: Any = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def seen(client: Client, url: str) -> bool:
    """Whether the address gives a picture, to be looked at."""
    answer = client.get(url)
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    return (answer["Content-Type"], answer["Content-Disposition"]) == ("image/jpeg", "inline")


def test_empty_wall_says_what_will_come(client: Client, world: HandlingWorld) -> None:
    assert "这里还没有公开的事" in text(client)
    assert "这里还没有公开的事" in text(client, "/echo/tv/")
    submitted(world)
    assert "东门三盏路灯不亮" not in text(client)


def test_published_entry_is_read_everywhere_and_gone_at_once(client: Client, world: HandlingWorld) -> None:
    places = ["/echo/", "/echo/tv/", "/echo/feed.xml", "/sitemap.xml", "/api/v1/echo/"]
    for place in places:
        assert text(client, place)  # kept by the process from here on
    echo = published(world, pictures=True)
    own = f"/echo/{echo.code}/"
    for place in places:
        assert echo.code in text(client, place), place
    page = text(client, own)
    assert f'<meta property="og:url" content="http://localhost:8000{own}">' in page
    assert page.count('property="og:image"') == 2
    photo = echo.photos.earliest("id")
    assert seen(client, f"{own}{photo.pk}.jpg")
    assert seen(client, f"{own}{photo.pk}-card.jpg")
    services.take_back(echo=echo, reason="邻居认出来了", by=world.staff, now=LATER)
    for place in places:
        assert echo.code not in text(client, place), place
    gone = client.get(own)
    assert gone.status_code == 410
    assert "已经撤下" in gone.content.decode()
    assert "邻居" not in gone.content.decode()
    assert client.get(f"{own}{photo.pk}.jpg").status_code == 404


def test_consent_taken_back_is_heeded_before_any_worker(client: Client, world: HandlingWorld) -> None:
    echo = published(world)
    assert echo.code in text(client)
    erase(matter=echo.matter, reporter=echo.matter.reporters.get(), now=LATER, contact=False, publication=True)
    assert echo.code not in text(client)
    assert client.get(f"/echo/{echo.code}/").status_code == 410


def test_three_facts_stand_apart(client: Client, world: HandlingWorld) -> None:
    matter = ended(world)
    Matter.objects.filter(pk=matter.pk).update(satisfaction="")
    published(world, matter)
    page = text(client)
    assert "已解决或基本解决" in page
    assert "没有表态" in page
    assert "未评价" in page
    reporter = matter.reporters.get()
    Rating.objects.create(
        matter=matter, reporter=reporter, round=1, satisfaction="unsatisfied", solved="no", at=NOW
    )  # fmt: skip
    Matter.objects.filter(pk=matter.pk).update(satisfaction="unsatisfied")
    with time_machine.travel(NOW + timedelta(minutes=6)):
        page = text(client)
    assert "没有解决" in page
    assert "不满意" in page


def test_promise_is_running_then_missed_then_kept(client: Client, world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    published(world, promise.matter)
    assert f"仍在承诺中：{promise.due_on} 前" in text(client)
    with time_machine.travel(NOW + timedelta(days=31)):
        assert f"承诺到期没有兑现：{promise.due_on}" in text(client)
    Promise.objects.filter(pk=promise.pk).update(status="kept", settled_at=NOW)
    with time_machine.travel(NOW + timedelta(days=32)):
        assert "承诺已兑现" in text(client)


def test_reopened_matter_is_not_shown_as_solved(client: Client, world: HandlingWorld) -> None:
    echo = published(world)
    handling.reopen(matter=echo.matter, reason="又坏了", by=world.district_staff, now=LATER)
    with time_machine.travel(NOW + timedelta(minutes=6)):
        page = text(client, f"/echo/{echo.code}/")
    assert "正在重新办理" in page


def test_filters_and_pages(client: Client, world: HandlingWorld) -> None:
    echo = published(world)
    many(echo, 9)
    area = echo.area.code
    for query, found in (
        ("", 8), (f"?area={area}", 8), ("?area=nowhere", 8), ("?result=done", 8), ("?result=promised", 0),
        ("?result=x&month=2026-13&category=%00", None), (f"?month={TODAY:%Y-%m}", 8), ("?page=strange", 8),
    ):  # fmt: skip
        answer = client.get(f"/echo/{query}")
        if found is None:
            assert answer.status_code == 400
        else:
            assert answer.content.decode().count('<article class="card echo">') == found, query
    following = client.get("/api/v1/echo/").json()["next"]
    assert text(client, f"/echo/?page={following}").count('<article class="card echo">') in range(1, 9)


def test_ready_answer_costs_one_look_and_confirms_what_the_browser_has(client: Client, world: HandlingWorld) -> None:
    echo, counts = published(world, pictures=True), []
    for extra in (0, 30):
        many(echo, extra)
        services.take_back(echo=published(world), reason="试", by=world.staff, now=NOW)
        with CaptureQueriesContext(
            connection,
        ) as made:
            text(client)
        counts.append(len(made))
    assert counts[0] == counts[1] <= 12
    with CaptureQueriesContext(connection) as made:
        answer = client.get("/echo/")
    assert len(made) == 1
    assert answer["Cache-Control"] == "no-cache"
    assert client.get("/echo/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/echo/", headers={"If-Modified-Since": answer["Last-Modified"]}).status_code == 304
    published(world)
    assert client.get("/echo/", headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_invented_words_are_never_kept_for_others(client: Client, world: HandlingWorld) -> None:
    echo = published(world)
    many(echo, 9)
    own = f"/echo/{echo.code}/"
    for place in ("/echo/", "/echo/tv/", "/echo/feed.xml", "/sitemap.xml", own):
        assert "invented" not in text(client, f"{place}?area=invented&page=invented&x=invented"), place
        with CaptureQueriesContext(connection) as made:
            text(client, f"{place}?y=strange")
        assert len(made) == 1, place
    assert "<html" in text(client, "/echo/tv/", HX_Request="TRUE")
    assert "<html" not in text(client, "/echo/tv/", HX_Request="true")


def test_pictures_are_asked_for_each_time(client: Client, world: HandlingWorld) -> None:
    echo = published(world, pictures=True)
    photo = echo.photos.earliest("id")
    for place in (f"/echo/{echo.code}/{photo.pk}.jpg", f"/echo/{echo.code}/{photo.pk}-card.jpg"):
        answer = client.get(place)
        assert answer["Cache-Control"] == "private, no-cache"
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        again = client.get(place, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")


def test_correction_counts_what_was_public(client: Client, world: HandlingWorld) -> None:
    first = published(world)
    services.drop(echo=services.begin(matter=first.matter, by=world.staff, now=LATER), by=world.staff, now=LATER)
    assert "更正" not in text(client, f"/echo/{first.code}/")
    published(world, first.matter, now=LATER)
    assert "这是第 2 版" in text(client, f"/echo/{first.code}/")


def test_sitemap_lists_the_pages_and_no_more_than_fit(
    client: Client, world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = published(world)
    listed = [one.text for one in ET.fromstring(text(client, "/sitemap.xml")).iter() if one.tag.endswith("loc")]
    places = ["/", "/echo/", "/stats/", "/themes/", f"/echo/{echo.code}/"]
    assert [str(one).removeprefix("http://localhost:8000") for one in listed] == places
    many(echo, 3)
    monkeypatch.setattr(feeds, "MOST_LISTED", len(feeds.PAGES) + 2)
    assert len(feeds.Entries().items()) == 2


def test_programs_are_held_up_when_they_ask_too_often(
    client: Client, world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_A_MINUTE", 1)
    assert client.get("/api/v1/echo/").status_code == 200
    late = client.get("/api/v1/echo/")
    assert (late.status_code, late["Retry-After"]) == (429, "60")


def test_first_load_stays_light(client: Client, world: HandlingWorld) -> None:
    echo = published(world, pictures=True)
    many(echo, 9)
    page = text(client)
    styles = sum((ROOT / "static/css" / name).stat().st_size for name in ("base.css", "public.css", "echo.css"))
    cards = [one.card.size for one in EchoPhoto.objects.select_related("card")]
    assert max(cards) <= 6_000
    assert "<script" not in page
    assert len(page.encode()) + styles + 8 * 2 * 6_000 <= FIRST_LOAD


def test_feed_and_robots_are_well_formed(client: Client, world: HandlingWorld) -> None:
    echo = published(world)
    Echo.objects.filter(pk=echo.pk).update(raised="<script>alert(1)</script>")
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = ET.fromstring(text(client, "/echo/feed.xml")).iter(f"{atom}entry")
    assert entry.findtext(f"{atom}id") == f"http://localhost:8000/echo/{echo.code}/"
    assert "<script>" not in (entry.findtext(f"{atom}summary") or "")
    robots = text(client, "/robots.txt")
    assert "Disallow: /t/" in robots
    assert "Sitemap: http://localhost:8000/sitemap.xml" in robots


def test_screen_gives_its_script_the_cards_alone(client: Client, world: HandlingWorld) -> None:
    published(world)
    part = text(client, "/echo/tv/", HX_Request="true")
    assert part.lstrip().startswith("<article")
    assert "<html" in text(client, "/echo/tv/")


@pytest.mark.parametrize("code", ["nothing", "E000001", "KAH3B43", "%E5%9B%9E"])
def test_strange_code_is_not_found(client: Client, db: None, code: str) -> None:
    assert client.get(f"/echo/{code}/").status_code == 404
    assert client.get(f"/echo/{code}/99999999999999999999.jpg").status_code == 404


def test_resident_reads_where_it_is_public(client: Client, world: HandlingWorld) -> None:
    echo = published(world)
    reporter = echo.matter.reporters.get()
    own = f"/t/{echo.matter.code}/"
    assert echo.code not in text(client, own)
    page = text(client, f"{own}?k={reporter.link_key}")
    assert f"/echo/{echo.code}/" in page
    assert "收回同意" in page
