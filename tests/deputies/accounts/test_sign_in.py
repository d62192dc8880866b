"""Signing in and out, the lock after five failures, the first change of password."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deputies.accounts import services
from deputies.accounts.models import Role, User
from deputies.accounts.queries import locked_until
from tests.factories.accounts import PASSWORD, UserFactory, sign_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEW = "Grey-Heron-4711"


@pytest.fixture
def user() -> User:
    return UserFactory.create(username="zhang.yun", role=Role.HANDLER)


def _post(client: Client, username: str = "zhang.yun", password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password, **more})


def _is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_sign_in_leads_to_the_desk_and_changes_the_session_key(client: Client, user: User) -> None:
    client.get(LOGIN)
    client.session.save()
    before = client.session.session_key
    response = _post(client)
    assert (response.status_code, response["Location"]) == (302, "/desk/")
    assert client.session.session_key != before


def test_sign_in_goes_on_to_the_page_that_was_wanted(client: Client, user: User) -> None:
    assert _post(client, next="/desk/jobs/?a=1")["Location"] == "/desk/jobs/?a=1"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x"]
)
def test_sign_in_never_leads_to_another_site(client: Client, user: User, target: str) -> None:
    assert _post(client, next=target)["Location"] == "/desk/"


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.SYSTEM_ADMIN, "accounts:list"),
        (Role.SECURITY_ADMIN, "accounts:security"),
        (Role.AUDIT_ADMIN, "accounts:audit"),
    ],
)
def test_sign_in_of_an_administrator_leads_to_the_own_page(client: Client, role: Role, name: str) -> None:
    UserFactory.create(username="zhang.yun", role=role)
    assert _post(client)["Location"] == reverse(name)


@pytest.mark.parametrize("username", ["zhang.yun", "nobody", "𠮷", "' OR 1=1 --"])
def test_refusal_is_the_same_whether_the_user_exists_or_not(client: Client, user: User, username: str) -> None:
    response = _post(client, username=username, password="wrong")
    assert response.status_code == 422
    assert "用户名或密码不对" in response.content.decode()
    assert not _is_signed_in(client)


def test_refusal_keeps_the_username_and_not_the_password(client: Client, user: User) -> None:
    page = _post(client, password="wrong-secret").content.decode()
    assert 'value="zhang.yun"' in page
    assert "wrong-secret" not in page


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"username": "zhang.yun"},
        {"username": "a" * 10_000, "password": "x"},
        {"username": "zhang.yun", "password": "x" * 10_000},
        {"username": "zhang\x00yun", "password": "x"},
    ],
)
def test_odd_input_is_refused_at_the_field(client: Client, user: User, data: dict[str, str]) -> None:
    assert client.post(LOGIN, data).status_code == 422


def test_closed_account_cannot_sign_in(client: Client, user: User) -> None:
    services.deactivate(user, by=None, now=timezone.now())
    assert _post(client).status_code == 422


def test_sign_in_page_of_somebody_signed_in_leads_on(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get(LOGIN)["Location"] == "/desk/"


def test_sign_out_ends_the_session(client: Client, user: User) -> None:
    client.force_login(user)
    response = client.post("/accounts/logout/")
    assert response["Location"] == "/accounts/login/?out=1"
    assert not _is_signed_in(client)
    assert "已经退出登录" in client.get(response["Location"]).content.decode()


def test_sign_out_by_a_link_is_not_possible(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/accounts/logout/").status_code == 405
    assert _is_signed_in(client)


# The lock


def _fail(client: Client, times: int, username: str = "zhang.yun", **headers: str) -> Any:
    for _n in range(times):
        response = client.post(LOGIN, {"username": username, "password": "wrong"}, headers=headers)
    return response


def test_fifth_failure_locks_the_account_and_says_when_to_come_back(client: Client, user: User) -> None:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        assert _fail(client, 4).status_code == 422
        response = _fail(client, 1)
    assert response.status_code == 429
    assert "10:30" in response.content.decode()
    assert response["Retry-After"] == "1800"


def test_locked_account_refuses_the_right_password(client: Client, user: User) -> None:
    _fail(client, 5)
    assert _post(client).status_code == 429
    assert not _is_signed_in(client)


def test_lock_counts_failures_from_all_places(client: Client, user: User) -> None:
    for number in range(4):
        client.post(LOGIN, {"username": "zhang.yun", "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert client.post(LOGIN, {"username": "zhang.yun", "password": "wrong"}, REMOTE_ADDR="10.0.0.9").status_code == 429


def test_lock_of_a_name_without_account_looks_the_same(client: Client) -> None:
    assert _fail(client, 5, username="nobody").status_code == 429


def test_lock_of_one_account_leaves_the_others_alone(client: Client, user: User) -> None:
    UserFactory.create(username="li.yun")
    _fail(client, 5)
    assert _post(client, username="li.yun").status_code == 302


def test_lock_ends_after_half_an_hour_although_it_was_tried_again(client: Client, user: User) -> None:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False) as clock:
        _fail(client, 5)
        clock.shift(timedelta(minutes=20))
        assert _post(client).status_code == 429
        clock.shift(timedelta(minutes=10, seconds=1))
        assert _post(client).status_code == 302


def test_success_before_the_fifth_failure_begins_the_count_anew(client: Client, user: User) -> None:
    _fail(client, 4)
    assert _post(client).status_code == 302
    client.logout()
    assert _fail(client, 4).status_code == 422


def test_locked_until_follows_the_failures_that_lapse_first(client: Client, user: User) -> None:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False) as clock:
        client.post(LOGIN, {"username": "zhang.yun", "password": "wrong"}, REMOTE_ADDR="10.0.0.1")
        first = timezone.now()
        clock.shift(timedelta(minutes=10))
        _fail(client, 4)
        assert locked_until("zhang.yun", now=timezone.now()) == first + timedelta(minutes=30)
        clock.shift(timedelta(minutes=20, seconds=1))
        assert locked_until("zhang.yun", now=timezone.now()) is None


# The first change of password


@pytest.fixture
def newcomer() -> User:
    return UserFactory.create(username="li.yun", role=Role.HANDLER, must_change_password=True)


def test_newcomer_is_led_to_the_change_from_any_page(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    response = client.get("/desk/jobs/?a=1")
    assert response["Location"] == "/accounts/password/?next=%2Fdesk%2Fjobs%2F%3Fa%3D1"
    page = client.get(response["Location"]).content.decode()
    assert "请先设置自己的密码" in page
    assert "/desk/jobs/?a=1" in page


def test_newcomer_goes_on_after_the_change(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    response = _change(client, next="/desk/jobs/")
    assert response["Location"] == "/desk/jobs/"
    assert client.get("/desk/jobs/").status_code == 200


def test_newcomer_may_sign_out_instead(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    assert client.post("/accounts/logout/").status_code == 302


def _change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW, **more: str) -> Any:
    data = {"old_password": old, "new_password": new, "again": again, **more}
    return client.post("/accounts/password/", data)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"old": "wrong"}, "现在的密码不对"),
        ({"again": "Grey-Heron-4712"}, "两次输入的新密码不一样"),
        ({"new": PASSWORD, "again": PASSWORD}, "不能与最近用过的"),
        ({"new": "short", "again": "short"}, "至少"),
        ({"new": "", "again": ""}, "必填"),
    ],
)
def test_change_of_password_is_refused_at_the_field(
    client: Client, user: User, values: dict[str, str], words: str
) -> None:
    client.force_login(user)
    response = _change(client, **values)
    assert response.status_code == 422
    assert words in response.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_change_of_password_ends_the_other_sessions_and_keeps_this_one(client: Client, user: User) -> None:
    other = Client()
    other.force_login(user)
    client.force_login(user)
    _change(client)
    assert client.get("/desk/jobs/").status_code == 200
    assert other.get("/desk/jobs/").status_code == 302


def test_reset_and_closing_end_the_sessions_for_good(client: Client, user: User) -> None:
    admin = UserFactory.create(role=Role.SYSTEM_ADMIN)
    client.force_login(user)
    services.deactivate(user, by=admin, now=timezone.now())
    assert client.get("/desk/jobs/").status_code == 302
    services.reactivate(user, by=admin, now=timezone.now())
    assert client.get("/desk/jobs/").status_code == 302


def test_own_pages_need_a_signed_in_user(client: Client) -> None:
    for address in ("/accounts/password/", "/accounts/second-factor/", "/accounts/second-factor/setup/"):
        assert client.get(address)["Location"].startswith(LOGIN)


def test_password_page_is_not_kept_by_the_browser(client: Client, user: User) -> None:
    sign_in(client, user)
    assert "no-store" in client.get("/accounts/password/")["Cache-Control"]
