"""The pages of the roster."""

import io
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from python_calamine import CalamineWorkbook

from deputies.accounts.models import Reveal, Role, User
from deputies.roster.models import ChatGroup, Deputy, Term
from deputies.roster.services import set_consent
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.organisations import StreetWorld, street_world
from tests.factories.roster import ChatGroupFactory, DeputyFactory, GroupFactory, TermFactory

pytestmark = pytest.mark.django_db
LIST = "/desk/roster/"


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.fixture
def staff(world: StreetWorld) -> User:
    return UserFactory.create(role=Role.STREET_STAFF, organisation=world.committee)


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    return sign_in(client, staff)


@pytest.fixture
def deputy(world: StreetWorld) -> Deputy:
    return DeputyFactory.create(name="单样云", organisation=world.committee, phone="13800001234")


def _page(name: str, *args: Any) -> str:
    return reverse(f"roster:{name}", args=args)


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def _picture(name: str = "照片.png", content: bytes | None = None) -> io.BytesIO:
    out = io.BytesIO()
    if content is None:
        Image.new("RGB", (60, 80), "navy").save(out, "PNG")
    else:
        out.write(content)
    out.seek(0)
    out.name = name
    return out


@pytest.mark.parametrize("role", [Role.STREET_STAFF, Role.DISTRICT_STAFF])
def test_list_costs_the_same_at_1_and_at_30_rows(client: Client, world: StreetWorld, role: Role) -> None:
    body = world.committee if role == Role.STREET_STAFF else world.congress
    sign_in(client, UserFactory.create(role=role, organisation=body))
    group, term = GroupFactory.create(organisation=world.congress), TermFactory.create(division=world.district)
    DeputyFactory.create(organisation=world.committee, term=term, groups=[group])
    at_one = _queries(client, LIST)
    DeputyFactory.create_batch(29, organisation=world.committee, term=term, groups=[group])
    assert _queries(client, LIST) == at_one
    assert at_one <= 8


def test_deputy_page_costs_the_same_with_a_long_history(desk: Client, deputy: Deputy, staff: User) -> None:
    few = _queries(desk, _page("deputy", deputy.pk))
    for number in range(12):
        fields = ["title"] if number % 2 else []
        set_consent(deputy=deputy, public_fields=fields, by=staff, now=timezone.now())
    assert _queries(desk, _page("deputy", deputy.pk)) == few
    assert few <= 12


def test_list_shows_own_and_not_others(desk: Client, deputy: Deputy, world: StreetWorld) -> None:
    DeputyFactory.create(name="外街代表", organisation=world.other_committee)
    text = desk.get(LIST).content.decode()
    assert "单样云" in text
    assert "外街代表" not in text


def test_list_is_found_by_initials_and_says_when_nothing_is(desk: Client, world: StreetWorld) -> None:
    DeputyFactory.create(name="单样云", pinyin="shan yangyun", initials="syy", organisation=world.committee)
    assert "单样云" in desk.get(LIST, {"q": "syy"}).content.decode()
    assert "没有符合条件的代表" in desk.get(LIST, {"q": "zzz"}).content.decode()


@pytest.mark.parametrize(
    "query", ["q=%E3%80%80", "standing=x", "group=9e9", "organisation=abc", "page=broken", "status='--"]
)
def test_list_with_strange_parameters_is_shown(desk: Client, deputy: Deputy, query: str) -> None:
    response = desk.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert "单样云" in response.content.decode()


@pytest.mark.parametrize("name", ["deputy", "edit", "consent", "pair", "photo", "photo_file", "code", "phone"])
def test_pages_of_another_streets_deputy_are_not_found(desk: Client, world: StreetWorld, name: str) -> None:
    other = DeputyFactory.create(organisation=world.other_committee, phone="13900001234")
    url = _page(name, other.pk)
    assert desk.get(url).status_code == 404
    assert desk.post(url, {"reason": "想看一看"}).status_code == (405 if name in ("deputy", "photo_file") else 404)
    assert desk.get(_page("deputy", 10**30)).status_code == 404


@pytest.mark.parametrize("verb", ["suspend", "resume", "end", "renew"])
def test_office_of_another_streets_deputy_is_not_found(desk: Client, world: StreetWorld, verb: str) -> None:
    other = DeputyFactory.create(organisation=world.other_committee)
    assert desk.post(_page("office", other.pk, verb), {"reason": "x", "on": "2026-11-22"}).status_code == 404
    other.refresh_from_db()
    assert other.status == "active"


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.HANDLER, Role.DEPARTMENT_HEAD])
def test_list_is_closed_to_other_roles(client: Client, world: StreetWorld, role: Role) -> None:
    body = world.committee if role == Role.DEPUTY else world.department
    sign_in(client, UserFactory.create(role=role, organisation=body))
    assert client.get(LIST).status_code == 403


def test_liaison_officer_reads_and_does_not_write(client: Client, world: StreetWorld, deputy: Deputy) -> None:
    sign_in(client, UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.committee))
    assert client.get(_page("deputy", deputy.pk)).status_code == 200
    assert client.get(_page("edit", deputy.pk)).status_code == 403
    assert client.post(_page("office", deputy.pk, "suspend"), {"reason": "x"}).status_code == 403


def _form(term: Term, world: StreetWorld, /, **values: Any) -> dict[str, Any]:
    known = {
        "name": "解样朗",
        "identity": "deputy",
        "level": "county",
        "term": term.pk,
        "organisation": world.committee.pk,
    }
    return known | values


def test_new_deputy_is_made_and_shown(desk: Client, world: StreetWorld) -> None:
    term = TermFactory.create(division=world.district)
    response = desk.post(_page("new"), _form(term, world, phone="138 0000 1234", electoral_district=world.electoral.pk))
    made = Deputy.objects.get(name="解样朗")
    assert response.status_code == 302
    assert response["Location"] == _page("deputy", made.pk)
    assert (made.phone, made.electoral_district, made.organisation) == ("13800001234", world.electoral, world.committee)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "请填写这一项"),
        ({"name": "字" * 61}, "60"),
        ({"term": ""}, "请选择届次"),
        ({"phone": "12345"}, "请填写 11 位手机号码"),
        ({"identity": "consultant"}, "议政代表没有级别"),
        ({"organisation": "999999"}, "请从列出的选项里选择"),
        ({"groups": "9" * 23}, "请从列出的选项里选择"),
        ({"name": "a\x00b"}, "看不见的特殊字符"),
    ],
)
def test_new_deputy_with_bad_input_is_told_at_the_field(
    desk: Client, world: StreetWorld, values: dict[str, Any], sentence: str
) -> None:
    term = TermFactory.create(division=world.district)
    response = desk.post(_page("new"), _form(term, world, title="打过的字 <b>", **values))
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert "打过的字 &lt;b&gt;" in text
    assert not Deputy.objects.exists()


def test_new_deputy_may_not_be_put_into_another_street(desk: Client, world: StreetWorld) -> None:
    term = TermFactory.create(division=world.district)
    response = desk.post(_page("new"), _form(term, world, organisation=world.other_committee.pk))
    assert response.status_code == 422
    assert not Deputy.objects.exists()


def test_edit_from_an_old_screen_is_told_and_keeps_what_was_typed(desk: Client, world: StreetWorld) -> None:
    term = TermFactory.create(division=world.district)
    deputy = DeputyFactory.create(organisation=world.committee, term=term)
    Deputy.objects.filter(pk=deputy.pk).update(version=5)
    response = desk.post(_page("edit", deputy.pk), _form(term, world, title="新职务", version=1))
    assert response.status_code == 422
    assert "别人刚刚处理了" in response.content.decode()
    assert 'value="新职务"' in response.content.decode()


def test_edit_saves(desk: Client, world: StreetWorld) -> None:
    term = TermFactory.create(division=world.district)
    deputy = DeputyFactory.create(organisation=world.committee, term=term)
    response = desk.post(_page("edit", deputy.pk), _form(term, world, title="新职务", version=1))
    assert response.status_code == 302
    deputy.refresh_from_db()
    assert (deputy.name, deputy.title, deputy.version) == ("解样朗", "新职务", 2)


def test_suspend_by_dialog_leaves_the_page(desk: Client, deputy: Deputy) -> None:
    url = _page("office", deputy.pk, "suspend")
    asked = desk.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in asked
    assert "暂停期间" in asked
    refused = desk.post(url, {"reason": ""}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    done = desk.post(url, {"reason": "接受审查"}, headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Redirect"]) == (204, _page("deputy", deputy.pk))
    deputy.refresh_from_db()
    assert deputy.status == "suspended"


def test_office_twice_says_that_it_cannot_be_done(desk: Client, deputy: Deputy) -> None:
    url = _page("office", deputy.pk, "suspend")
    desk.post(url, {"reason": "接受审查"})
    assert desk.post(url, {"reason": "接受审查"}).status_code == 422


def test_renew_needs_no_reason(desk: Client, world: StreetWorld) -> None:
    deputy = DeputyFactory.create(organisation=world.committee, status="ended")
    assert desk.post(_page("office", deputy.pk, "renew"), {}).status_code == 302
    deputy.refresh_from_db()
    assert deputy.status == "active"


def test_phone_is_masked_and_shown_once_with_a_reason(desk: Client, deputy: Deputy, staff: User) -> None:
    assert "138****1234" in desk.get(_page("deputy", deputy.pk)).content.decode()
    assert desk.post(_page("phone", deputy.pk), {"reason": "短"}).status_code == 422
    shown = desk.post(_page("phone", deputy.pk), {"reason": "通知参加座谈"})
    assert "13800001234" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Reveal.objects.get().user == staff


def test_edit_shows_the_phone_masked_and_keeps_it(desk: Client, world: StreetWorld) -> None:
    term = TermFactory.create(division=world.district)
    deputy = DeputyFactory.create(organisation=world.committee, term=term, phone="13800001234")
    text = desk.get(_page("edit", deputy.pk)).content.decode()
    assert "138****1234" in text
    assert "13800001234" not in text
    assert not Reveal.objects.exists()
    form = _form(term, world)
    for typed, kept in (("138****1234", "13800001234"), ("139 0000 1234", "13900001234"), ("", "")):
        response = desk.post(_page("edit", deputy.pk), form | {"phone": typed, "version": deputy.version})
        assert response.status_code == 302
        deputy.refresh_from_db()
        assert deputy.phone == kept


def test_photo_is_cleaned_shown_and_taken_away(desk: Client, deputy: Deputy) -> None:
    assert desk.post(_page("photo", deputy.pk), {"photo": _picture()}).status_code == 302
    shown = desk.get(_page("photo_file", deputy.pk))
    assert b"".join(shown).startswith(b"\xff\xd8")
    assert desk.post(_page("photo", deputy.pk), {"remove": "on"}).status_code == 302
    assert desk.get(_page("photo_file", deputy.pk)).status_code == 404


@pytest.mark.parametrize("content", [b"not a picture at all", b"\xff\xd8\xff\xe0broken", b""])
def test_photo_that_is_none_is_refused_at_the_field(desk: Client, deputy: Deputy, content: bytes) -> None:
    response = desk.post(_page("photo", deputy.pk), {"photo": _picture("x.jpg", content)})
    assert response.status_code == 422
    deputy.refresh_from_db()
    assert deputy.photo is None


def test_me_is_the_deputys_own_page(client: Client, world: StreetWorld) -> None:
    user = UserFactory.create(role=Role.DEPUTY, organisation=world.committee)
    sign_in(client, user)
    assert client.get(_page("me")).status_code == 404
    deputy = DeputyFactory.create(name="单样云", organisation=world.committee, user=user)
    assert "单样云" in client.get(_page("me")).content.decode()
    assert client.post(_page("me"), {"public_fields": ["biography"]}).status_code == 302
    deputy.refresh_from_db()
    assert deputy.public_fields == ["biography"]


def test_export_holds_the_rows_of_the_list_with_masked_numbers(
    desk: Client, deputy: Deputy, world: StreetWorld
) -> None:
    DeputyFactory.create(name="外街代表", organisation=world.other_committee)
    response = desk.get(_page("export"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["姓名", "单样云"]
    assert "138****1234" in rows[1]


def test_groups_page_counts_members_and_lists_chats(desk: Client, world: StreetWorld) -> None:
    group = GroupFactory.create(name="法治组", organisation=world.congress)
    DeputyFactory.create(organisation=world.committee, groups=[group])
    ChatGroupFactory.create(name="荷塘一号群", organisation=world.committee)
    ChatGroupFactory.create(name="别街群", organisation=world.other_committee)
    text = desk.get(_page("groups")).content.decode()
    assert "法治组" in text
    assert "荷塘一号群" in text
    assert "别街群" not in text


def test_chat_group_is_registered_and_others_are_not_found(desk: Client, world: StreetWorld) -> None:
    values = {
        "name": "荷塘二号群", "organisation": world.committee.pk, "division": world.community.pk,
        "keeper": "示例网格员", "members": "120", "active": "on",
    }  # fmt: skip
    assert desk.post(_page("chat_group_new"), values).status_code == 302
    assert ChatGroup.objects.get().members == 120
    other = ChatGroupFactory.create(organisation=world.other_committee)
    assert desk.post(_page("chat_group", other.pk), values).status_code == 404
    refused = desk.post(_page("chat_group_new"), values | {"division": world.other_community.pk})
    assert refused.status_code == 422


def test_term_is_ended_by_the_district_alone(client: Client, world: StreetWorld, desk: Client) -> None:
    term = TermFactory.create(division=world.district)
    deputy = DeputyFactory.create(organisation=world.committee, term=term)
    assert desk.get(_page("terms")).status_code == 200
    assert desk.post(_page("term_end", term.pk), {"on": "2026-11-22", "sure": "on"}).status_code == 403
    sign_in(client, UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress))
    assert client.post(_page("term_end", term.pk), {"on": "2026-11-22"}).status_code == 422
    assert client.post(_page("term_end", term.pk), {"on": "2026-11-22", "sure": "on"}).status_code == 302
    deputy.refresh_from_db()
    assert deputy.status == "ended"


@pytest.mark.parametrize("model", ["term", "delegation", "group", "chatgroup"])
def test_reference_data_is_kept_on_the_admin_site(client: Client, world: StreetWorld, model: str) -> None:
    sign_in(client, UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress))
    assert client.get(reverse(f"admin:deputies_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:deputies_{model}_add")).status_code == 200


def test_admin_site_knows_no_deputies(client: Client, world: StreetWorld) -> None:
    assert not admin.site.is_registered(Deputy)
