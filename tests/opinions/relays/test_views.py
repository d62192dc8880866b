"""Screens of relays: each verb has one, the file shows nobody, outsiders see nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import User
from deputies.roster.models import CongressLevel, Deputy
from opinions.matters.states import Status
from opinions.relays.models import Baton
from opinions.relays.queries import RELATED
from opinions.relays.states import BATON, BatonStatus
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld, open_matter, relayed, taken

OUTSIDERS = ("other_staff", "other_deputy_user", "deputy_user", "handler", "consultant_user", "admin")


def browser(user: User) -> Client:
    return sign_in(Client(), user)


def baton_of(matter: Any) -> Baton:
    return Baton.objects.filter(relay__matter=matter).select_related(*RELATED).latest("id")


def place(verb: str, baton: Baton) -> str:
    return reverse(f"relays:{verb}", args=[baton.pk])


def test_every_verb_has_a_screen(world: HandlingWorld) -> None:
    baton = baton_of(relayed(world))
    for row in BATON.rows:
        if row.sources:
            assert place(row.verb.removeprefix("relay_"), baton)


def test_deputy_takes_and_answers_on_the_desk(world: HandlingWorld) -> None:
    baton, client = baton_of(relayed(world)), browser(world.city_deputy_user)
    assert "接力给我的" in client.get("/desk/").content.decode()
    listed = client.get(reverse("relays:list")).content.decode()
    assert place("baton", baton) in listed
    assert client.post(place("take", baton)).status_code == 302
    form = client.post(place("answer", baton), {"text": "", "reply_class": ""})
    assert (form.status_code, "请写下推动的结果" in form.content.decode()) == (422, True)
    assert client.post(place("answer", baton), {"text": "市里已列入计划。", "reply_class": "D"}).status_code == 302
    back = browser(world.district_staff)
    page = back.get(reverse("handling:report_back", args=[baton.relay.matter.code])).content.decode()
    assert "市里已列入计划。" in page
    sent = {
        "text": f"{world.city_deputy.name}答复：市里已列入计划。",
        "reply_class": "D",
        "count": "0",
        "version": "0",
        "do": "report",
    }
    assert back.post(reverse("handling:report_back", args=[baton.relay.matter.code]), sent).status_code == 302
    baton.relay.matter.refresh_from_db()
    assert baton.relay.matter.status == Status.REPLIED


def test_committee_names_deputies_by_level(world: HandlingWorld) -> None:
    matter, client = taken(world), browser(world.district_staff)
    url = reverse("relays:relay", args=[matter.code])
    page = client.get(url).content.decode()
    assert world.city_deputy.name in page
    assert world.city_deputy.name not in client.get(f"{url}?level=provincial").content.decode()
    wrong = client.post(url, {"deputies": [world.deputy.pk], "reason": "", "content": "写了很久"})
    assert (wrong.status_code, "写了很久" in wrong.content.decode()) == (422, True)
    data = {"deputies": [world.city_deputy.pk], "reason": "跨区道路", "content": "东门路灯不亮", "title": "路灯"}
    assert client.post(url, data).status_code == 302
    matter.refresh_from_db()
    assert matter.status == Status.RELAYED
    shown = client.get(reverse("desk:matter", args=[matter.code])).content.decode()
    assert "层级变化" not in shown, "it had no tier before"
    assert place("baton", baton_of(matter)) in shown


def test_stale_form_of_the_committee_keeps_what_was_typed(world: HandlingWorld) -> None:
    matter, client = taken(world), browser(world.district_staff)
    data = {"deputies": [world.city_deputy.pk], "reason": "跨区道路", "content": "东门", "seen": matter.version - 1}
    answer = client.post(reverse("relays:relay", args=[matter.code]), data)
    assert (answer.status_code, "别人刚刚处理了" in answer.content.decode()) == (422, True)
    assert not Baton.objects.exists()


def test_consent_is_asked_with_the_name(world: HandlingWorld) -> None:
    matter, client = taken(world), browser(world.district_staff)
    data = {"deputies": [world.city_deputy.pk], "reason": "跨区", "content": "东门", "identified": "on"}
    url = reverse("relays:relay", args=[matter.code])
    assert client.post(url, data).status_code == 422
    assert client.post(url, {**data, "consent": "11月20日电话同意"}).status_code == 302
    page = browser(world.city_deputy_user).get(place("baton", baton_of(matter))).content.decode()
    assert "张三" in page


def test_file_shows_nobody_without_consent(world: HandlingWorld) -> None:
    page = browser(world.city_deputy_user).get(place("baton", baton_of(relayed(world)))).content.decode()
    assert "张三" not in page
    assert "跨区道路" in page


def test_file_is_closed_to_whoever_declined(world: HandlingWorld) -> None:
    baton = baton_of(relayed(world))
    client = browser(world.city_deputy_user)
    assert client.post(place("decline", baton), {"reason": ""}).status_code == 422
    assert client.post(place("decline", baton), {"reason": "不在本届职责内"}).status_code == 302
    assert baton.relay.content not in client.get(place("baton", baton)).content.decode()
    assert client.get(place("take", baton)).status_code == 409
    page = browser(world.district_staff).get(reverse("desk:matter", args=[baton.relay.matter.code])).content.decode()
    assert "都没有接" in page


def test_withdrawn_in_time_tells_the_deputy_so(world: HandlingWorld) -> None:
    baton = baton_of(relayed(world))
    assert browser(world.district_staff).post(place("withdraw", baton), {"reason": "另有安排"}).status_code == 302
    late = browser(world.city_deputy_user).post(place("take", baton))
    assert late.status_code == 409
    baton.refresh_from_db()
    assert baton.status == BatonStatus.WITHDRAWN


def test_letter_is_for_a_deputy_without_account(world: HandlingWorld) -> None:
    Deputy.objects.filter(pk=world.city_deputy.pk).update(user=None)
    baton, client = baton_of(relayed(world)), browser(world.district_staff)
    assert "函" in client.get(place("letter", baton)).content.decode()
    assert client.post(place("take", baton)).status_code == 302
    assert client.post(place("answer", baton), {"text": "来函：已列入。", "reply_class": "C"}).status_code == 302


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsider_opens_nothing(world: HandlingWorld, who: str) -> None:
    baton, client = baton_of(relayed(world)), browser(world.users[who])
    for name in ("baton", "take", "decline", "answer", "withdraw", "letter"):
        for answer in (client.get(place(name, baton)), client.post(place(name, baton), {"reason": "x", "text": "x"})):
            assert answer.status_code in (403, 404, 405), (name, who)
    assert client.get(reverse("relays:file", args=[baton.pk, 1])).status_code in (403, 404)
    listed = client.get(reverse("relays:list"))
    assert baton.relay.title not in listed.content.decode()


@pytest.mark.parametrize("level", ["'; --", "county", "x" * 300, "national"])
def test_strange_level_is_no_error(world: HandlingWorld, level: str) -> None:
    url = reverse("relays:relay", args=[taken(world).code])
    assert browser(world.district_staff).get(url, {"level": level}).status_code == 200


def relays_running(world: HandlingWorld, count: int) -> None:
    for number in range(count):
        relayed(world, taken(world, open_matter(world, title=f"路灯 {number}")))


@pytest.mark.parametrize("count", [1, 30])
def test_lists_ask_a_constant_number_of_times(
    world: HandlingWorld, count: int, django_assert_max_num_queries: Any
) -> None:
    relays_running(world, count)
    for user, most in ((world.city_deputy_user, 7), (world.district_staff, 7), (world.staff, 7)):
        client = browser(user)
        client.get("/desk/relays/")
        with django_assert_max_num_queries(most):
            page = client.get("/desk/relays/").content.decode()
        assert page.count("data-row") == count


def test_levels_above_are_three(world: HandlingWorld) -> None:
    page = browser(world.district_staff).get(reverse("relays:relay", args=[taken(world).code])).content.decode()
    for level in (CongressLevel.MUNICIPAL, CongressLevel.PROVINCIAL, CongressLevel.NATIONAL):
        assert f"level={level}" in page
