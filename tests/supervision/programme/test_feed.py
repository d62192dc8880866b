"""The calendar feed, read by a library that owes nothing to ours; and the pure writer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from liaison.base.errors import NotAllowed
from liaison.base.workdays.arithmetic import SHANGHAI
from supervision.programme import services
from supervision.programme.ical import OCTETS, Entry, calendar, folded
from supervision.programme.models import Activity, Feed
from tests.factories.matters import NOW, HandlingWorld, later
from tests.factories.programme import announced, planned


def events(feed: Feed) -> list[Any]:
    response = Client().get(f"/calendar/{feed.token}.ics")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return read(response.content.decode())


def test_feed_tells_when_where_and_in_which_zone(world: HandlingWorld) -> None:
    activity = announced(world)
    (event,) = events(services.renew_feed(by=world.deputy_user, now=NOW))
    assert event["UID"].startswith(f"activity-{activity.pk}@")
    assert event["SUMMARY"] == "座谈会 老旧小区路灯座谈会"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (activity.starts_at, activity.ends_at)
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert f"{event['DTSTART'].dt:%Y-%m-%d %H:%M}" == "2026-11-30 09:00"
    assert (event["STATUS"], event["SEQUENCE"], event["LOCATION"]) == ("CONFIRMED", 0, "荷塘联络站")


def test_change_and_cancellation_reach_the_calendar(world: HandlingWorld) -> None:
    activity = announced(world)
    feed = services.renew_feed(by=world.handler, now=NOW)
    start = later(14)
    services.postpone(activity=activity, starts_at=start, ends_at=start, reason="暴雨", by=world.staff, now=later(1))
    (moved,) = events(feed)
    assert (moved["DTSTART"].dt, moved["SEQUENCE"]) == (start, 1)
    services.cancel(activity=activity, reason="并会", by=world.staff, now=later(2))
    (gone,) = events(feed)
    assert (gone["STATUS"], gone["SEQUENCE"], gone["LAST-MODIFIED"].dt) == ("CANCELLED", 2, later(2))


def test_feed_shows_only_what_its_person_may_see(world: HandlingWorld) -> None:
    announced(world)
    planned(world, title="还在筹备")
    shown = {
        user.username: len(events(services.renew_feed(by=user, now=NOW)))
        for user in (world.deputy_user, world.other_deputy_user, world.handler, world.other_handler, world.staff)
    }
    assert shown == {"deputy": 1, "deputy2": 0, "handler": 1, "handler2": 0, "staff": 2}


def test_planned_activity_is_tentative_to_its_organiser(world: HandlingWorld) -> None:
    planned(world)
    (event,) = events(services.renew_feed(by=world.staff, now=NOW))
    assert event["STATUS"] == "TENTATIVE"


def test_feed_of_a_body_is_for_its_own_people(world: HandlingWorld) -> None:
    announced(world)
    feed = services.renew_feed(by=world.handler, organisation=world.department, now=NOW)
    assert len(events(feed)) == 1
    with pytest.raises(NotAllowed):
        services.renew_feed(by=world.handler, organisation=world.committee, now=NOW)
    world.handler.organisation = world.other_department
    world.handler.save()
    assert events(feed) == [], "who has left the body reads its calendar no more"


def test_renewed_link_closes_the_old_one(world: HandlingWorld) -> None:
    old = services.renew_feed(by=world.deputy_user, now=NOW)
    old_token = old.token
    fresh = services.renew_feed(by=world.deputy_user, now=NOW)
    assert fresh.pk == old.pk
    assert Client().get(f"/calendar/{old_token}.ics").status_code == 404
    world.deputy_user.is_active = False
    world.deputy_user.save()
    assert Client().get(f"/calendar/{fresh.token}.ics").status_code == 404
    assert Client().get("/calendar/nothing.ics").status_code == 404


def test_feed_asks_as_little_for_thirty_as_for_one(world: HandlingWorld, django_assert_max_num_queries: Any) -> None:
    feed = services.renew_feed(by=world.staff, now=NOW)
    for number in range(12):
        planned(world, title=f"座谈会{number}")
    with django_assert_max_num_queries(8):
        assert len(events(feed)) == Activity.objects.count()


def read(text: str) -> list[Any]:
    """The events of a calendar as text."""
    return list(Calendar.from_ical(text).walk("VEVENT"))


def entry(**changes: Any) -> Entry:
    values: dict[str, Any] = {
        "uid": "a@b", "sequence": 0, "changed_at": NOW, "starts_at": NOW, "ends_at": NOW + timedelta(hours=1),
        "all_day": False, "summary": "座谈", "location": "站", "description": "", "url": "http://x/", **changes,
    }  # fmt: skip
    return Entry(**values)


def test_day_in_shanghai_is_told_though_it_is_another_in_utc() -> None:
    start = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
    text = calendar("x", [entry(starts_at=start, ends_at=start, all_day=True)])
    (event,) = read(text)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 1), date(2026, 12, 2))


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_comes_back_and_no_line_is_too_long(text: str) -> None:
    written = calendar("x", [entry(summary=text)])
    assert all(len(line.encode()) <= OCTETS for line in written.split("\r\n"))
    (event,) = read(written)
    kept = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    assert str(event["SUMMARY"]) == kept


def test_folding_tears_no_character_apart() -> None:
    parts = list(folded("汉" * 60))
    assert "".join(part.removeprefix(" ") for part in parts) == "汉" * 60
    assert len(parts) == 3


def test_zone_has_no_summer_time() -> None:
    start = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
    (event,) = read(calendar("x", [entry(starts_at=start)]))
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=8)
