"""The same measure gives the same number on the desk, in the report, on the public page and by the interface."""

import random
import re
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from liaison.base.workdays.arithmetic import SHANGHAI, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.evaluation.models import Rating, Solved
from opinions.handling import services as handling
from opinions.matters.models import Matter, Reporter
from opinions.promises import services as promises
from supervision.dashboards.queries import Chosen, behind, board, days, rate, rates
from supervision.reports import services
from supervision.reports.models import MonthlyReport
from supervision.reports.queries import compose, figures_of
from supervision.reports.registry import by_line, registry
from tests.factories.accounts import sign_in
from tests.factories.matters import WAYS, HandlingWorld, bring_to, later, replied
from tests.factories.promises import DUE, closed_with

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)
AFTER = datetime(2026, 12, 1, 8, 0, tzinfo=SHANGHAI)
SHOWN = re.compile(r'<tr data-measure="(\w+)">.*?data-value="([\d.]*)"', re.S)
TOTAL = re.compile(r'data-total="(\d+)"')


@pytest.fixture
def busy(world: HandlingWorld) -> HandlingWorld:
    """A little world at random, the same each time: every status may occur, some residents speak, some promise."""
    chance = random.Random(20261123)
    for status in [*WAYS, *chance.choices(sorted(WAYS), k=4)]:
        bring_to(world, status)
    for _n in range(4):
        matter, said = replied(world, reply_class=chance.choice("AAD")), chance.choice(["satisfied", "unsatisfied"])
        Rating.objects.create(
            matter=matter, reporter=Reporter.objects.get(matter=matter), round=matter.round, satisfaction=said,
            solved=chance.choice(list(Solved)), at=later(3),
        )  # fmt: skip
        handling.close_rated(matter=matter, satisfaction=said, now=later(3), actor="反映人")
    kept, missed, _open = closed_with(world, DUE, date(2026, 11, 25), DUE)
    promises.keep(promise=kept, reason="现场看过", by=world.secretary, now=later(2))
    handling.miss_promise(promise=missed, reason="没有换", by=world.secretary, now=later(4))
    return world


def shown_on(page: bytes) -> dict[str, float | None]:
    """The figures of a page by code, as its markup tells them."""
    return {code: float(value) if value else None for code, value in SHOWN.findall(page.decode())}


def on_the_desk(client: Client, world: HandlingWorld) -> dict[str, Any]:
    """Counts by the rows that they open into (a few by their page); shares and lengths by the board of the month."""
    chosen, at = Chosen(MONTH, MONTH), days(current_calendar(), local_today(AFTER))
    held, found = board(world.leader, chosen, at, "tier"), dict[str, Any]()
    for code, entry in registry().items():
        if code == entry.rows:
            found[code] = behind(world.leader, chosen, code, at).count()
        elif code in rates():
            share = rate(held.numbers, code)
            found[code] = None if share is None else round(share, 1)
        else:
            found[code] = held.spreads[entry.rows].median
    for code in ("opened", "open", "rated", "promises_kept"):
        page = client.get(f"/desk/supervision/rows/?measure={code}&since=2026-11&until=2026-11").content.decode()
        assert int(TOTAL.findall(page)[0]) == found[code]
    return found


def test_measure_is_the_same_in_four_places(busy: HandlingWorld) -> None:
    with time_machine.travel(AFTER, tick=True):
        services.draft_month(month=MONTH, now=AFTER)
        client = sign_in(Client(), busy.leader)
        desk = on_the_desk(client, busy)
        report = MonthlyReport.objects.get(organisation=busy.congress)
        told = figures_of(compose(report, now=AFTER))
        paper = shown_on(client.get(f"/desk/supervision/reports/{report.pk}/").content)
        answer = client.get("/api/v1/statistics/?month=2026-11&by=category").json()
        months = client.get("/api/v1/statistics/?month=2026-11&by=month").json()["groups"]
        public = shown_on(Client().get("/stats/?month=2026-11").content)
    by_interface = {one["code"]: one["value"] for one in answer["measures"]}
    assert sum(value or 0 for value in desk.values()) > 50
    assert by_interface == desk
    assert told == {code: desk[code] for code in told}
    assert paper == told
    assert public == {code: desk[code] for code in public}
    assert len(told) > 30
    assert set(public) == {code for code in told if registry()[code].public}
    groups = answer["groups"]
    assert desk["opened"] == Matter.objects.count()
    assert {code for one in groups for code in one["values"]} == set(by_line(now=True))
    for code in set(by_line(now=True)) - rates().keys():
        assert sum(one["values"][code] for one in groups) == desk[code], code
    (month,) = months
    assert month["values"] == {code: desk[code] for code in by_line(now=False)}
