"""The security administrator's pages."""

from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from deputies.accounts.models import Reveal, Role, User
from deputies.accounts.services import chain_of, reveal_phone
from liaison.base.audit.models import Event
from tests.factories.accounts import PASSWORD, UserFactory, sign_in

pytestmark = pytest.mark.django_db
LOCKED = "/desk/security/"
FAILURES = "/desk/security/failures/"
REVEALS = "/desk/security/reveals/"
FACTORS = "/desk/security/second-factors/"
PAGES = (LOCKED, FAILURES, REVEALS, FACTORS)


@pytest.fixture
def admin(client: Client) -> User:
    user = UserFactory.create(role=Role.SECURITY_ADMIN)
    sign_in(client, user)
    return user


def _lock(username: str) -> None:
    for _n in range(5):
        Client().post("/accounts/login/", {"username": username, "password": "wrong"})


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECURITY_ADMIN])
def test_every_other_role_is_refused_on_every_page(client: Client, role: Role) -> None:
    person = UserFactory.create(role=Role.AUDIT_ADMIN)
    sign_in(client, UserFactory.create(role=role))
    for page in PAGES:
        assert client.get(page).status_code == 403, page
    for page in (f"{LOCKED}unlock/{person.pk}/", f"{FACTORS}{person.pk}/remove/"):
        assert client.post(page).status_code == 403, page


def test_locked_account_is_listed_and_unlocked(client: Client, admin: User) -> None:
    person = UserFactory.create(username="li.yun", name="李云")
    _lock("li.yun")
    page = client.get(LOCKED).content.decode()
    assert "李云" in page
    client.post(f"{LOCKED}unlock/{person.pk}/")
    assert "现在没有锁定的账号" in client.get(LOCKED).content.decode()
    assert Client().post("/accounts/login/", {"username": "li.yun", "password": PASSWORD}).status_code == 302
    event = Event.objects.get(chain=chain_of(person))
    assert (event.verb, event.by) == ("account.unlocked", admin)


def test_locked_name_without_account_is_listed_as_such(client: Client, admin: User) -> None:
    _lock("nobody")
    page = client.get(LOCKED).content.decode()
    assert "nobody" in page
    assert "没有这个账号" in page
    assert "解除锁定</button>" not in page


def test_unlock_of_nobody_is_not_found(client: Client, admin: User) -> None:
    assert client.post(f"{LOCKED}unlock/999999/").status_code == 404


def test_failures_are_listed_and_searched(client: Client, admin: User) -> None:
    _lock("li.yun")
    Client().post("/accounts/login/", {"username": "wang", "password": "very-secret"})
    page = client.get(FAILURES).content.decode()
    assert page.count("密码不对") == 5
    assert "very-secret" not in page
    assert "wang" not in client.get(FAILURES, {"q": "li."}).content.decode()


def test_failed_password_is_kept_nowhere(client: Client, admin: User) -> None:
    Client().post("/accounts/login/", {"username": "wang", "password": "very-secret"})
    kept = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert kept
    assert "very-secret" not in str(kept)


def test_reveals_are_listed_with_reason_and_searched(client: Client, admin: User) -> None:
    user = UserFactory.create(role=Role.STREET_STAFF, name="李云")
    reveal_phone("13800001234", by=user, about="matter:7", what="反映人电话", reason="核实地点", now=timezone.now())
    page = client.get(REVEALS).content.decode()
    assert "核实地点" in page
    assert "13800001234" not in page
    assert "核实地点" not in client.get(REVEALS, {"q": "王"}).content.decode()


def test_second_factor_of_another_administrator_is_removed(client: Client, admin: User) -> None:
    person = UserFactory.create(role=Role.AUDIT_ADMIN, name="李云")
    TOTPDevice.objects.create(user=person, name="phone", confirmed=True)
    assert "已绑定" in client.get(FACTORS).content.decode()
    client.post(f"{FACTORS}{person.pk}/remove/")
    assert not TOTPDevice.objects.filter(user=person).exists()
    assert Event.objects.get(chain=chain_of(person)).verb == "account.second_factor_removed"


def test_second_factor_page_shows_no_secret(client: Client, admin: User) -> None:
    device = TOTPDevice.objects.get(user=admin)
    assert device.key not in client.get(FACTORS).content.decode()


def test_own_second_factor_is_not_removed(client: Client, admin: User) -> None:
    assert client.post(f"{FACTORS}{admin.pk}/remove/").status_code == 409
    assert TOTPDevice.objects.filter(user=admin).exists()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("count", [1, 30])
def test_lists_ask_the_same_at_any_length(
    client: Client, admin: User, page: str, count: int, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    for number in range(count):
        user = UserFactory.create(
            username=f"u{number}", role=Role.AUDIT_ADMIN if page == FACTORS else Role.STREET_STAFF
        )
        common = {"username": f"u{number}", "user_agent": "x", "http_accept": "", "path_info": ""}
        AccessAttempt.objects.create(**common, failures_since_start=9, get_data="", post_data="")
        AccessFailureLog.objects.create(**common)
        Reveal.objects.create(user=user, about="matter:1", what="电话", reason="核实地点", at=now)
    client.get(page)  # the first page of a minute also notes the activity
    with django_assert_max_num_queries(5):
        assert "u0" in client.get(page).content.decode() or page == REVEALS


@pytest.mark.parametrize("page", PAGES)
def test_lists_with_odd_parameters_are_shown(client: Client, admin: User, page: str) -> None:
    assert client.get(page, {"q": "' OR 1=1 --", "page": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "header", "kept"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (1, "<script>", None),
        (1, "", "127.0.0.1"),
    ],
)
def test_failure_keeps_the_address_that_our_own_proxy_wrote(
    client: Client, settings: Any, proxies: int, header: str, kept: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    client.post("/accounts/login/", {"username": "x", "password": "y"}, headers={"X-Forwarded-For": header})
    assert AccessFailureLog.objects.get().ip_address == kept
