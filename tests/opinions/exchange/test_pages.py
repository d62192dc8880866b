"""The pages at the desk: reachable, within scope, constant in statements, and kind to bad input."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deputies.accounts.models import Role, User
from deputies.organisations.models import OrganisationKind
from liaison.base.audit.models import Event
from liaison.base.files.models import StoredFile
from opinions.exchange.models import Dispatch, Entry, Handover, Partner, Statement, WorkOrder
from opinions.exchange.services.receiving import receive_order
from opinions.exchange.services.statements import keep_statement
from opinions.exchange.signing import SHORTEST_SECRET
from opinions.intake.models import ImportFile, Opinion
from opinions.matters.models import Matter
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.exchange import ORDER, SECRET, pushed, received
from tests.factories.exchange import grid as make_grid
from tests.factories.matters import NOW, HandlingWorld, later, open_matter, taken
from tests.factories.organisations import OrganisationFactory

TABLE = "工单编号,内容,街道\nRX-1,荷塘小区路灯不亮,荷塘社区\nRX-2,北渡桥头有坑,北渡社区\n"


def desk(user: User) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def street(world: HandlingWorld) -> Client:
    return desk(world.staff)


@pytest.fixture
def district(world: HandlingWorld) -> Client:
    return desk(world.district_staff)


def file(text: str = TABLE, name: str = "orders.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_one_tap_from_the_matter_page(world: HandlingWorld, grid: Partner, street: Client) -> None:
    matter = taken(world)
    panel = reverse("exchange:panel", args=[matter.code])
    assert panel in body(street.get(f"/desk/matters/{matter.code}/"))
    assert "推送到云溪街道网格系统" in body(street.get(panel))
    answer = street.post(reverse("exchange:push", args=[matter.code]), {"partner": grid.pk}, follow=True)
    assert "已推送到云溪街道网格系统" in body(answer)
    shown = body(street.get(panel, headers={"HX-Request": "true"}))
    assert "待发送" in shown
    assert "推送到" not in shown.replace("推送以后", "")
    assert "推送到外部系统：云溪街道网格系统" in body(street.get(f"/desk/matters/{matter.code}/"))


def test_second_tap_says_that_it_is_there(world: HandlingWorld, grid: Partner, street: Client) -> None:
    matter = taken(world)
    for _tap in range(2):
        answer = street.post(reverse("exchange:push", args=[matter.code]), {"partner": grid.pk}, follow=True)
    assert "不用再推送" in body(answer)
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize("partner", ["", "x", "0", "999999", "99999999999999999999"])
def test_push_to_nobody_is_not_found(world: HandlingWorld, grid: Partner, street: Client, partner: str) -> None:
    matter = taken(world)
    assert street.post(reverse("exchange:push", args=[matter.code]), {"partner": partner}).status_code == 404


def test_resident_reads_plain_words(world: HandlingWorld, grid: Partner) -> None:
    matter = taken(world)
    pushed(world, matter, grid)
    key = matter.reporters.get().link_key
    shown = body(Client().get(f"/t/{matter.code}/?k={key}"))
    assert "您反映的事已转给云溪街道网格系统" in shown


def test_panel_without_anything_is_empty(world: HandlingWorld, street: Client) -> None:
    answer = street.get(reverse("exchange:panel", args=[taken(world).code]), headers={"HX-Request": "true"})
    assert body(answer).strip() == ""


PAGES = ["ledger", "todo", "differs", "import", "partners", "new"]
OUTSIDE = {
    "deputy_user": set(PAGES),
    "handler": set(PAGES),
    "helper": set(PAGES),
    "admin": set(PAGES),
    "leader": {"todo", "differs", "import", "new"},
    "staff": {"new"},
    "district_staff": set(),
}


@pytest.mark.parametrize("who", OUTSIDE)
def test_pages_open_to_those_with_the_right_only(world: HandlingWorld, grid: Partner, who: str) -> None:
    client = desk(getattr(world, who))
    for name in PAGES:
        status = client.get(reverse(f"exchange:{name}")).status_code
        assert status == (403 if name in OUTSIDE[who] else 200), name


def outsiders(world: HandlingWorld) -> list[User]:
    foreign = OrganisationFactory.create(kind=OrganisationKind.CONGRESS)
    return [world.other_staff, UserFactory.create(role=Role.DISTRICT_STAFF, organisation=foreign)]


def test_another_street_and_another_district_see_and_do_nothing(world: HandlingWorld, grid: Partner) -> None:
    order = received(grid, "RX-7")
    receive_order(partner=grid, cells={**ORDER, "source_number": "RX-7", "content": "改过"}, now=NOW)
    handed = Handover.objects.create(partner=grid, stored_id=_stored(world), count=1, at=NOW)
    pushed(world, taken(world), grid)
    Dispatch.objects.update(status="failed")
    failed = Dispatch.objects.get()
    places = [
        reverse("exchange:partner", args=["grid"]), reverse("exchange:edit", args=["grid"]),
        reverse("exchange:secret", args=["grid"]), reverse("exchange:switch", args=["grid"]),
        reverse("exchange:hand_over", args=["grid"]), reverse("exchange:handover", args=["grid", handed.pk]),
        reverse("exchange:comparison", args=["grid"]), reverse("exchange:change", args=[order.pk]),
        reverse("exchange:again", args=[failed.pk]), reverse("exchange:panel", args=[order.matter.code]),
        reverse("exchange:push", args=[order.matter.code]), reverse("exchange:import_table", args=["grid", 1]),
    ]  # fmt: skip
    for user in outsiders(world):
        client = desk(user)
        for place in places:
            for answer in (client.get(place), client.post(place, {"active": "0", "partner": grid.pk})):
                assert answer.status_code in (403, 404, 405), place
        for name in ("ledger", "todo", "partners", "differs", "import"):
            shown = body(client.get(reverse(f"exchange:{name}")))
            assert "RX-7" not in shown
            assert grid.name not in shown
    grid.refresh_from_db()
    assert grid.active


def _stored(world: HandlingWorld) -> Any:
    from liaison.base.files.services import store_generated

    return store_generated(name="x.csv", content=b"x", content_type="text/csv", by=world.staff, now=NOW).pk


def test_street_does_not_read_the_districts_ledger(world: HandlingWorld, hotline: Partner, street: Client) -> None:
    received(hotline, "RX-8", division="北渡社区")
    assert "RX-8" not in body(street.get(reverse("exchange:ledger")))
    assert "RX-8" in body(desk(world.district_staff).get(reverse("exchange:ledger")))


def test_ledger_is_narrowed(grid: Partner, street: Client) -> None:
    received(grid, "RX-1")
    received(grid, "RX-2")
    url = reverse("exchange:ledger")
    shown = body(street.get(url, {"q": "RX-2"}))
    assert "RX-2" in shown
    assert "RX-1" not in shown
    code = WorkOrder.objects.get(number="RX-1").matter.code
    assert "RX-1" in body(street.get(url, {"q": code.lower()}))
    assert "RX-1" not in body(street.get(url, {"outcome": "refused"}))
    strange = {"outcome": "x", "since": "never", "partner": "9" * 30, "page": "x", "way": "up"}
    assert "RX-1" in body(street.get(url, strange))


def _count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def _fill(world: HandlingWorld, partner: Partner, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        receive_order(partner=partner, cells={**ORDER, "source_number": f"RX-{number}"}, now=NOW)
        changed = {**ORDER, "source_number": f"RX-{number}", "content": "改过"}
        receive_order(partner=partner, cells=changed, now=later(number / 100))
        pushed(world, taken(world), partner)
        make_grid(world, code=f"p{number}", name=f"系统{number}", active=False)
    Dispatch.objects.update(status="failed")
    rows = {order.number: "closed" for order in WorkOrder.objects.filter(partner=partner, way="in")}
    keep_statement(partner=partner, rows=rows, source="x", by=None, now=NOW)


def test_lists_ask_as_much_for_thirty_rows_as_for_one(world: HandlingWorld, grid: Partner, street: Client) -> None:
    names = ("ledger", "todo", "partners")
    places = [*(reverse(f"exchange:{name}") for name in names), reverse("exchange:comparison", args=["grid"])]
    _fill(world, grid, 1)
    few = {place: _count(street, place) for place in places}
    _fill(world, grid, 30, start=1)
    many = {place: _count(street, place) for place in places}
    assert many == few


def test_panel_asks_as_much_for_thirty_partners_as_for_one(world: HandlingWorld, grid: Partner, street: Client) -> None:
    matter = taken(world)
    url = reverse("exchange:panel", args=[matter.code])
    pushed(world, matter, grid)
    few = _count(street, url)
    for number in range(30):
        pushed(world, matter, make_grid(world, code=f"p{number}", name=f"系统{number}"))
    assert _count(street, url) == few


def test_failed_message_is_sent_again_from_the_desk(world: HandlingWorld, grid: Partner, street: Client) -> None:
    pushed(world, taken(world), grid)
    Dispatch.objects.update(status="failed", attempts=8, error="connection refused")
    assert "connection refused" in body(street.get(reverse("exchange:todo")))
    url = reverse("exchange:again", args=[Dispatch.objects.get().pk])
    assert "已放回待发送" in body(street.post(url, follow=True))
    assert street.post(url).status_code == 404
    assert Dispatch.objects.get().status == "pending"


def test_change_is_shown_field_by_field_and_settled(world: HandlingWorld, grid: Partner, street: Client) -> None:
    order = received(grid)
    receive_order(partner=grid, cells={**ORDER, "content": "四盏灯不亮", "phone": "13900000009"}, now=NOW)
    url = reverse("exchange:change", args=[order.pk])
    shown = body(street.get(url))
    assert ORDER["content"] in shown
    assert "四盏灯不亮" in shown
    assert "13900000009" not in shown
    assert street.post(url, {"seen": "other", "verdict": "take"}).status_code == 409
    seen = WorkOrder.objects.get().update_hash
    assert street.post(url, {"seen": seen, "verdict": "take"}).status_code == 302
    assert street.get(url).status_code == 404


def test_import_shows_a_trial_then_writes_once(world: HandlingWorld, hotline: Partner, district: Client) -> None:
    answer = district.post(reverse("exchange:import"), {"partner": hotline.pk, "table": file()})
    assert answer.status_code == 302
    shown = body(district.get(answer["Location"]))
    assert "将导入" in shown
    assert not Opinion.objects.exists()
    assert district.post(answer["Location"]).status_code == 302
    assert Opinion.objects.count() == 2
    assert district.post(answer["Location"]).status_code == 404
    assert not ImportFile.objects.exists()


def test_import_names_bad_rows_and_offers_no_button(world: HandlingWorld, hotline: Partner, district: Client) -> None:
    text = TABLE + "RX-1,又来,\n,没有编号,\n"
    place = district.post(reverse("exchange:import"), {"partner": hotline.pk, "table": file(text)})["Location"]
    shown = body(district.get(place))
    assert "来源编号与第 2 行相同" in shown
    assert ">导入</button>" not in shown
    assert district.post(place).status_code == 422
    assert not Opinion.objects.exists()


@pytest.mark.parametrize(
    "given", [{}, {"table": file("")}, {"table": SimpleUploadedFile("x.xlsx", b"PK\x03\x04broken")}, {"partner": "99"}]
)
def test_bad_upload_is_told_at_the_field(world: HandlingWorld, hotline: Partner, given: dict[str, Any]) -> None:
    client = desk(world.district_staff)
    for name in ("import", "differs"):
        answer = client.post(reverse(f"exchange:{name}"), {"partner": hotline.pk, **given})
        assert answer.status_code == 422
        assert "field-error" in body(answer) or "error" in body(answer)


def test_upload_of_too_many_rows_is_refused(world: HandlingWorld, hotline: Partner, district: Client) -> None:
    text = "工单编号,内容\n" + "".join(f"{n},甲\n" for n in range(5_001))
    answer = district.post(reverse("exchange:import"), {"partner": hotline.pk, "table": file(text)})
    assert answer.status_code == 422
    assert "5000" in body(answer)


def test_template_can_be_imported_as_it_is_filled_in(district: Client) -> None:
    from liaison.base.imports import read_table
    from opinions.intake.services.outside import CELLS, known_columns

    table = read_table(district.get(reverse("exchange:template")).content, name="orders.xlsx")
    assert set(known_columns(table.columns)) == {str(cell) for cell in CELLS}


def test_comparison_is_made_from_an_upload(world: HandlingWorld, hotline: Partner, district: Client) -> None:
    received(hotline, "RX-1")
    text = "对方编号,办理状态\nRX-1,已办结\nRX-9,办理中\n"
    answer = district.post(reverse("exchange:differs"), {"partner": hotline.pk, "table": file(text)}, follow=True)
    shown = body(answer)
    assert "状态不同" in shown
    assert "RX-9" in shown
    bad = district.post(
        reverse("exchange:differs"), {"partner": hotline.pk, "table": file("对方编号,办理状态\n,已办结\n")}
    )
    assert bad.status_code == 422
    assert Statement.objects.get().rows == {"RX-1": "closed", "RX-9": "handling"}


FORM = {
    "code": "wangge", "name": "网格", "kind": "grid", "ways": "both", "adapter": "http",
    "address": "https://example.org/in", "timeout": "10",
}  # fmt: skip


def test_partner_is_made_given_a_secret_once_and_switched_on(world: HandlingWorld, district: Client) -> None:
    made = district.post(reverse("exchange:new"), {**FORM, "organisation": world.committee.pk}, follow=True)
    assert "还没有启用" in body(made)
    switch = reverse("exchange:switch", args=["wangge"])
    assert "还没有密钥" in body(district.post(switch, {"active": "1"}, follow=True))
    answer = district.post(reverse("exchange:secret", args=["wangge"]), {"secret": ""})
    partner = Partner.objects.get()
    assert len(str(partner.secret)) >= SHORTEST_SECRET
    assert str(partner.secret) in body(answer)
    assert "no-store" in answer["Cache-Control"]
    for name in ("partner", "secret", "edit"):
        assert str(partner.secret) not in body(district.get(reverse(f"exchange:{name}", args=["wangge"])))
    district.post(switch, {"active": "1"})
    assert Partner.objects.get().active
    verbs = list(Event.objects.filter(chain=partner.chain).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["create", "set_secret", "switch_on"]
    assert str(partner.secret) not in str(list(Event.objects.values_list("data", "reason")))


@pytest.mark.django_db
def test_secret_is_encrypted_at_rest(grid: Partner) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM opinions_partner")
        assert SECRET not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("address", "http://10.0.0.1/"), ("address", ""), ("address", "javascript:alert(1)"), ("code", "网格"),
        ("code", ""), ("code", "a/b"), ("timeout", "0"), ("timeout", "61"), ("timeout", "x"), ("kind", "x"),
        ("organisation", "999999"), ("organisation", "x"), ("name", ""), ("name", "长" * 61), ("adapter", "smoke"),
    ],
)  # fmt: skip
def test_bad_settings_are_told_at_the_field(world: HandlingWorld, district: Client, name: str, value: str) -> None:
    answer = district.post(reverse("exchange:new"), {**FORM, "organisation": world.committee.pk, name: value})
    assert answer.status_code == 422
    assert not Partner.objects.exists()
    assert "网格" in body(answer)


def test_code_is_taken_once(world: HandlingWorld, grid: Partner, district: Client) -> None:
    answer = district.post(reverse("exchange:new"), {**FORM, "code": "grid", "organisation": world.committee.pk})
    assert answer.status_code == 422
    assert "已经有人用了" in body(answer)


def test_settings_are_changed_and_told(world: HandlingWorld, grid: Partner, district: Client) -> None:
    url = reverse("exchange:edit", args=["grid"])
    kept = {**FORM, "adapter": "console", "address": "", "organisation": world.committee.pk, "name": "网格二"}
    assert district.post(url, kept).status_code == 302
    grid.refresh_from_db()
    assert (grid.name, str(grid.secret), grid.active) == ("网格二", SECRET, True)
    assert district.post(url, {**kept, "organisation": "0"}).status_code == 422
    assert Event.objects.get(chain=grid.chain).data == {"changed": ["name"]}


def test_given_secret_is_checked_and_never_shown(world: HandlingWorld, grid: Partner, district: Client) -> None:
    url = reverse("exchange:secret", args=["grid"])
    for bad in ("short", "密" * 40, "x" * 201):
        assert district.post(url, {"secret": bad}).status_code == 422
    answer = district.post(url, {"secret": "given-" + "k" * 40}, follow=True)
    assert "given-" not in body(answer)
    assert Partner.objects.get().secret == "given-" + "k" * 40


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_hand_over_file_is_made_and_fetched_again(
    world: HandlingWorld, hotline: Partner, district: Client, format: str
) -> None:
    received(hotline)
    place = reverse("exchange:hand_over", args=["hotline"])
    assert "共 1 行" in body(district.post(place, {"format": format}, follow=True))
    handed = Handover.objects.get()
    answer = district.get(reverse("exchange:handover", args=["hotline", handed.pk]))
    assert answer.status_code == 200
    assert StoredFile.objects.get().name.endswith(format)
    assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    refused = body(district.post(place, {"format": format}, follow=True))
    assert "没有新的结果" in refused
    assert "toast-bad" in refused, "a refusal does not look like success"


def test_untaken_matter_of_a_deputy_is_not_pushed_over_his_head(world: HandlingWorld, grid: Partner) -> None:
    matter = open_matter(world, deputy=world.deputy)
    url = reverse("exchange:push", args=[matter.code])
    desk(world.staff).post(url, {"partner": grid.pk})
    held = Matter.objects.get(pk=matter.pk)
    assert held.status in ("submitted", "taken")
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x"])
def test_ledger_since_a_strange_day_is_not_narrowed(grid: Partner, street: Client, day: str) -> None:
    received(grid)
    answer = street.get(reverse("exchange:ledger"), {"since": day})
    assert (answer.status_code, "RX-0001" in answer.content.decode()) == (200, True)
