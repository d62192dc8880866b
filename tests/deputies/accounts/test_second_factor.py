"""The administrators' second factor, with real digits."""

import re
from base64 import b32decode
from binascii import hexlify
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from deputies.accounts.models import ADMIN_ROLES, Role, User
from deputies.accounts.second_factor import remove_second_factor
from deputies.accounts.services import OwnAccount, chain_of
from liaison.base.audit.models import Event
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
ASK = "/accounts/second-factor/"
SETUP = "/accounts/second-factor/setup/"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False) as held:
        yield held


@pytest.fixture
def admin(clock: Any) -> User:
    return UserFactory.create(username="admin", role=Role.AUDIT_ADMIN)


def _digits(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06}"


def _bind(client: Client, admin: User) -> TOTPDevice:
    client.force_login(admin)
    client.get(SETUP)
    device = TOTPDevice.objects.get(user=admin)
    assert client.post(SETUP, {"token": _digits(device)}).status_code == 302
    return device


@pytest.mark.parametrize("role", ADMIN_ROLES)
def test_administrator_sees_nothing_before_the_second_factor(client: Client, role: Role) -> None:
    client.force_login(UserFactory.create(role=role))
    for page in ("/desk/accounts/", "/desk/security/", "/desk/audit/", "/desk/jobs/", "/admin/", "/accounts/password/"):
        response = client.get(page)
        assert response["Location"].startswith(ASK), page


def test_others_are_not_asked(client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.DISTRICT_LEADER))
    assert client.get("/desk/jobs/").status_code == 200
    assert client.get(ASK)["Location"] == "/desk/"


def test_first_sign_in_shows_a_symbol_and_a_key_and_binds(client: Client, admin: User) -> None:
    client.post("/accounts/login/", {"username": "admin", "password": PASSWORD})
    page = client.get(ASK).content.decode()
    assert "<svg" in page
    device = TOTPDevice.objects.get(user=admin)
    key = "".join(re.findall(r'<span class="code">([A-Z2-7 ]+)</span>', page)).replace(" ", "")
    assert hexlify(b32decode(key)).decode() == device.key
    response = client.post(SETUP, {"token": _digits(device), "next": "/desk/audit/?day=2026-11-23"})
    assert response["Location"] == "/desk/audit/?day=2026-11-23"
    assert client.get("/desk/audit/").status_code == 200
    assert Event.objects.get(chain=chain_of(admin)).verb == "account.second_factor_added"


def test_looking_at_the_setup_twice_shows_the_same_key(client: Client, admin: User) -> None:
    client.force_login(admin)
    client.get(SETUP)
    client.get(SETUP)
    assert TOTPDevice.objects.filter(user=admin).count() == 1


@pytest.mark.parametrize("token", ["", "12345", "1234567", "abcdef", "１２３４５６", "' OR 1"])
def test_odd_digits_are_refused_at_the_field(client: Client, admin: User, token: str) -> None:
    client.force_login(admin)
    response = client.post(SETUP, {"token": token})
    assert response.status_code == 422
    assert not TOTPDevice.objects.filter(confirmed=True).exists()


def test_digits_typed_with_a_space_are_taken(client: Client, admin: User) -> None:
    client.force_login(admin)
    client.get(SETUP)
    digits = _digits(TOTPDevice.objects.get(user=admin))
    assert client.post(SETUP, {"token": f"{digits[:3]} {digits[3:]}"}).status_code == 302


def test_next_sign_in_asks_for_the_digits(client: Client, clock: Any, admin: User) -> None:
    device = _bind(client, admin)
    again = Client()
    clock.shift(timedelta(seconds=60))
    again.post("/accounts/login/", {"username": "admin", "password": PASSWORD})
    page = again.get(ASK).content.decode()
    assert "<svg" not in page.split("<main", 1)[1].split("qr", 1)[0]
    assert device.key not in page
    before = again.session.session_key
    assert again.post(ASK, {"token": _digits(device)}).status_code == 302
    assert again.session.session_key != before
    assert again.get("/desk/audit/").status_code == 200


def test_digits_cannot_be_used_twice(client: Client, admin: User) -> None:
    device = _bind(client, admin)
    again = Client()
    again.force_login(admin)
    response = again.post(ASK, {"token": _digits(device)})
    assert response.status_code == 422
    assert "已经用过" in response.content.decode()


def test_wrong_digits_make_the_right_ones_wait(client: Client, clock: Any, admin: User) -> None:
    device = _bind(client, admin)
    again = Client()
    again.force_login(admin)
    clock.shift(timedelta(seconds=60))
    wrong = f"{(int(_digits(device)) + 1) % 10**6:06}"
    for _n in range(4):
        assert again.post(ASK, {"token": wrong}).status_code == 422
    assert again.post(ASK, {"token": _digits(device)}).status_code == 422
    clock.shift(timedelta(seconds=60))
    assert again.post(ASK, {"token": _digits(device)}).status_code == 302


def test_setup_cannot_be_begun_again_by_who_knows_only_the_password(client: Client, admin: User) -> None:
    device = _bind(client, admin)
    thief = Client()
    thief.force_login(admin)
    assert thief.get(SETUP).status_code == 302
    assert TOTPDevice.objects.get(user=admin) == device
    assert thief.get("/desk/audit/")["Location"].startswith(ASK)


def test_password_cannot_be_changed_before_the_digits(client: Client, admin: User) -> None:
    _bind(client, admin)
    thief = Client()
    thief.force_login(admin)
    data = {"old_password": PASSWORD, "new_password": "Grey-Heron-4711", "again": "Grey-Heron-4711"}
    assert thief.post("/accounts/password/", data)["Location"].startswith(ASK)
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)


def test_removed_factor_is_bound_anew_and_the_old_session_ends(client: Client, admin: User) -> None:
    _bind(client, admin)
    remove_second_factor(admin, by=UserFactory.create(role=Role.SECURITY_ADMIN), now=timezone.now())
    assert client.get("/desk/audit/")["Location"].startswith(ASK)
    assert "<svg" in client.get(ASK).content.decode()


def test_nobody_removes_the_own_factor(admin: User) -> None:
    with pytest.raises(OwnAccount):
        remove_second_factor(admin, by=admin, now=timezone.now())


def test_wait_after_wrong_digits_is_told(client: Client, clock: Any, admin: User) -> None:
    device = _bind(client, admin)
    again = Client()
    again.force_login(admin)
    clock.shift(timedelta(minutes=5))
    for _try in range(5):
        clock.shift(timedelta(seconds=40))
        assert "验证码不对" in again.post(ASK, {"token": "000000"}).content.decode()
    answer = again.post(ASK, {"token": _digits(device)})
    assert answer.status_code == 422
    assert "请过 16 秒再输" in answer.content.decode()
    clock.shift(timedelta(seconds=17))
    assert again.post(ASK, {"token": _digits(device)}).status_code == 302
