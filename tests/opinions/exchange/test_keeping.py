"""What was exchanged: unreadable in the database, masked on the screen, and gone some time after the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Reveal
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.files.models import StoredFile
from opinions.exchange.delivery import deliver_all
from opinions.exchange.models import Dispatch, Entry, Handover, Partner, WorkOrder
from opinions.exchange.queries import differences, undelivered
from opinions.exchange.services import keeping
from opinions.exchange.services.keeping import drop_contacts, drop_files, strip_ended
from opinions.exchange.services.ledger import entry, hold
from opinions.exchange.services.pushing import NothingToRepeat, redo
from opinions.exchange.services.receiving import receive_order, receive_status
from opinions.exchange.services.settling import settle_update
from opinions.exchange.services.telling import hand_over
from opinions.exchange.states import DispatchStatus
from opinions.intake.services.following import erase
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.exchange import ORDER, pushed, received
from tests.factories.matters import NOW, HandlingWorld, taken

KEPT = timedelta(days=180)
CHANGED = {**ORDER, "content": "四盏灯不亮，身份证 110101199003074514", "name": "钱小某", "phone": "13900000009"}


def stored(table: str, column: str) -> str:
    """A column as it lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return str(cursor.fetchone()[0])


def ended(order: WorkOrder, *, ago: timedelta) -> None:
    Matter.objects.filter(pk=order.matter_id).update(status=Status.CLOSED, closed_at=NOW - ago, holder=None)


def change(order: WorkOrder, **cells: str) -> WorkOrder:
    """The partner has changed the order."""
    receive_order(partner=order.partner, cells={**CHANGED, "source_number": order.number, **cells}, now=NOW)
    return WorkOrder.objects.select_related("matter", "partner").get(pk=order.pk)


def test_contents_are_encrypted_at_rest(world: HandlingWorld, grid: Partner) -> None:
    change(received(grid))
    for column in ("held", "update"):
        raw = stored("opinions_workorder", f'"{column}"')
        assert raw.startswith("gAAAA"), "a token of Fernet"
        assert not any(word in raw for word in ("content", "路灯", "\\u8def", ORDER["phone"]))
    pushed(world, taken(world), grid)
    assert stored("opinions_dispatch", "body").startswith("gAAAA")
    assert '"type": "order"' in Dispatch.objects.get().body


def test_who_raised_it_stands_with_the_reporter_only(grid: Partner) -> None:
    order = received(grid)
    assert not {"name", "phone"} & set(order.held)
    assert order.matter.reporters.get().phone == ORDER["phone"]
    settle_update(order=change(order), take_over=False, seen=change(order).update_hash, by=staff(), now=NOW)
    order.refresh_from_db()
    assert order.held["content"].startswith("四盏灯不亮")
    assert not {"name", "phone"} & set(order.held)


def staff() -> Any:
    return apps.get_model("deputies", "User").objects.get(username="staff")


def test_identity_number_is_not_kept(grid: Partner) -> None:
    assert "110101199003074514" not in str(change(received(grid)).update)


def test_difference_masks_who_raised_it(grid: Partner) -> None:
    order = change(received(grid), phone="13811110001")
    shown = {str(row.label): (row.before, row.after) for row in differences(order)}
    assert shown["反映人"] == ("赵某", "钱某某")
    assert shown["电话"] == ("138****0001", "138****0001（有变化）"), "masks may look alike"


def test_same_person_in_other_writing_is_no_difference(grid: Partner) -> None:
    order = change(received(grid), name=ORDER["name"], phone="+86 138-0000-0001")
    assert [str(row.label) for row in differences(order)] == ["内容"]


def test_landline_instead_of_another_says_that_it_is_not_kept(world: HandlingWorld, grid: Partner) -> None:
    order = change(received(grid, phone="010-55550001"), **{**ORDER, "phone": "010-55550002"})
    assert differences(order) == []
    page = sign_in(Client(), world.staff).get(reverse("exchange:change", args=[order.pk]))
    assert "这里不留存" in page.content.decode()


def test_number_is_shown_after_a_reason_and_the_look_is_logged(world: HandlingWorld, grid: Partner) -> None:
    order, client = change(received(grid)), sign_in(Client(), world.staff)
    url = reverse("exchange:phone", args=[order.pk])
    assert url in client.get(reverse("exchange:change", args=[order.pk])).content.decode()
    assert CHANGED["phone"] not in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert not Reveal.objects.exists()
    answer = client.post(url, {"reason": "回访核对地点"})
    assert CHANGED["phone"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Reveal.objects.get().about == order.matter.chain
    assert Event.objects.filter(chain=order.matter.chain, verb="phone.revealed").count() == 1


def test_number_is_not_shown_to_others(world: HandlingWorld, grid: Partner) -> None:
    url = reverse("exchange:phone", args=[change(received(grid)).pk])
    for user, status in ((world.other_staff, 404), (world.handler, 403), (world.deputy_user, 403), (world.leader, 403)):
        assert sign_in(Client(), user).post(url, {"reason": "回访核对地点"}).status_code == status
    assert sign_in(Client(), world.staff).get(reverse("exchange:phone", args=[0])).status_code == 404
    assert not Reveal.objects.exists()


def test_change_without_a_number_has_none_to_show(world: HandlingWorld, grid: Partner) -> None:
    url = reverse("exchange:phone", args=[change(received(grid), phone="").pk])
    assert sign_in(Client(), world.staff).get(url).status_code == 404


def test_contact_of_an_erased_resident_is_dropped_and_not_kept_again(grid: Partner) -> None:
    order = change(received(grid))
    assert drop_contacts(now=NOW) == 0
    erase(matter=order.matter, reporter=order.matter.reporters.get(), now=NOW, contact=True, publication=False)
    assert [drop_contacts(now=NOW) for _time in range(2)] == [1, 0]
    order = change(order, content="五盏灯不亮")
    assert order.update is not None
    assert order.update["content"] == "五盏灯不亮"
    assert not {"name", "phone"} & set(order.update)
    assert [str(row.label) for row in differences(order)] == ["内容"]


@pytest.mark.parametrize(("ago", "stripped"), [(KEPT - timedelta(seconds=1), 0), (KEPT + timedelta(seconds=1), 1)])
def test_content_goes_after_its_time_and_the_facts_stay(grid: Partner, ago: timedelta, stripped: int) -> None:
    order = received(grid)
    before = list(Entry.objects.values())
    ended(order, ago=ago)
    assert strip_ended(now=NOW) == stripped
    held = WorkOrder.objects.get()
    assert (held.held == {}) == bool(stripped)
    assert (held.held_hash, held.number) == (order.held_hash, order.number)
    assert list(Entry.objects.values()) == before
    assert strip_ended(now=NOW) == 0
    again = receive_order(partner=grid, cells=ORDER, now=NOW)
    assert again.state == "taken", "what was stripped is known by its fingerprint"


def test_setting_says_how_long(grid: Partner, settings: Any) -> None:
    ended(received(grid), ago=timedelta(days=31))
    assert strip_ended(now=NOW) == 0
    settings.EXCHANGE_KEPT_DAYS = 30
    assert strip_ended(now=NOW) == 1


def test_open_matter_keeps_what_was_said_however_old(grid: Partner) -> None:
    received(grid)
    assert strip_ended(now=NOW + 10 * KEPT) == 0


def test_merged_order_ends_with_the_other(world: HandlingWorld, grid: Partner) -> None:
    order, other = received(grid), taken(world)
    Matter.objects.filter(pk=order.matter_id).update(status=Status.MERGED, merged_into=other, closed_at=NOW - 2 * KEPT)
    assert strip_ended(now=NOW) == 0
    Matter.objects.filter(pk=other.pk).update(closed_at=NOW - 2 * KEPT)
    assert strip_ended(now=NOW) == 1


def test_change_that_nobody_settled_goes_too_and_history_says_so(grid: Partner) -> None:
    order = change(received(grid))
    ended(order, ago=2 * KEPT)
    assert strip_ended(now=NOW) == 1
    held = WorkOrder.objects.get()
    assert (held.held, held.update, held.updated_at, held.held_hash) == ({}, None, None, order.update_hash)
    assert "到期没有核对" in Event.objects.get(chain=order.matter.chain, verb="order_settle").reason
    assert list(verify()) == []


def test_sent_message_is_emptied_but_not_one_on_its_way(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    ended(order, ago=2 * KEPT)
    assert strip_ended(now=NOW) == 0
    deliver_all(NOW)
    assert strip_ended(now=NOW) == 1
    row = Dispatch.objects.get()
    assert (row.body, row.error, row.status) == ("", "", DispatchStatus.SENT)
    assert row.body_hash


def test_message_for_a_partner_switched_off_is_given_up_and_emptied(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    ended(order, ago=2 * KEPT)
    Partner.objects.update(active=False)
    assert [strip_ended(now=NOW) for _night in range(2)] == [1, 0]
    row = Dispatch.objects.get()
    assert (row.body, row.status, WorkOrder.objects.get().state) == ("", DispatchStatus.FAILED, "failed")
    line = Entry.objects.latest("id")
    assert (line.outcome, line.body_hash, line.note) == ("failed", row.body_hash, "对接停用，到期没有送出")
    Partner.objects.update(active=True)
    assert deliver_all(NOW) == 0


def test_order_whose_matter_is_opened_again_at_that_moment_keeps_what_was_said(
    grid: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = received(grid)
    ended(order, ago=2 * KEPT)

    def opened(order: WorkOrder) -> WorkOrder:
        Matter.objects.filter(pk=order.matter_id).update(
            status=Status.HANDLING, closed_at=None, holder=order.matter.street
        )
        return hold(order)

    monkeypatch.setattr(keeping, "hold", opened)
    assert strip_ended(now=NOW) == 0
    assert WorkOrder.objects.get().held


def test_emptied_message_is_not_sent_again(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    Dispatch.objects.update(status=DispatchStatus.FAILED)
    assert undelivered(world.staff).count() == 1
    ended(order, ago=2 * KEPT)
    strip_ended(now=NOW)
    assert not undelivered(world.staff).exists()
    with pytest.raises(NothingToRepeat):
        redo(row=Dispatch.objects.get(), by=world.staff, now=NOW)


def test_hand_over_file_goes_after_its_time(world: HandlingWorld, hotline: Partner) -> None:
    received(hotline)
    handed = hand_over(partner=hotline, as_xlsx=False, by=world.district_staff, now=NOW)
    assert drop_files(now=NOW + KEPT) == 0
    assert [drop_files(now=NOW + KEPT + timedelta(seconds=1)) for _time in range(2)] == [1, 0]
    assert not StoredFile.objects.exists()
    assert Handover.objects.get().count == 1
    client = sign_in(Client(), world.district_staff)
    assert "文件已按期清除" in client.get(reverse("exchange:partner", args=["hotline"])).content.decode()
    assert client.get(reverse("exchange:handover", args=["hotline", handed.pk])).status_code == 404


def test_ledger_keeps_no_number_of_a_person(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    said = "已联系 13900000009，住 3-2-501"
    receive_status(partner=grid, code=order.matter.code, number="WG-1", state="done", text=said, at=NOW, now=NOW)
    note = Entry.objects.get(outcome="taken").note
    assert "已联系" in note
    assert not any(word in note for word in ("13900000009", "3-2-501"))
    refused = entry(grid, way="out", kind="order", outcome="refused", body_hash="", now=NOW, note="HTTP 422 不属本辖区")
    assert refused.note == "HTTP 422 不属本辖区"
