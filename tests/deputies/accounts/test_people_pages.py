"""The system administrator's pages."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deputies.accounts.models import Role, User
from deputies.accounts.services import chain_of
from liaison.base.audit.models import Event
from tests.factories.accounts import PASSWORD, UserFactory, sign_in
from tests.factories.organisations import OrganisationFactory, StreetWorld, street_world

pytestmark = pytest.mark.django_db
LIST = "/desk/accounts/"
NEW = "/desk/accounts/new/"
OUTSIDERS = [role for role in Role if role != Role.SYSTEM_ADMIN]


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.fixture
def admin(client: Client) -> User:
    user = UserFactory.create(username="root", role=Role.SYSTEM_ADMIN)
    sign_in(client, user)
    return user


def _values(world: StreetWorld, **more: Any) -> dict[str, Any]:
    return {
        "username": "li.yun", "name": "李云", "role": Role.HANDLER, "organisation": world.department.pk, "phone": "",
        "email": "", "wecom_id": "",
    } | more  # fmt: skip


@pytest.mark.parametrize("role", OUTSIDERS)
def test_every_other_role_is_refused_on_every_page(client: Client, role: Role) -> None:
    person = UserFactory.create()
    sign_in(client, UserFactory.create(role=role))
    for page in (LIST, NEW, f"{LIST}{person.pk}/", f"{LIST}{person.pk}/close/"):
        assert client.get(page).status_code == 403, page
    for page in (NEW, *(f"{LIST}{person.pk}/{verb}/" for verb in ("reset", "close", "reopen"))):
        assert client.post(page, {"reason": "x"}).status_code == 403, page
    person.refresh_from_db()
    assert person.is_active
    assert person.check_password(PASSWORD)


def test_list_shows_accounts_and_searches(client: Client, admin: User) -> None:
    UserFactory.create(username="li.yun", name="李云")
    UserFactory.create(
        username="wang", name="王云", organisation=OrganisationFactory.create(name="李家局"), role=Role.HANDLER
    )
    assert "王云" in client.get(LIST).content.decode()
    found = client.get(LIST, {"q": "李"}).content.decode()
    assert "李云" in found
    assert "王云" in found
    only = client.get(LIST, {"q": "李", "role": Role.HANDLER}).content.decode()
    assert "王云" in only
    assert "li.yun" not in only


def test_list_filters_closed_accounts(client: Client, admin: User) -> None:
    UserFactory.create(name="甲云", is_active=False)
    UserFactory.create(name="乙云")
    assert "乙云" not in client.get(LIST, {"active": "0"}).content.decode()
    assert "甲云" not in client.get(LIST, {"active": "1"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"role": "nobody"}, {"active": "7"}, {"page": "x"}, {"q": "' OR 1=1 --"}, {"q": "𠮷"}, {"q": "云" * 5000}],
)
def test_list_with_odd_parameters_is_shown(client: Client, admin: User, query: dict[str, str]) -> None:
    assert client.get(LIST, query).status_code == 200


def test_list_pages_by_key(client: Client, admin: User) -> None:
    for number in range(40):
        UserFactory.create(username=f"person{number:02}")
    first = client.get(LIST).content.decode()
    assert "person00" in first
    assert "person39" not in first
    link = re.findall(r'href="(\?[^"]*page=[^"]*)"', first)[-1].replace("&amp;", "&")
    assert "person39" in client.get(LIST + link).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_list_asks_the_same_at_any_length(
    client: Client, admin: User, count: int, django_assert_max_num_queries: Any
) -> None:
    UserFactory.create_batch(count, role=Role.HANDLER, organisation=OrganisationFactory.create())
    client.get(LIST)  # the first page of a minute also notes the activity
    with django_assert_max_num_queries(5):
        client.get(LIST)


def test_create_shows_a_temporary_password_once(client: Client, admin: User, world: StreetWorld) -> None:
    response = client.post(NEW, _values(world, phone="138 0000 1234"))
    page = response.content.decode()
    user = User.objects.get(username="li.yun")
    password = re.search(r'id="temporary">([^<]+)<', page)
    assert password
    assert user.check_password(password[1])
    assert (user.phone, user.must_change_password) == ("13800001234", True)
    assert "no-store" in response["Cache-Control"]
    assert Event.objects.get(chain=chain_of(user)).by == admin


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "root"}, "已经有人用了"),
        ({"username": "a b"}, "不能有空格"),
        ({"username": ""}, "必填"),
        ({"name": ""}, "必填"),
        ({"name": "云" * 10_000}, "60"),
        ({"role": "king"}, "请从列出的选项里选择"),
        ({"role": Role.DISTRICT_STAFF}, "“区人大工作人员”须属于人大常委会"),
        ({"organisation": ""}, "请选择机构"),
        ({"organisation": "999999"}, "请从列出的选项里选择"),
        ({"organisation": "x' --"}, "请从列出的选项里选择"),
        ({"phone": "12345"}, "11 位手机号码"),
        ({"email": "nowhere"}, "正确的邮箱地址"),
    ],
)
def test_create_with_bad_values_is_refused_at_the_field(
    client: Client, admin: User, world: StreetWorld, change: dict[str, str], words: str
) -> None:
    response = client.post(NEW, _values(world, **change))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert 'aria-invalid="true"' in page
    assert User.objects.count() == 1


def test_create_refused_keeps_what_was_typed(client: Client, admin: User, world: StreetWorld) -> None:
    page = client.post(NEW, _values(world, username="root", name="𠮷云<b>")).content.decode()
    assert 'value="𠮷云&lt;b&gt;"' in page


def test_edit_keeps_the_username_and_masks_the_telephone(client: Client, admin: User, world: StreetWorld) -> None:
    person = UserFactory.create(username="li.yun", phone="13800001234")
    page = client.get(f"{LIST}{person.pk}/").content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page
    assert 'name="username"' not in page
    client.post(f"{LIST}{person.pk}/", _values(world, username="other", name="新名"))
    person.refresh_from_db()
    assert (person.username, person.name, person.phone) == ("li.yun", "新名", "13800001234")


def test_edit_by_two_at_once_overwrites_nothing(client: Client, admin: User, world: StreetWorld) -> None:
    person = UserFactory.create(name="李云")
    page = client.get(f"{LIST}{person.pk}/").content.decode()
    shown = re.search(r'name="seen" value="(\w+)"', page)
    assert shown
    values = _values(world, seen=shown[1])
    assert client.post(f"{LIST}{person.pk}/", values | {"name": "李大云"}).status_code == 302
    second = client.post(f"{LIST}{person.pk}/", values | {"name": "李小云", "email": "typed@example.org"})
    assert second.status_code == 422
    assert "刚刚被别人改过" in second.content.decode()
    assert "typed@example.org" in second.content.decode()
    person.refresh_from_db()
    assert (person.name, person.email) == ("李大云", "")


def test_edit_removes_the_telephone_when_asked(client: Client, admin: User, world: StreetWorld) -> None:
    person = UserFactory.create(phone="13800001234")
    client.post(f"{LIST}{person.pk}/", _values(world, remove_phone="on"))
    person.refresh_from_db()
    assert (person.phone, person.phone_index) == ("", "")


def test_edit_of_nobody_is_not_found(client: Client, admin: User) -> None:
    assert client.get(f"{LIST}999999/").status_code == 404
    assert client.post(f"{LIST}999999/reset/").status_code == 404


def test_reset_shows_a_temporary_password(client: Client, admin: User) -> None:
    person = UserFactory.create()
    page = client.post(f"{LIST}{person.pk}/reset/").content.decode()
    person.refresh_from_db()
    password = re.search(r'id="temporary">([^<]+)<', page)
    assert password
    assert person.check_password(password[1])


def test_reset_by_a_link_is_not_possible(client: Client, admin: User) -> None:
    assert client.get(f"{LIST}{UserFactory.create().pk}/reset/").status_code == 405


def test_close_needs_a_reason_and_reopen_brings_back(client: Client, admin: User) -> None:
    person = UserFactory.create(name="李云")
    assert client.post(f"{LIST}{person.pk}/close/", {"reason": " "}).status_code == 422
    assert client.post(f"{LIST}{person.pk}/close/", {"reason": "调离"})["Location"] == LIST
    assert User.objects.filter(pk=person.pk, is_active=False).exists()
    assert client.post(f"{LIST}{person.pk}/reset/").status_code == 409
    assert client.post(f"{LIST}{person.pk}/reopen/").status_code == 200
    assert User.objects.filter(pk=person.pk, is_active=True).exists()


def test_close_page_is_a_dialog_for_htmx(client: Client, admin: User) -> None:
    page = client.get(f"{LIST}{UserFactory.create().pk}/close/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "停用" in page


def test_own_account_can_be_neither_closed_nor_reset(client: Client, admin: User) -> None:
    assert client.post(f"{LIST}{admin.pk}/close/", {"reason": "x"}).status_code == 409
    assert client.post(f"{LIST}{admin.pk}/reset/").status_code == 409
    page = client.get(f"{LIST}{admin.pk}/").content.decode()
    assert "/reset/" not in page


def test_last_sign_in_is_shown(client: Client, admin: User) -> None:
    UserFactory.create(last_login=timezone.now())
    assert "今天" in client.get(LIST).content.decode()
