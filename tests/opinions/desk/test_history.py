"""The page of a matter does not grow with its history: the newest events and lines, and a way to all others."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from opinions.desk.history import EVENTS, LINES
from opinions.evaluation.models import Rating, Solved
from opinions.matters.models import Line, Matter, Satisfaction
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, open_matter

EARLIER = re.compile(r'hx-get="([^"]+/(?:history|lines)/[^"]*)"')
SHORT, LONG = 10, 2_000
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(world: HandlingWorld) -> Client:
    return sign_in(Client(), world.staff)


def lived(world: HandlingWorld, count: int, by: User | None = None) -> Matter:
    """A matter that somebody gave to another tier at first, and of which `count` things were noted and said since."""
    matter, by = open_matter(world), by or world.staff
    record(matter.chain, Fact(verb="escalate", data={"tiers": [1, 2], "body": "城管局"}), by=by, now=NOW)
    record(matter.chain, *[Fact(verb="note", reason=f"第{n}步。") for n in range(count)], by=by, now=NOW)
    said = {"matter": matter, "audience": Audience.INTERNAL, "by": by, "author": by.name, "at": NOW}
    Line.objects.bulk_create(Line(**said, body=f"第{n}句。") for n in range(count))
    return matter


def read(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return answer.content.decode()


def page_of(matter: Matter) -> str:
    return f"/desk/matters/{matter.code}/"


def told(page: str, what: str) -> list[int]:
    """Which steps or sentences the page shows, in its order."""
    return [int(number) for number in re.findall(rf"第(\d+){what}。", page)]


def test_page_of_a_long_history_asks_and_weighs_as_that_of_a_short_one(world: HandlingWorld, client: Client) -> None:
    asked, pages = [], []
    for count in (SHORT, LONG):
        matter = lived(world, count)
        read(client, page_of(matter))
        with CaptureQueriesContext(connection) as queries:
            pages.append(read(client, page_of(matter)))
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert [len(told(page, "步")) for page in pages] == [SHORT, EVENTS]
    assert [len(told(page, "句")) for page in pages] == [SHORT, LINES]
    assert [len(EARLIER.findall(page)) for page in pages] == [0, 2]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("name", "what"), [("history", "步"), ("lines", "句")])
def test_earlier_ones_follow_each_once(
    world: HandlingWorld, client: Client, name: str, what: str, script: bool
) -> None:
    matter, headers = lived(world, 3 * EVENTS), {"HX-Request": "true"} if script else {}
    page = read(client, page_of(matter))
    found = told(page, what)
    while path := next((one for one in EARLIER.findall(page) if f"/{name}/" in one), None):
        page = read(client, path, **headers)
        assert ("<html" in page) is not script
        found += told(page, what)
    assert sorted(found) == list(range(3 * EVENTS))
    assert len(found) == 3 * EVENTS


def test_newest_event_and_last_line_are_where_they_were_before(world: HandlingWorld, client: Client) -> None:
    page = read(client, page_of(lived(world, LINES + 1)))
    assert told(page, "步") == list(range(LINES, -1, -1))
    assert told(page, "句") == list(range(1, LINES + 1))


def test_what_was_long_ago_still_tells_the_way_from_tier_to_tier(world: HandlingWorld, client: Client) -> None:
    assert "城管局" in read(client, page_of(lived(world, 2 * EVENTS)))


def test_word_of_long_ago_is_still_shown(world: HandlingWorld, client: Client) -> None:
    matter = open_matter(world)
    word = {"satisfaction": Satisfaction.SATISFIED, "solved": Solved.YES, "comment": "修得很快"}
    Rating.objects.create(matter=matter, reporter=matter.reporters.get(), round=1, at=NOW, **word)
    facts = [Fact(verb="rate_further"), *[Fact(verb="note")] * (2 * EVENTS)]
    record(matter.chain, *facts, by=None, actor="反映人", now=NOW)
    assert "修得很快" in read(client, page_of(matter))


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 15, "9" * 5000, "1e3"])
@pytest.mark.parametrize("name", ["history", "lines"])
def test_strange_place_shows_the_newest(world: HandlingWorld, client: Client, name: str, before: str) -> None:
    page = read(client, f"{page_of(lived(world, 2))}{name}/?before={before}")
    assert told(page, "步" if name == "history" else "句")


@pytest.mark.parametrize("name", ["history", "lines"])
def test_outsider_reads_no_history(world: HandlingWorld, name: str) -> None:
    outsider = sign_in(Client(), world.other_handler)
    assert outsider.get(f"{page_of(lived(world, 1))}{name}/").status_code == 404
