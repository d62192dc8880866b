"""The screens of orders: who opens them, what a refusal leaves, and how many statements a list costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from liaison.base.audit.models import Event
from opinions.clocks.models import Clock
from opinions.desk.queries import in_queue, queues_of
from opinions.matters.models import Matter
from supervision.orders.models import Letter, Reminder, Sponsorship
from supervision.orders.states import LetterStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld, open_matter, signed
from tests.factories.orders import SOON, answered, chair, drafted, issued, pending, sponsored

LISTS: dict[str, Callable[[HandlingWorld], Any]] = {
    "orders:letters": issued,
    "orders:cases": sponsored,
    "orders:redone": answered,
}


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(name, args=args), data)


@pytest.mark.parametrize("name", LISTS)
def test_list_costs_the_same_for_one_row_and_for_many(world: HandlingWorld, client: Client, name: str) -> None:
    sign_in(client, world.leader if name == "orders:cases" else world.staff)
    counts = []
    for number in (1, 6):
        for _n in range(number):
            LISTS[name](world)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_letter_page_costs_the_same_for_many_matters(world: HandlingWorld, client: Client) -> None:
    sign_in(client, world.staff)
    counts = []
    for number in (1, 8):
        letter = issued(world, *[signed(world) for _n in range(number)])
        client.get(reverse("orders:letter", args=[letter.pk]))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("orders:letter", args=[letter.pk])).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_letter_says_that_its_limit_is_no_longer_the_printed_one(world: HandlingWorld, client: Client) -> None:
    letter = issued(world)
    sign_in(client, world.staff)
    page = reverse("orders:letter", args=[letter.pk])
    assert "与函上印的日期不同" not in client.get(page).content.decode()
    Clock.objects.filter(pk__in=letter.rows.values("clock")).update(due_on=SOON)
    assert f"{SOON}，与函上印的日期不同" in client.get(page).content.decode()


def test_letter_goes_its_way_by_the_screens(world: HandlingWorld, client: Client) -> None:
    matter = signed(world)
    sign_in(client, world.staff)
    page = client.get(reverse("orders:draft"), {"ids": matter.pk, "template": "1"})
    assert "答复质量不高" in page.content.decode()
    words = {
        "ids": matter.pk, "addressee": world.department.pk, "title": "关于路灯的督办函", "matters": matter.pk,
        "opening": "请抓紧办理。", "demand0": "修好路灯", "day0": SOON.isoformat(), "days": "5",
    }  # fmt: skip
    assert post(client, "orders:draft", **words).status_code == 302
    letter = Letter.objects.get()
    post(client, "orders:act", letter.pk, "submit_letter")
    sign_in(client, world.secretary)
    post(client, "orders:act", letter.pk, "issue_letter")
    sign_in(client, world.handler)
    demand = letter.demands.get()
    said = {"text": "已查明", f"measure{demand.pk}": "换灯", f"person{demand.pk}": "李四"}
    late = post(client, "orders:answer", letter.pk, next="submit", **said)
    assert late.status_code == 422
    assert "换灯" in late.content.decode()
    said[f"day{demand.pk}"] = SOON.isoformat()
    assert post(client, "orders:answer", letter.pk, next="submit", **said).status_code == 302
    sign_in(client, world.head)
    post(client, "orders:act", letter.pk, "sign_answer")
    sign_in(client, world.staff)
    assert post(client, "orders:why", letter.pk, "refuse_letter", reason=" ").status_code == 422
    post(client, "orders:act", letter.pk, "accept_letter")
    letter.refresh_from_db()
    assert letter.status == LetterStatus.ACCEPTED


def test_refused_draft_keeps_what_was_typed(world: HandlingWorld, client: Client) -> None:
    matter = signed(world)
    sign_in(client, world.staff)
    words = {
        "ids": matter.pk, "addressee": world.department.pk, "title": "关于路灯", "matters": matter.pk,
        "opening": "张三反映了三次。", "demand0": "修好路灯", "day0": "2020-01-01",
    }  # fmt: skip
    answer = post(client, "orders:draft", **words)
    assert answer.status_code == 422
    assert "张三反映了三次。" in answer.content.decode()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_document_is_served_to_whom_the_letter_is(world: HandlingWorld, client: Client, form: str) -> None:
    letter = drafted(world)
    place = reverse("orders:document", args=[letter.pk, form])
    assert sign_in(client, world.staff).get(place).content[:4] in (b"%PDF", b"PK\x03\x04")
    assert sign_in(client, world.handler).get(place).status_code == 404
    assert sign_in(client, world.staff).get(place.replace(form, "txt")).status_code == 404


@pytest.mark.parametrize("who", ["other_staff", "other_handler", "office_head"])
def test_letter_of_others_is_not_found(world: HandlingWorld, client: Client, who: str) -> None:
    letter = issued(world)
    sign_in(client, world.users[who])
    for name in ("orders:letter", "orders:answer", "orders:edit"):
        assert client.get(reverse(name, args=[letter.pk])).status_code in (403, 404)
    assert post(client, "orders:act", letter.pk, "accept_letter").status_code in (403, 404)


@pytest.mark.parametrize("who", ["deputy_user", "helper", "admin"])
def test_who_has_no_part_opens_no_page(world: HandlingWorld, client: Client, who: str) -> None:
    sign_in(client, world.users[who])
    for name in (
        "orders:letters",
        "orders:reminders",
        "orders:cases",
        "orders:redone",
        "orders:draft",
        "orders:remind",
    ):
        assert client.get(reverse(name)).status_code == 403


def test_strange_numbers_and_verbs_are_no_error(world: HandlingWorld, client: Client) -> None:
    sign_in(client, world.staff)
    letter = issued(world)
    assert client.get(reverse("orders:draft"), {"ids": ["x", "9" * 30], "template": "99"}).status_code == 200
    assert client.get(reverse("orders:letters"), {"status": "x", "body": "x", "overdue": "x"}).status_code == 200
    assert post(client, "orders:act", letter.pk, "nothing").status_code == 404
    assert post(client, "orders:act", letter.pk, "withdraw_letter").status_code == 404
    assert client.get(reverse("orders:redone_rows", args=[world.department.pk, "nothing"])).status_code == 404


def test_many_are_reminded_from_the_list(world: HandlingWorld, client: Client) -> None:
    matters = [signed(world) for _n in range(3)]
    sign_in(client, world.staff)
    assert "orders/reminders/send/" in client.get(reverse("desk:home"), {"queue": "all"}).content.decode()
    page = client.get(reverse("orders:remind"), {"ids": [one.pk for one in matters]})
    assert world.department.name in page.content.decode()
    post(client, "orders:remind", ids=[one.pk for one in matters], text="请抓紧")
    assert Event.objects.filter(verb="remind").count() == 3
    reminder = Reminder.objects.get()
    again = post(client, "orders:remind", ids=[one.pk for one in matters], text="请抓紧")
    assert again.status_code == 422
    for user in (world.handler, world.staff):
        shown = sign_in(client, user).get(reverse("orders:reminder", args=[reminder.pk])).content.decode()
        assert shown.count('href="/desk/matters/') == 3
    assert sign_in(client, world.other_head).get(reverse("orders:reminder", args=[reminder.pk])).status_code == 404


def test_case_is_taken_noted_and_ended_by_the_screens(world: HandlingWorld, client: Client) -> None:
    matter = signed(world)
    sign_in(client, world.leader)
    post(client, "orders:sponsor", matter.code, why="久拖不决", target_on=SOON.isoformat())
    case = Sponsorship.objects.get()
    assert post(client, "orders:case_step", case.pk, "end", outcome="", text="").status_code == 422
    sign_in(client, chair())
    assert post(client, "orders:case_step", case.pk, "end", outcome="solved", text="好").status_code == 403
    assert client.get(reverse("orders:case", args=[case.pk])).status_code == 200


def test_waiting_letter_is_a_queue_of_the_addressee(world: HandlingWorld) -> None:
    letter = issued(world)
    pending(world)

    def waiting(user: Any) -> list[Matter]:
        queue = next(one for one in queues_of(user) if one.key == "letters")
        return list(in_queue(Matter.objects.visible_to(user), user, queue))

    matter = letter.rows.get().matter
    assert waiting(world.handler) == waiting(world.head) == [matter]
    assert waiting(world.staff) == waiting(world.other_handler) == []
    answered(world, letter)
    assert waiting(world.handler) == []


def test_desk_shows_what_waits_for_a_signature_or_for_a_judgement(world: HandlingWorld, client: Client) -> None:
    to_sign, to_judge = pending(world, title="等签发的函"), answered(world, issued(world, title="答复了的函"))
    place = reverse("orders:waiting")

    def shown(user: Any) -> set[int]:
        found = sign_in(client, user).get(place, headers={"HX-Request": "true"})
        assert (found.status_code, "<html" in found.content.decode()) == (200, False)
        return {row.pk for row in found.context["waiting"]}

    assert shown(world.secretary) == {to_sign.pk, to_judge.pk}
    assert f'hx-get="{place}"' in client.get(reverse("desk:home")).content.decode()
    assert shown(world.staff) == {to_judge.pk}
    assert shown(world.leader) == shown(world.other_staff) == set()
    assert sign_in(client, world.handler).get(place).status_code == 403
    assert place not in client.get(reverse("desk:home")).content.decode()


def test_panel_of_the_matter_leads_to_the_orders(world: HandlingWorld, client: Client) -> None:
    matter = signed(world)
    letter = issued(world, matter)
    shown = sign_in(client, world.staff).get(reverse("cases:matter", args=[matter.code])).content.decode()
    assert letter.reference in shown
    assert f"ids={matter.pk}" in shown


def test_reminder_does_not_offer_the_own_body(world: HandlingWorld, client: Client) -> None:
    theirs, ours = signed(world), open_matter(world, title="街道自己办的事")
    sign_in(client, world.staff)
    page = client.get(reverse("orders:remind"), {"ids": [theirs.pk, ours.pk]}).content.decode()
    assert page.index(world.department.name) < page.index("这些不催办") < page.index("街道自己办的事")
    assert "由本单位自己办理，不能催办自己" in page
    alone = client.get(reverse("orders:remind"), {"ids": ours.pk}).content.decode()
    assert "由本单位自己办理，不能催办自己" in alone
    assert 'name="text"' not in alone
    refused = post(client, "orders:remind", ids=ours.pk, text="请抓紧")
    assert (refused.status_code, Reminder.objects.count()) == (422, 0)
    assert reverse("orders:remind") not in client.get(reverse("cases:matter", args=[ours.code])).content.decode()
    assert reverse("orders:remind") in client.get(reverse("cases:matter", args=[theirs.code])).content.decode()
