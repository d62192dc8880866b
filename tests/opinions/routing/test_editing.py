"""Writing a draft at the desk: what is said meanwhile, two at one rule, taking a deletion back, putting it in force."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from opinions.catalog.models import Tier
from opinions.routing.conditions import ChannelIn, Keywords, Mode
from opinions.routing.models import CoHandler, Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.services import copy_rule_set
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import RuleFactory, all_of
from tests.opinions.routing.forms import as_user, fields, sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(ruled: HandlingWorld) -> Client:
    return as_user(ruled.district_staff)


@pytest.fixture
def lamps(draft: RuleSet) -> Rule:
    """A rule behind all others of the draft, with a co-handler."""
    made = RuleFactory.create(
        rule_set=draft, order=50, name="路灯", conditions=all_of(Keywords(Mode.ANY, ("路灯",))), tags=["照明"]
    )
    CoHandler.objects.create(rule=made, resolver=Resolver.COMMUNITY)
    return made


def url(name: str, draft: RuleSet, *more: Any) -> str:
    return reverse(f"routing:{name}", args=[draft.version, *more])


def checked(client: Client, draft: RuleSet, words: str, *, rule: Rule | None = None, **changes: Any) -> str:
    """What is said of a rule on such words while it is written."""
    address = reverse("routing:check_rule", args=[draft.version], query={"rule": rule.pk} if rule else None)
    return client.post(address, {**fields(**changes), "g0-words_any": words}).content.decode()


def test_writer_reads_at_once_that_an_earlier_rule_takes_all(client: Client, draft: RuleSet, lamps: Rule) -> None:
    assert "第 50 条“路灯”已经包括了它" in checked(client, draft, "高杆路灯")
    assert "永远轮不到" not in checked(client, draft, "高杆路灯", rule=lamps)


def test_writer_reads_at_once_what_the_rule_would_hide(client: Client, draft: RuleSet, lamps: Rule) -> None:
    first = draft.rules.get(order=1)
    assert "第 50 条“路灯”：永远轮不到" in checked(client, draft, "灯", rule=first)
    assert "对所有事项都生效，后面的" in checked(client, draft, "", rule=first)
    assert "永远轮不到" not in checked(client, draft, "", rule=first, enabled="")


@pytest.mark.parametrize("key", ["x", "0", "9" * 19, "٣"])
def test_check_of_a_rule_that_is_not_there_is_that_of_a_new_one(client: Client, draft: RuleSet, key: str) -> None:
    address = reverse("routing:check_rule", args=[draft.version], query={"rule": key})
    assert client.post(address, fields()).status_code == 200


def test_body_that_is_not_chosen_yet_is_called_by_what_it_is(client: Client, draft: RuleSet) -> None:
    said = checked(client, draft, "", tier=Tier.DEPARTMENT, resolver=Resolver.NAMED)
    assert "交给指定机构" in said
    assert "None" not in said


@pytest.mark.parametrize("typed", ["、、", " ，; ", "。"])
def test_words_of_marks_only_are_refused_and_do_not_become_a_rule_for_everything(
    client: Client, draft: RuleSet, typed: str
) -> None:
    before = draft.rules.count()
    answer = client.post(url("add_rule", draft), fields(**{"g0-words_any": typed}))
    errors = answer.context["form"].groups[0].errors["words_any"]
    assert (answer.status_code, draft.rules.count()) == (422, before)
    assert "只有标点或空格" in errors[0]


def opened(client: Client, draft: RuleSet, rule: Rule) -> dict[str, Any]:
    """The form of a rule as somebody has it on the screen."""
    page = client.get(url("edit_rule", draft, rule.pk))
    return {**sent_back(page.context["form"]), "seen": page.context["seen"]}


def saved(client: Client, draft: RuleSet, rule: Rule, sent: dict[str, Any], **changes: Any) -> HttpResponse:
    return client.post(url("edit_rule", draft, rule.pk), {**sent, **changes})  # type: ignore[return-value]


def test_second_of_two_who_change_a_rule_reads_what_the_first_wrote(
    client: Client, draft: RuleSet, lamps: Rule
) -> None:
    first, second = opened(client, draft, lamps), opened(client, draft, lamps)
    assert saved(client, draft, lamps, first, name="甲写的").status_code == 302
    refused: Any = saved(client, draft, lamps, second, name="乙写的")
    page = refused.content.decode()
    lamps.refresh_from_db()
    assert (refused.status_code, lamps.name) == (422, "甲写的")
    assert "别人刚刚改过这条规则" in page
    assert "甲写的" in page
    assert 'value="乙写的"' in page
    assert saved(client, draft, lamps, second, name="乙写的", seen=refused.context["seen"]).status_code == 302
    lamps.refresh_from_db()
    assert lamps.name == "乙写的"


def test_mistake_in_between_does_not_let_the_second_one_overwrite(client: Client, draft: RuleSet, lamps: Rule) -> None:
    first, second = opened(client, draft, lamps), opened(client, draft, lamps)
    saved(client, draft, lamps, first, name="甲写的")
    wrong: Any = saved(client, draft, lamps, second, name="")
    assert wrong.context["seen"] == second["seen"]
    more: Any = saved(client, draft, lamps, second, add_group="1")
    assert more.context["seen"] == second["seen"]


def test_rule_that_was_only_moved_meanwhile_is_saved(client: Client, draft: RuleSet, lamps: Rule) -> None:
    sent = opened(client, draft, lamps)
    client.post(url("move_rule", draft, lamps.pk), {"to": "1"})
    assert saved(client, draft, lamps, sent, name="新名").status_code == 302


def test_deleted_rule_comes_back_whole_to_its_place(client: Client, draft: RuleSet, lamps: Rule) -> None:
    client.post(url("move_rule", draft, lamps.pk), {"to": "2"})
    told = client.post(url("delete_rule", draft, lamps.pk), follow=True).content.decode()
    undo = url("restore_rule", draft, 0).replace("/0/", "/")
    assert undo in told
    number = int(told.split(undo)[1].split("/")[0])
    assert client.post(url("restore_rule", draft, number)).status_code == 302
    again = draft.rules.get(lineage=lamps.lineage)
    assert (again.order, again.name, again.conditions, again.tags) == (2, lamps.name, lamps.conditions, lamps.tags)
    assert [one.resolver for one in again.co_handlers.all()] == [Resolver.COMMUNITY]
    assert client.post(url("restore_rule", draft, number)).status_code == 409
    assert client.post(url("restore_rule", draft, number + 99)).status_code == 409


def test_rule_is_not_put_back_into_another_draft(
    client: Client, ruled: HandlingWorld, draft: RuleSet, lamps: Rule
) -> None:
    other = copy_rule_set(source=draft, note="", by=ruled.district_staff, now=NOW)
    told = client.post(url("delete_rule", draft, lamps.pk), follow=True).content.decode()
    number = int(told.split("/restore/")[1].split("/")[0])
    other.rules.filter(lineage=lamps.lineage).delete()
    assert client.post(url("restore_rule", other, number)).status_code == 409
    assert as_user(ruled.staff).post(url("restore_rule", draft, number)).status_code == 403


def test_activation_asks_first_and_then_does_it(client: Client, draft: RuleSet) -> None:
    page = client.get(url("activate", draft)).content.decode()
    assert "现在生效的版本 1 停用" in page
    assert "确实要让它" not in page
    assert client.post(url("activate", draft)).status_code == 302
    assert client.get(url("activate", draft)).status_code == 409


def test_draft_that_somebody_edits_meanwhile_is_looked_at_again(client: Client, draft: RuleSet, lamps: Rule) -> None:
    seen = client.get(url("activate", draft)).context["seen"]
    client.post(url("delete_rule", draft, lamps.pk))
    refused = client.post(url("activate", draft), {"seen": seen})
    assert (refused.status_code, refused.context["seen"] == seen) == (422, False)
    assert "刚刚有改动" in refused.content.decode()
    assert client.post(url("activate", draft), {"seen": refused.context["seen"]}).status_code == 302


def test_second_of_two_who_put_drafts_in_force_is_told_of_the_first(
    client: Client, ruled: HandlingWorld, draft: RuleSet
) -> None:
    other = copy_rule_set(source=draft, note="", by=ruled.district_staff, now=NOW)
    seen = {one: client.get(url("activate", one)).context["seen"] for one in (draft, other)}
    assert client.post(url("activate", draft), {"seen": seen[draft]}).status_code == 302
    assert client.post(url("activate", other), {"seen": seen[other]}).status_code == 422
    assert RuleSet.objects.get(status=RuleSetStatus.ACTIVE) == draft


def test_rule_for_everything_first_needs_a_tick_to_be_put_in_force(client: Client, draft: RuleSet) -> None:
    RuleFactory.create(rule_set=draft, order=0, name="都交街道")
    refused = client.post(url("activate", draft))
    draft.refresh_from_db()
    assert (refused.status_code, draft.status) == (422, RuleSetStatus.DRAFT)
    assert "请先勾选确认" in refused.content.decode()
    assert client.post(url("activate", draft), {"meant": "on"}).status_code == 302


def test_draft_that_cannot_work_offers_no_button_to_put_it_in_force(client: Client, draft: RuleSet) -> None:
    for order in (50, 51):
        RuleFactory.create(rule_set=draft, order=order, conditions=all_of(ChannelIn(("qr",))))
    page = client.get(url("activate", draft)).content.decode()
    assert "还不能生效" in page
    assert "确认生效" not in page
