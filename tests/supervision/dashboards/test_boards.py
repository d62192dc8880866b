"""The pages: whose numbers, that each opens into just its rows, and that the page asks little of the database."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deputies.accounts.models import Role
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.evaluation.models import Rating, Solved
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status
from opinions.promises import services as promises
from supervision.dashboards import services
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import NOW, WAYS, HandlingWorld, bring_to, open_matter
from tests.factories.promises import DUE, closed_with
from tests.support.replay import replayed

pytestmark = pytest.mark.django_db
HOME = "/desk/supervision/"
NUMBER = re.compile(r'<a href="([^"]+)" data-count="(\d+)"')


@pytest.fixture
@replayed
def busy(world: HandlingWorld) -> HandlingWorld:
    """One matter in every status, one rated, one of another street, one overdue."""
    for status in WAYS:
        bring_to(world, status)
    closed = Matter.objects.filter(status=Status.CLOSED).first()
    assert closed is not None
    Rating.objects.create(
        matter=closed, reporter=Reporter.objects.get(matter=closed), round=closed.round,
        satisfaction="satisfied", solved=Solved.YES, at=NOW,
    )  # fmt: skip
    open_matter(world, street=world.other_committee, holder=world.other_committee)
    open_matter(world, deputy=world.deputy)
    past = NOW.date() - timedelta(days=40)
    Matter.objects.filter(status=Status.HANDLING).update(due_on=past, warn_on=past)
    kept, _open = closed_with(world, DUE, DUE)
    promises.keep(promise=kept, reason="现场看过", by=world.secretary, now=NOW)
    services.rebuild(now=NOW)
    return world


def page(client: Client, path: str = HOME) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers_on(text: str) -> list[tuple[str, int]]:
    return [(unescape(url), int(count)) for url, count in NUMBER.findall(text)]


@pytest.mark.parametrize("who", ["leader", "secretary", "head", "district_staff"])
def test_every_number_opens_into_exactly_its_rows(busy: HandlingWorld, who: str) -> None:
    client = sign_in(Client(), busy.users[who])
    found = dict(numbers_on(page(client)))
    if who == "leader":
        for axis in ("body", "category", "tier", "deputy"):
            found |= dict(numbers_on(page(client, f"{HOME}?by={axis}")))
    assert sum(found.values()) > 0
    for url, count in found.items():
        rows = page(client, url)
        assert f'data-total="{count}"' in rows, url
        assert rows.count("<tr data-row") == min(count, 30), url


def test_numbers_of_a_chosen_category_open_into_their_rows_too(busy: HandlingWorld) -> None:
    client = sign_in(Client(), busy.leader)
    top = Matter.objects.exclude(category=None).values_list("category__parent", flat=True)[0]
    found = numbers_on(page(client, f"{HOME}?by=category&category={top}&period=3&tier=3"))
    assert any(count for _url, count in found)
    assert any("leaf=" in url for url, _count in found)
    for url, count in found:
        assert f'data-total="{count}"' in page(client, url), url


def test_number_is_what_plain_sql_counts(busy: HandlingWorld) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM opinions_matter WHERE status NOT IN ('closed', 'declined', 'merged', 'withdrawn')"
        )
        (plain,) = cursor.fetchone()
    assert f'data-count="{plain}">{plain}</a>' in page(sign_in(Client(), busy.leader))


def test_street_sees_its_own_numbers_and_the_district_those_of_all(busy: HandlingWorld) -> None:
    here = Matter.objects.filter(street=busy.committee).exclude(
        status__in=("closed", "declined", "merged", "withdrawn")
    )
    street = dict(numbers_on(page(sign_in(Client(), busy.secretary))))
    district = dict(numbers_on(page(sign_in(Client(), busy.leader))))
    assert street["/desk/supervision/rows/?measure=open"] == here.count()
    assert district["/desk/supervision/rows/?measure=open"] == here.count() + 1
    own = page(sign_in(Client(), busy.other_staff), f"{HOME}rows/?measure=open&street={busy.committee.pk}")
    assert 'data-total="0"' in own


def test_department_sees_what_it_leads(busy: HandlingWorld) -> None:
    led = dict(numbers_on(page(sign_in(Client(), busy.head))))
    assert 0 < led["/desk/supervision/rows/?measure=open"] < Matter.objects.count()
    assert dict(numbers_on(page(sign_in(Client(), busy.other_head))))["/desk/supervision/rows/?measure=open"] == 0


@pytest.mark.parametrize("path", [HOME, f"{HOME}live/", f"{HOME}wall/", f"{HOME}rows/", f"{HOME}definitions/"])
def test_others_are_turned_away(world: HandlingWorld, path: str) -> None:
    assert sign_in(Client(), world.deputy_user).get(path).status_code == 403
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("who", [Role.STREET_CHAIR, Role.DISTRICT_LEADER])
def test_empty_district_shows_naughts(world: HandlingWorld, who: Role) -> None:
    body = world.congress if who == Role.DISTRICT_LEADER else world.committee
    text = page(sign_in(Client(), UserFactory(role=who, organisation=body)))
    assert {count for _url, count in numbers_on(text)} == {0}
    assert "这里还没有事项" in text
    assert "<svg viewBox" not in text


def test_one_matter_is_one_everywhere(world: HandlingWorld) -> None:
    open_matter(world)
    text = page(sign_in(Client(), world.leader))
    assert dict(numbers_on(text))["/desk/supervision/rows/?measure=open"] == 1
    assert max(count for _url, count in numbers_on(text)) == 1


def test_ten_years_stay_apart_and_far_dates_break_nothing(world: HandlingWorld) -> None:
    for year in range(2016, 2026):
        open_matter(world, now=datetime(year, 12, 31, 23, 30, tzinfo=SHANGHAI))
    client = sign_in(Client(), world.leader)
    assert 'data-total="10"' in page(client, f"{HOME}rows/?measure=open")
    assert 'data-total="1"' in page(client, f"{HOME}rows/?measure=opened&since=2019-12&until=2019-12")
    months = ("since=0001-01&until=9999-12", "until=0001-01", "since=x&until=2026-13")
    for strange in (*months, "measure=open&street=x&leaf=-1"):
        assert client.get(f"{HOME}rows/?{strange}").status_code == 200
    assert client.get(f"{HOME}rows/?measure=nothing").status_code == 404
    said = "起始月份晚于截止月份"
    assert said in page(client, f"{HOME}rows/?measure=closed&since=2026-11&until=2026-10")
    assert said not in page(client, f"{HOME}rows/?measure=closed&since=2026-10&until=2026-11")
    assert client.get(f"{HOME}?period=99&street=x&category=0&tier=9&by=nothing").status_code == 200


def test_board_asks_as_much_for_many_matters_as_for_one(world: HandlingWorld) -> None:
    client = sign_in(Client(), world.leader)
    costs: list[list[int]] = []
    for count in (1, 30):
        for _n in range(count):
            bring_to(world, Status.HANDLING)
        costs.append([])
        for path in (HOME, f"{HOME}?by=deputy", f"{HOME}rows/?measure=open"):
            page(client, path)
            with CaptureQueriesContext(connection) as queries:
                page(client, path)
            costs[-1].append(len(queries))
    assert costs[0] == costs[1]
    assert max(costs[1]) <= 24


def test_live_board_says_nothing_new_until_something_is(world: HandlingWorld) -> None:
    client = sign_in(Client(), world.leader)
    tag = re.search(r"tag=(\w+)", page(client, f"{HOME}?period=3"))
    assert tag
    live = f"{HOME}live/?period=3&tag={tag[1]}"
    assert client.get(live).status_code == 204
    open_matter(world)
    fresh = client.get(live)
    assert fresh.status_code == 200
    assert tag[1] not in fresh.content.decode()
    assert "<html" not in fresh.content.decode()


def test_board_that_asks_by_itself_does_not_keep_the_session_awake(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(Client(), world.leader)
    client.get(HOME)
    seen = client.session["seen"]
    later = datetime.fromtimestamp(seen, SHANGHAI) + timedelta(minutes=10)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert client.get(f"{HOME}live/").status_code == 200
    assert client.session["seen"] == seen
    monkeypatch.setattr("django.utils.timezone.now", lambda: later + timedelta(minutes=6))
    assert client.get(f"{HOME}live/", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/accounts/")


def test_wall_shows_nothing_about_a_person(busy: HandlingWorld) -> None:
    text = page(sign_in(Client(), busy.leader), f"{HOME}wall/?by=deputy")
    titles = Matter.objects.values_list("title", flat=True)
    assert not [title for title in titles if title in text]
    assert busy.leader.name not in text
    assert busy.deputy.name not in text


def test_every_number_is_defined(world: HandlingWorld) -> None:
    text = page(sign_in(Client(), world.leader), f"{HOME}definitions/")
    shown = {url for url, _count in numbers_on(page(sign_in(Client(), world.leader)))}
    named = {found[1] for url in shown if (found := re.search(r"measure=(\w+)", url))}
    assert named
    assert not [key for key in named if f'id="{key}"' not in text]


def test_charts_have_their_numbers_as_tables(busy: HandlingWorld) -> None:
    text = page(sign_in(Client(), busy.leader))
    assert text.count('<svg viewBox="0 0 360 150" aria-hidden') == 3
    assert text.count('<div class="sr-only"><table class="numbers"><caption>') == 3


def test_board_in_english(busy: HandlingWorld) -> None:
    client = sign_in(Client(), busy.leader)
    text = client.get(HOME, headers={"Accept-Language": "en"}).content.decode()
    assert "What to ask about" in text
    assert not re.findall(r"<h2>[^<]*[\u4e00-\u9fff]", text)


def test_program_reads_the_same_numbers_and_nothing_twice(busy: HandlingWorld) -> None:
    client = sign_in(Client(), busy.leader)
    shown = dict(numbers_on(page(client)))
    answer = client.get("/api/v1/dashboards/?by=body")
    told = answer.json()
    assert told["numbers"]["open"] == shown["/desk/supervision/rows/?measure=open"]
    assert sum(group["numbers"]["open"] for group in told["groups"]) == told["numbers"]["open"]
    assert len(told["months"]) == 12
    assert client.get("/api/v1/dashboards/?by=body", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert {one["key"] for one in client.get("/api/v1/dashboards/definitions/").json()} >= set(told["numbers"])
    assert Client().get("/api/v1/dashboards/").status_code == 403
    assert sign_in(Client(), busy.deputy_user).get("/api/v1/dashboards/").status_code == 403


def test_promises_are_counted_within_what_the_board_is_narrowed_to(busy: HandlingWorld) -> None:
    client = sign_in(Client(), busy.leader)
    narrowed = ("", f"?street={busy.committee.pk}", f"?street={busy.other_committee.pk}")
    shown = {
        path: [count for url, count in numbers_on(page(client, HOME + path)) if "measure=promises_kept" in url]
        for path in narrowed
    }
    assert [set(counts) for counts in shown.values()] == [{1}, {1}, {0}]
    rows = page(client, f"{HOME}rows/?measure=promises_open&body={busy.department.pk}")
    assert 'data-total="1"' in rows
    assert "更换第 2 盏灯头" in rows
    told = client.get("/api/v1/dashboards/").json()
    assert (told["numbers"]["promises_kept"], told["rates"]["kept_rate"]) == (1, 100.0)
