"""征集 (X4): what residents send in from a theme's page is attached to it, by itself and once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.intake.models import Opinion
from opinions.intake.queries import campaign_code, campaign_of
from opinions.intake.services.submission import submit
from supervision.programme import services
from supervision.programme.models import Activity, ActivityMatter
from supervision.programme.queries import way_in
from tests.factories.intake import IntakeWorld, entry, form, intake_world
from tests.factories.matters import NOW, TODAY, later, open_matter
from tests.factories.programme import activity_data, announced


@pytest.fixture
def at(db: None) -> IntakeWorld:
    return intake_world(rules=False)


def theme(at: IntakeWorld, **changes: Any) -> Activity:
    """Announced to residents; opinions are sought for two weeks from today."""
    days = {"opens_on": TODAY, "closes_on": TODAY + timedelta(days=14)}
    return announced(at.world, **{"kind": "thematic", "scope": "public", **days, **changes})


def raised(at: IntakeWorld, campaign: int | None, *, days: int = 0) -> Opinion:
    return submit(entry=entry(at, campaign=campaign), by=None, now=later(days)).opinion


def test_what_came_by_the_announcement_is_attached_once_and_says_so(at: IntakeWorld) -> None:
    activity = theme(at)
    mine, other = raised(at, activity.pk), raised(at, None)
    assert [services.attach_raised(now=NOW), services.attach_raised(now=NOW)] == [1, 0]
    assert list(activity.matters.values_list("pk", flat=True)) == [mine.pk]
    told = Event.objects.get(chain=mine.matter.chain, verb="plan_activity")
    assert (told.by, told.audience, told.data["body"]) == (None, "internal", activity.title)
    assert not Event.objects.filter(chain=other.matter.chain, verb="plan_activity").exists()
    assert list(verify()) == []


@pytest.mark.parametrize("case", ["early", "late", "internal", "planned", "cancelled", "strange"])
def test_what_is_out_of_time_or_names_no_open_theme_is_not_attached(at: IntakeWorld, case: str) -> None:
    changes: dict[str, Any] = {"internal": {"scope": "internal"}, "early": {"opens_on": TODAY + timedelta(days=2)}}
    activity = theme(at, **changes.get(case, {}))
    if case == "planned":
        Activity.objects.update(status="planned")
    elif case == "cancelled":
        services.cancel(activity=activity, reason="天气", by=at.world.staff, now=NOW)
    raised(at, 999 if case == "strange" else activity.pk, days=20 if case == "late" else 0)
    assert services.attach_raised(now=later(21)) == 0
    assert not ActivityMatter.objects.exists()


def test_missed_round_is_made_up_for_after_the_last_day(at: IntakeWorld) -> None:
    activity = theme(at)
    raised(at, activity.pk)
    assert services.attach_raised(now=later(30)) == 1
    assert ActivityMatter.objects.get().activity == activity


def test_change_of_the_activity_keeps_what_residents_raised(at: IntakeWorld) -> None:
    activity, named = theme(at), open_matter(at.world)
    mine = raised(at, activity.pk)
    services.attach_raised(now=NOW)
    days = {"opens_on": activity.opens_on, "closes_on": activity.closes_on}
    data = activity_data(kind="thematic", scope="public", matters=[named], **days)
    services.change_activity(activity=activity, data=data, by=at.world.staff, now=NOW)
    assert set(activity.matters.values_list("pk", flat=True)) == {mine.pk, named.pk}
    data = activity_data(kind="thematic", scope="public", title="改名", **days)
    services.change_activity(activity=activity, data=data, by=at.world.staff, now=NOW)
    assert set(activity.matters.values_list("pk", flat=True)) == {mine.pk}


def test_statements_do_not_grow_with_what_was_raised(at: IntakeWorld) -> None:
    counts = []
    for number in (1, 6):
        for _n in range(number):
            raised(at, theme(at).pk)
        with CaptureQueriesContext(connection) as caught:
            assert services.attach_raised(now=NOW) == number
        counts.append(len(caught))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as caught:
        services.attach_raised(now=later(90))
    assert not any("opinions_opinion" in one["sql"] for one in caught), "no theme is open: nothing is looked for"


def test_announcement_leads_to_the_form_and_what_is_sent_there_carries_the_theme(at: IntakeWorld) -> None:
    activity, client = theme(at), Client()
    page = client.get(reverse("programme:theme", args=[activity.pk])).content.decode()
    assert "<svg" in page
    address = way_in(activity)
    assert address.replace("&", "&amp;") in page
    street = client.get(address).content.decode()
    point = f"{at.point_path}?{address.split('?')[1]}"
    assert point in street
    shown = client.get(point).content.decode()
    assert "您从监督公告进来" in shown
    assert client.post(point, form()).status_code == 302
    assert Opinion.objects.get().campaign == activity.pk


@pytest.mark.parametrize("code", ["", "5", "5:forged", "x" * 500, "٣:x"])
def test_code_that_nobody_signed_is_ignored(at: IntakeWorld, code: str) -> None:
    assert campaign_of(code) is None
    client = Client()
    assert client.get(reverse("intake:home"), {"theme": code}).status_code == 200
    assert "您从监督公告进来" not in client.get(at.point_path, {"theme": code}).content.decode()


def test_signed_code_gives_its_activity_back() -> None:
    assert [campaign_of(campaign_code(key)) for key in (1, 7, 2**31 - 1)] == [1, 7, 2**31 - 1]
    assert campaign_of(campaign_code(2**31)) is None
