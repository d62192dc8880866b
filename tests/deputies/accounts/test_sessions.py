"""The idle limit, and what the guard leaves alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from deputies.accounts.models import Role, User
from tests.factories.accounts import UserFactory, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/jobs/"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False) as held:
        yield held


@pytest.fixture
def staff(client: Client, clock: Any) -> User:
    user = UserFactory.create(role=Role.STREET_STAFF)
    client.force_login(user)
    assert client.get(PAGE).status_code == 200
    return user


def test_staff_may_rest_for_a_quarter_of_an_hour(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=15))
    assert client.get(PAGE).status_code == 200


def test_staff_who_rested_longer_sign_in_again_and_return(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=15, seconds=1))
    response = client.get(f"{PAGE}?a=1")
    assert response["Location"] == "/accounts/login/?next=%2Fdesk%2Fjobs%2F%3Fa%3D1&idle=1"
    assert "_auth_user_id" not in client.session
    assert "15 分钟没有操作" in client.get(response["Location"]).content.decode()


def test_activity_prolongs_the_session(client: Client, clock: Any, staff: User) -> None:
    for _n in range(5):
        clock.shift(timedelta(minutes=10))
        assert client.get(PAGE).status_code == 200


def test_clock_set_back_neither_ends_work_nor_prolongs_rest(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=-10))
    assert client.get(PAGE).status_code == 200
    clock.shift(timedelta(minutes=15, seconds=1))
    assert client.get(PAGE).status_code == 302


def test_clock_set_back_by_hours_asks_to_sign_in_again(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(hours=-3))
    assert client.get(PAGE).status_code == 302


def test_public_pages_neither_prolong_nor_end_the_session(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=14))
    assert client.get("/healthz").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get("/healthz").status_code == 200
    assert "idle=1" in client.get(PAGE)["Location"]


def test_limit_is_configurable(client: Client, clock: Any, staff: User, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    clock.shift(timedelta(minutes=6))
    assert "idle=1" in client.get(PAGE)["Location"]


def test_deputy_on_the_own_phone_may_rest_for_twelve_hours(client: Client, clock: Any) -> None:
    client.force_login(UserFactory.create(role=Role.DEPUTY))
    assert client.get(PAGE).status_code == 200
    clock.shift(timedelta(hours=11, minutes=59))
    assert client.get(PAGE).status_code == 200


def test_form_sent_after_resting_returns_to_the_page_it_stood_on(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=16))
    response = client.post("/accounts/password/", {}, headers={"Referer": "http://testserver/desk/jobs/?b=2"})
    assert response["Location"] == "/accounts/login/?next=%2Fdesk%2Fjobs%2F%3Fb%3D2&idle=1"


def test_form_sent_from_elsewhere_returns_nowhere(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=16))
    response = client.post("/accounts/password/", {}, headers={"Referer": "https://elsewhere.example/x"})
    assert response["Location"] == "/accounts/login/?next=&idle=1"


def test_fragment_asked_for_after_resting_leaves_the_page(client: Client, clock: Any, staff: User) -> None:
    clock.shift(timedelta(minutes=16))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/jobs/?c=3"}
    response = client.get(PAGE, headers=headers)
    assert response.status_code == 204
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fdesk%2Fjobs%2F%3Fc%3D3&idle=1"


def test_visitor_without_account_is_led_to_sign_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == "/accounts/login/?next=%2Fdesk%2Fjobs%2F"


def test_public_page_loads_no_user(client: Client, django_assert_num_queries: Any) -> None:
    sign_in(client, UserFactory.create())
    with django_assert_num_queries(0):
        client.get("/healthz")


def test_reading_pages_writes_the_session_at_most_once_a_minute(client: Client, clock: Any, staff: User) -> None:
    before = client.session["seen"]
    clock.shift(timedelta(seconds=30))
    client.get(PAGE)
    assert client.session["seen"] == before
    clock.shift(timedelta(seconds=31))
    client.get(PAGE)
    assert client.session["seen"] > before
