"""The pages of the calendar and of the sum behind a limit, and the interface for programs."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deputies.accounts.models import User
from liaison.base.workdays.models import CalendarYear
from opinions.catalog.models import ClockKind
from opinions.clocks import services as clocks
from opinions.clocks.models import Clock
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, later, open_matter

pytestmark = pytest.mark.django_db
LIST = json.dumps({"year": 2026, "days": [{"name": "示例节", "date": "2026-11-25", "isOffDay": True}]})
PLACE = "/desk/supervision/calendar/"


def as_user(user: User) -> Client:
    return sign_in(Client(), user)


def started(world: HandlingWorld) -> Clock:
    clock = clocks.start_clock(matter=open_matter(world), kind=ClockKind.REPLY, now=NOW, organisation=world.department)
    assert clock is not None
    return clock


def test_list_is_looked_at_first_and_then_imported(world: HandlingWorld) -> None:
    started(world)
    client = as_user(world.district_staff)
    page = client.post(f"{PLACE}preview/", {"text": LIST}).content.decode()
    assert "会移动的在办时限</dt><dd>2<" in page
    assert not CalendarYear.objects.exists()
    answer = client.post(f"{PLACE}import/", {"text": LIST})
    assert answer.headers["location"] == f"{PLACE}?year=2026"
    assert "正在重新计算" in client.get(PLACE + "?year=2026").content.decode()
    clocks.follow_calendar(now=NOW)
    page = client.get(PLACE + "?year=2026").content.decode()
    assert "1 件的时限有移动" in page
    assert "示例节" in page
    assert world.district_staff.name in page


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "请粘贴放假安排"), ("{", "JSON"), ("日期,名称\n2026-01-01,元旦", "安排"), ("x" * 99, "第一行请写列名")],
)
def test_bad_list_is_told_at_the_field_and_kept(world: HandlingWorld, text: str, told: str) -> None:
    answer = as_user(world.district_staff).post(f"{PLACE}preview/", {"text": text})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert text in answer.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize(("year", "words"), [("2026", "暂定"), ("99999", "暂定"), ("x", "暂定")])
def test_year_without_a_list_says_that_it_is_provisional(world: HandlingWorld, year: str, words: str) -> None:
    assert words in as_user(world.district_staff).get(f"{PLACE}?year={year}").content.decode()


@pytest.mark.parametrize(("year", "status"), [(2026, 200), (2090, 302)])
def test_packaged_list_is_looked_at_where_there_is_one(world: HandlingWorld, year: int, status: int) -> None:
    assert as_user(world.district_staff).post(f"{PLACE}packaged/{year}/").status_code == status
    assert not CalendarYear.objects.exists()


@pytest.mark.parametrize("name", ["staff", "handler", "leader", "deputy_user"])
def test_outsiders_do_not_keep_the_calendar(world: HandlingWorld, name: str) -> None:
    client = as_user(getattr(world, name))
    assert client.get(PLACE).status_code == 403
    assert client.post(f"{PLACE}import/", {"text": LIST}).status_code == 403
    assert not CalendarYear.objects.exists()


def test_sum_is_told_day_by_day_also_once_the_limit_has_stopped(world: HandlingWorld) -> None:
    clock = started(world)
    clocks.pause_clocks(matter=clock.matter, now=later(1))
    clocks.resume_clocks(matter=clock.matter, now=later(3))
    clocks.stop_clocks(matter=clock.matter, outcome="reply", now=later(4))
    url = reverse("clocks:reckoning", args=[clock.matter.code, clock.pk])
    page = as_user(world.district_staff).get(url).content.decode()
    for words in ("已结束", "暂定", "暂停，顺延", "11月24日（星期二）", "不计", "12月4日（星期五）"):
        assert words in page
    assert url in as_user(world.district_staff).get(f"/desk/matters/{clock.matter.code}/").content.decode()


@pytest.mark.parametrize("name", ["other_handler", "other_staff"])
def test_sum_of_another_streets_matter_is_not_found(world: HandlingWorld, name: str) -> None:
    clock = started(world)
    client = as_user(getattr(world, name))
    assert client.get(reverse("clocks:reckoning", args=[clock.matter.code, clock.pk])).status_code == 404
    assert client.get(f"/api/v1/matters/{clock.matter.code}/clocks/").status_code == 404


def test_programs_get_limits_with_light_and_sum(world: HandlingWorld) -> None:
    clock = started(world)
    with CaptureQueriesContext(connection) as few:
        told = as_user(world.district_staff).get(f"/api/v1/matters/{clock.matter.code}/clocks/").json()
    found = {one["kind"]: one for one in told["clocks"]}
    assert found["reply"]["due_on"] == "2026-12-02"
    assert found["reply"]["provisional"] is True
    assert "到期日为" in " ".join(found["reply"]["explanation"])
    for kind in (ClockKind.SIGN, ClockKind.RETURN, ClockKind.RATE):
        clocks.start_clock(matter=clock.matter, kind=kind, now=NOW, organisation=world.department)
    with CaptureQueriesContext(connection) as many:
        as_user(world.district_staff).get(f"/api/v1/matters/{clock.matter.code}/clocks/")
    assert len(many) == len(few)


@pytest.mark.parametrize("kind", [ClockKind.RETURN, ClockKind.RATE, ClockKind.SUPPLY])
def test_limit_that_binds_no_body_gives_no_light(world: HandlingWorld, kind: ClockKind) -> None:
    matter = started(world).matter
    clock = clocks.start_clock(matter=matter, kind=kind, now=NOW, organisation=world.department)
    assert clock is not None
    past = {"started_on": date(2026, 1, 5), "warn_on": date(2026, 1, 6), "due_on": date(2026, 1, 7)}
    matter.clocks.filter(pk=clock.pk).update(**past)
    client = as_user(world.district_staff)
    told = client.get(f"/api/v1/matters/{matter.code}/clocks/").json()["clocks"]
    assert [one["light"] for one in told if one["kind"] == kind] == [None]
    page = client.get(reverse("clocks:reckoning", args=[matter.code, clock.pk])).content.decode()
    assert "告警" not in page
    assert "黄灯" not in page


def test_programs_learn_what_a_limit_comes_to(world: HandlingWorld) -> None:
    client = as_user(world.staff)
    told = client.get("/api/v1/workdays/due/?start=2026-01-31&amount=1&unit=months").json()
    assert (told["due_on"], told["provisional"]) == ("2026-03-02", True)


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "1501"}, {"amount": "-1"}, {"unit": "years"}, {"start": "2026-02-30"}, {"start": "0001-01-01"}],
)
def test_programs_are_told_which_value_is_wrong(world: HandlingWorld, wrong: dict[str, str]) -> None:
    given = {"start": "2026-01-31", "amount": "1", "unit": "working_days", **wrong}
    answer = as_user(world.staff).get("/api/v1/workdays/due/", given)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(wrong)


def test_history_of_the_matter_says_what_the_import_moved(world: HandlingWorld) -> None:
    clock = started(world)
    as_user(world.district_staff).post(f"{PLACE}import/", {"text": LIST})
    clocks.follow_calendar(now=NOW)
    page = as_user(world.district_staff).get(f"/desk/matters/{clock.matter.code}/").content.decode()
    assert "工作日历有改动。" in page
    assert "办理答复：12月2日（星期三）改为12月3日（星期四）" in page


def test_resident_reads_how_the_promised_day_came_about(world: HandlingWorld) -> None:
    matter = open_matter(world)
    page = Client().get(f"/t/{matter.code}/").content.decode()
    assert "这个日期是怎么算的" in page
    assert "（暂定）" in page
    as_user(world.district_staff).post(f"{PLACE}import/", {"text": LIST})
    clocks.follow_calendar(now=NOW)
    assert "（暂定）" not in Client().get(f"/t/{matter.code}/").content.decode()
