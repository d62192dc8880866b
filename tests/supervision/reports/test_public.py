"""The public statistics and the interface: what they show, what they hide, and what an answer costs."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deputies.organisations.models import OrganisationKind
from liaison.base.stamps import forget_all
from opinions.matters.states import Status
from supervision.reports.models import Comparison
from supervision.reports.registry import INTERNAL, SECTIONS, registry
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, bring_to, open_matter
from tests.factories.organisations import OrganisationFactory

pytestmark = pytest.mark.django_db
STATS = "/stats/"
API = "/api/v1/statistics/"


def test_public_page_shows_results_and_defines_each(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    client = Client()
    text = client.get(STATS).content.decode()
    shown = set(re.findall(r'data-measure="(\w+)"', text))
    defined = set(re.findall(r'<section class="card" id="(\w+)"', client.get(f"{STATS}definitions/").content.decode()))
    assert shown <= defined
    assert not defined & INTERNAL
    assert {"opened", "closed", "solved", "satisfied", "lapsed", "replied", "proposed", "promises_open"} <= shown
    for secret in (matter.title, world.deputy.name, world.staff.name, world.department.name):
        assert secret not in text
    assert '<th scope="col">到期未评价</th>' in text
    assert '<th scope="col">已转建议、还没有结果</th>' in text
    assert len(text.encode()) < 40_000


def test_public_page_asks_nothing_of_the_sums_while_it_is_kept(world: HandlingWorld) -> None:
    for _n in range(3):
        open_matter(world)
    client = Client()
    first = client.get(f"{STATS}?month=2026-11").content.decode()
    assert 'data-measure="opened"' in first
    open_matter(world)
    for _n in range(3):
        with CaptureQueriesContext(connection) as queries:
            again = client.get(f"{STATS}?month=2026-11").content.decode()
        assert len(queries) <= 3
    assert SECTION.findall(again) == SECTION.findall(first)
    assert SECTION.findall(client.get(STATS).content.decode()) != SECTION.findall(first)


SECTION = re.compile(r"<tr data-measure.*?</tr>", re.S)


STRANGE = (
    "month=2026-13", "month=x", "since=9999-12", "until=0001-01", "district=nothing", "since=2026-12&until=2026-01",
)  # fmt: skip


def test_strange_addresses_break_nothing(world: HandlingWorld) -> None:
    client = sign_in(Client(), world.leader)
    for query in STRANGE:
        assert Client().get(f"{STATS}?{query}").status_code == 200, query
        assert client.get(f"{API}?{query}").status_code in (200, 400), query


def test_months_of_a_district_stay_in_it(world: HandlingWorld) -> None:
    for place in ("ER", "SAN"):
        kind = OrganisationKind
        body = OrganisationFactory(code=place, kind=kind.CONGRESS)
        OrganisationFactory(kind=kind.STREET_COMMITTEE, parent=body)
    forget_all()
    text = Client().get(f"{STATS}?district=SAN&month=2026-11").content.decode()
    assert "?month=2026-10&amp;district=SAN" in text
    assert "?district=ER&amp;month=2026-11" in text
    assert "district=RD&amp;month=2026-10" not in text


def test_page_without_a_district_says_what_will_come(db: None) -> None:
    assert "还没有数字" in Client().get(STATS).content.decode()


def test_interface_keeps_to_the_scope(world: HandlingWorld) -> None:
    open_matter(world)
    open_matter(world, street=world.other_committee, holder=world.other_committee)
    told = {
        name: sign_in(Client(), world.users[name]).get(f"{API}?by=street").json() for name in ("leader", "secretary")
    }
    opened = {name: {one["code"]: one["value"] for one in held["measures"]}["opened"] for name, held in told.items()}
    assert opened == {"leader": 2, "secretary": 1}
    assert [len(told[name]["groups"]) for name in ("leader", "secretary")] == [2, 0]
    for axis in ("group", "deputy", "channel", "station", "month", "body", "tier", "category"):
        assert sign_in(Client(), world.leader).get(f"{API}?by={axis}").status_code == 200, axis
    assert sign_in(Client(), world.leader).get(f"{API}?by=nothing").status_code == 400
    assert sign_in(Client(), world.deputy_user).get(API).status_code == 403
    assert Client().get(f"{API}definitions/").status_code in (401, 403)
    assert len(sign_in(Client(), world.leader).get(f"{API}definitions/").json()) == len(registry())


def test_streets_are_compared_only_where_the_district_switched_it_on(world: HandlingWorld) -> None:
    open_matter(world)
    assert "<h2>按街道</h2>" not in Client().get(STATS).content.decode()
    Comparison.objects.create(organisation=world.congress, public=True)
    cache.clear()
    text = Client().get(STATS).content.decode()
    assert "<h2>按街道</h2>" in text
    assert str(world.committee) in text


@pytest.mark.once
def test_every_measure_of_the_sections_is_registered_once_and_in_words() -> None:
    told = [code for section in SECTIONS for code in section.codes]
    assert len(told) == len(set(told))
    assert set(told) <= registry().keys()
    assert not [
        one.code for one in registry().values() if not all(map(str, (one.name, one.counts, one.without, one.unit)))
    ]
    assert registry().keys() >= INTERNAL


def test_year_before_stands_beside_the_year(world: HandlingWorld) -> None:
    for year in (2025, 2026):
        open_matter(world, now=NOW.replace(year=year))
    answer = sign_in(Client(), world.leader).get(f"{API}?month=2026-11").json()
    opened = next(one for one in answer["measures"] if one["code"] == "opened")
    assert (opened["value"], opened["year_before"], answer["since"]) == (1, 1, f"{date(2026, 11, 1):%Y-%m}")
