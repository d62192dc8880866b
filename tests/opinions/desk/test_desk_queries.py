"""The desk asks the database as little for thirty rows as for one: the list at most 8 times, a matter at most 12."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opinions.catalog.models import Category
from opinions.companions import services as companions
from opinions.desk.services import save_filter
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.desk import crowd
from tests.factories.matters import (
    NOW,
    WAYS,
    HandlingWorld,
    bring_to,
    later,
    open_matter,
    replied,
    signed,
)

MOST_OF_LIST, MOST_OF_MATTER = 8, 12
PAGE = 30
LIST_READERS = ("staff", "helper", "secretary", "deputy_user", "handler", "head", "district_staff", "leader")
MATTER_READERS = (*LIST_READERS, "other_deputy_user")
QUERIES = ("", "?q=路灯", "?light=green&since=2026-01-01&sort=new", "?page=x")
pytestmark = pytest.mark.django_db


def asked(client: Client, path: str) -> list[str]:
    """What the page asks of the database. The session and the copies of reference data must be warm."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return [query["sql"] for query in queries.captured_queries]


def another(world: HandlingWorld, number: int) -> Matter:
    """A matter that everybody sees: addressed to the deputy, every other one given to the department; its category and
    its text are its own."""
    categories = Category.objects.filter(active=True).order_by("id")
    category = categories[number % len(categories)]
    matter = open_matter(world, deputy=world.deputy, title=f"路灯 {number}", search_text="路灯", category=category)
    if number % 2:
        return signed(world, matter)
    return handling.take(matter=matter, by=world.deputy_user, now=NOW)


def lists(world: HandlingWorld) -> dict[tuple[str, str], list[str]]:
    """What each list asks, by reader and query."""
    found: dict[tuple[str, str], list[str]] = {}
    for reader in LIST_READERS:
        client = sign_in(Client(), getattr(world, reader))
        client.get("/desk/")
        found |= {(reader, query): asked(client, f"/desk/{query}") for query in QUERIES}
    return found


def rows_of(world: HandlingWorld, reader: str) -> int:
    """Rows of the reader's list when something is searched."""
    client = sign_in(Client(), getattr(world, reader))
    return client.get("/desk/?q=路灯").content.decode().count("data-row")


def keep_filters(world: HandlingWorld, count: int) -> None:
    for reader in LIST_READERS:
        for number in range(count):
            save_filter(by=getattr(world, reader), name=f"路灯 {number}", query="q=路灯")


def test_list_asks_the_same_for_thirty_rows_as_for_one(world: HandlingWorld) -> None:
    for number in range(2):
        another(world, number)
    keep_filters(world, 1)
    few = lists(world)
    for number in range(2, 62):
        another(world, number)
    keep_filters(world, 12)
    many = lists(world)
    # One that fills no page asks once more: what has no limit stands behind what has one.
    assert {key: asked for key, asked in many.items() if not 0 <= len(few[key]) - len(asked) <= 1} == {}
    assert {key: asked for key, asked in (*few.items(), *many.items()) if len(asked) > MOST_OF_LIST} == {}
    assert {reader: rows_of(world, reader) for reader in LIST_READERS} == dict.fromkeys(LIST_READERS, PAGE)


@pytest.fixture
def matter(world: HandlingWorld) -> Matter:
    """A matter with a deputy, a lead and a reply, in rework and followed by a second deputy: seen by everybody."""
    held = replied(world, open_matter(world, deputy=world.deputy))
    handling.send_to_rework(matter=held, now=NOW, actor="反映人", reason="还是不亮")
    companions.invite(matter=held, deputies=[world.other_deputy], by=world.staff, now=NOW)
    return held


def pages(world: HandlingWorld, matter: Matter) -> dict[str, list[str]]:
    """What the page of the matter asks, by reader; only of those who see it."""
    seen = {
        reader: getattr(world, reader)
        for reader in MATTER_READERS
        if Matter.objects.visible_to(getattr(world, reader)).filter(pk=matter.pk).exists()
    }
    path = f"/desk/matters/{matter.code}/"
    found = {}
    for reader, user in seen.items():
        client = sign_in(Client(), user)
        client.get(path)
        found[reader] = asked(client, path)
    return found


def test_matter_asks_the_same_for_thirty_rows_as_for_one(world: HandlingWorld, matter: Matter) -> None:
    crowd(matter, count=1, body=world.department, by=world.handler, now=NOW)
    few = pages(world, matter)
    crowd(matter, count=29, body=world.other_department, by=world.other_handler, now=later())
    many = pages(world, matter)
    assert set(many) == set(MATTER_READERS)
    assert {key: len(asked) for key, asked in many.items()} == {key: len(asked) for key, asked in few.items()}


@pytest.mark.parametrize("status", WAYS)
def test_matter_asks_no_more_than_twelve_times(world: HandlingWorld, status: Status) -> None:
    matter = bring_to(world, status)
    crowd(matter, count=2, body=world.department, by=world.handler, now=NOW)
    found = pages(world, matter)
    assert len(found) >= 7
    assert {key: asked for key, asked in found.items() if len(asked) > MOST_OF_MATTER} == {}
