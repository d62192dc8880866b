"""The desk pages of rehearsals: who sees them, asking, reading, exporting, a time for activating, the way back."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from deputies.accounts.models import User
from deputies.organisations.models import Organisation, OrganisationKind
from opinions.catalog.models import Tier
from opinions.rehearsal import jobs, services
from opinions.rehearsal.models import Against, PlannedActivation, PlanStatus, Rehearsal
from opinions.rehearsal.services import Request
from opinions.routing.models import Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.services import RuleDraft, activate, save_rule, start_street_set
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, open_matter

pytestmark = pytest.mark.django_db
SINCE = TODAY - timedelta(days=30)


def as_user(user: User) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def changed(world: HandlingWorld, draft: RuleSet) -> RuleSet:
    """A draft that gives everything to the street."""
    Rule.objects.filter(rule_set=draft).delete()
    everything = RuleDraft(name="都给街道", tier=Tier.STREET, resolver=Resolver.STREET, confirm=False)
    save_rule(rule_set=draft, rule=None, by=None, now=NOW, draft=everything)
    return draft


def rehearsed(rule_set: RuleSet, by: User) -> Rehearsal:
    request = Request(rule_set=rule_set, since=SINCE, until=TODAY, against=Against.IN_FORCE)
    made = services.begin(request=request, by=by, now=NOW)
    return services.perform(rehearsal=made, progress=lambda _done, _total: None)


def url(name: str, *values: object) -> str:
    return reverse(f"rehearsal:{name}", args=values)


def test_asked_at_the_desk_it_runs_in_the_background(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world, now=timezone.now())
    client = as_user(world.district_staff)
    assert "演练版本 2" in client.get(url("start", "2")).content.decode()
    today = timezone.localdate()
    sent = {"since": today - timedelta(days=9), "until": today, "against": "in_force"}
    answer = client.post(url("start", "2"), sent, follow=True)
    assert "排队中" in answer.content.decode()
    assert Rehearsal.objects.get().job is not None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"since": "2026-11-20", "until": "2026-11-01"}, "结束日期早于开始日期"),
        ({"since": "昨天"}, "日期"),
        ({"since": "2020-01-01", "until": "2020-02-01"}, "没有民情民意"),
        ({"against": "version"}, "请选择和哪个版本比较"),
        ({"against": "version", "other": "99999"}, "选择"),
        ({"against": "moon"}, "选择"),
        ({"since": "2999-12-31", "until": "2999-12-31"}, "不能晚于今天"),
        ({"since": "1900-01-01", "until": "2999-12-31"}, "三年"),
        ({"since": "0001-01-01", "until": "0001-01-02"}, "请填写日期"),
        ({"since": "9999-12-31", "until": "9999-12-31"}, "请填写日期"),
    ],
)
def test_bad_request_is_told_and_what_was_typed_kept(
    world: HandlingWorld, draft: RuleSet, changes: dict[str, str], told: str
) -> None:
    sent = {"since": "2026-11-01", "until": "2026-11-20", "against": "in_force", **changes}
    answer = as_user(world.district_staff).post(url("start", "2"), sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert sent["until"] in answer.content.decode()


def test_result_tells_what_changes(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    made = rehearsed(changed, world.district_staff)
    page = as_user(world.leader).get(url("result", made.pk)).content.decode()
    assert "云汀区城管局" in page
    assert "+1" in page
    assert "−1" in page
    assert "没有改动" not in page
    Rule.objects.filter(rule_set=changed).update(name="改过", confirm=True)
    assert "请重新演练" in as_user(world.leader).get(url("result", made.pk)).content.decode()


def test_result_of_a_draft_leads_on_to_activation_until_edited(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    made, place = rehearsed(changed, world.district_staff), reverse("routing:activate", args=[changed.key])
    keeper, reader = as_user(world.district_staff), as_user(world.leader)
    assert place in keeper.get(url("result", made.pk)).content.decode()
    assert place not in reader.get(url("result", made.pk)).content.decode()
    Rule.objects.filter(rule_set=changed).update(name="改过", confirm=True)
    assert place not in keeper.get(url("result", made.pk)).content.decode()


def test_result_says_when_the_table_of_load_is_cut(
    world: HandlingWorld, changed: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_matter(world)
    client, made = as_user(world.leader), rehearsed(changed, world.district_staff)
    assert "只列出最近" not in client.get(url("result", made.pk)).content.decode()
    monkeypatch.setattr("opinions.rehearsal.shown.MOST_BODIES", 1)
    assert "只列出最近" in client.get(url("result", made.pk)).content.decode()


def test_difference_shows_both_reasons_as_sentences(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    made = rehearsed(changed, world.district_staff)
    page = as_user(world.district_staff).get(url("difference", made.pk, made.differences.get().pk)).content.decode()
    assert "部门职责内的单一事项" in page
    assert "这条规则没有条件，对所有事项生效" in page
    assert "13800000000" not in page
    assert "张三" not in page


@pytest.mark.parametrize("name", ["differences", "result"])
def test_page_asks_as_much_for_thirty_differences_as_for_one(world: HandlingWorld, changed: RuleSet, name: str) -> None:
    client, counts = as_user(world.district_staff), []
    for more in (1, 29):
        for _n in range(more):
            open_matter(world)
        made = rehearsed(changed, world.district_staff)
        client.get(url(name, made.pk))
        with CaptureQueriesContext(connection) as queries:
            client.get(url(name, made.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_list_asks_as_much_for_thirty_rehearsals_as_for_one(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    client, counts = as_user(world.district_staff), []
    for more in (1, 29):
        for _n in range(more):
            rehearsed(changed, world.district_staff)
        client.get(url("list"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url("list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(page.context["listed"]) == 30


def test_differences_are_sifted(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    made = rehearsed(changed, world.district_staff)
    client = as_user(world.district_staff)
    rule, body = changed.rules.get().pk, world.committee.pk
    for query, count in ((f"tier=2&body={body}&rule={rule}", 1), ("tier=3", 0), ("tier=none", 0), ("tier=x&body=-", 1)):
        assert len(client.get(f"{url('differences', made.pk)}?{query}").context["rows"]) == count


def test_export_has_the_tables_and_the_differences(world: HandlingWorld, changed: RuleSet) -> None:
    matter = open_matter(world)
    made = rehearsed(changed, world.district_staff)
    answer = as_user(world.district_staff).get(url("export", made.pk))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_name("有变化的事项").to_python()
    assert (len(rows), rows[1][1]) == (2, matter.title)
    assert "13800000000" not in str(rows)
    assert ["要不要人工", "直接办理，不用人工", 0, 1, 1] in book.get_sheet_by_name("汇总").to_python()


PLACES = ("result", "differences", "export")


@pytest.mark.parametrize("name", ["staff", "secretary", "deputy_user", "handler", "admin", "other_staff"])
def test_outsiders_open_no_rehearsal_of_the_district(world: HandlingWorld, changed: RuleSet, name: str) -> None:
    open_matter(world)
    made = rehearsed(changed, world.district_staff)
    client = as_user(world.users[name])
    addresses = [url(place, made.pk) for place in PLACES]
    addresses += [url("difference", made.pk, made.differences.get().pk)]
    addresses += [url(place, "2") for place in ("panel", "start", "plan", "back")]
    assert {client.get(one).status_code for one in addresses} <= {403, 404}
    posts = [url("cancel", made.pk), *(url(place, "2") for place in ("start", "plan", "call_off", "back"))]
    assert {client.post(one).status_code for one in posts} <= {403, 404}


def test_another_district_sees_nothing(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    made = rehearsed(changed, world.district_staff)
    far = Organisation.objects.create(
        code="RD2", name="云湾区人大常委会", kind=OrganisationKind.CONGRESS, division=world.places.district.parent
    )
    User.objects.filter(pk=world.leader.pk).update(organisation=far)
    client = as_user(User.objects.get(pk=world.leader.pk))
    assert client.get(url("result", made.pk)).status_code == 404
    assert client.get(url("panel", "2")).status_code == 404


def test_leader_reads_and_changes_nothing(world: HandlingWorld, changed: RuleSet) -> None:
    client = as_user(world.leader)
    assert "定时生效" not in client.get(url("panel", "2")).content.decode()
    assert {client.get(url(name, "2")).status_code for name in ("start", "plan", "back")} == {403}


def test_street_rehearses_its_own_rules_on_its_own_opinions(world: HandlingWorld) -> None:
    open_matter(world)
    own = start_street_set(district=world.congress, street=world.committee, by=None, now=NOW)
    made = rehearsed(own, world.staff)
    client = as_user(world.staff)
    assert client.get(url("result", made.pk)).status_code == 200
    assert client.get(url("panel", own.key)).status_code == 200
    assert as_user(world.other_staff).get(url("result", made.pk)).status_code == 404


@pytest.mark.parametrize("key", ["99", "s9-1", "x", "s-", "²", "1" * 30, "s1-"])
def test_version_that_is_not_there_is_not_found(world: HandlingWorld, key: str) -> None:
    client = as_user(world.district_staff)
    assert {client.get(url(name, key)).status_code for name in ("panel", "start", "plan", "back")} == {404}


def test_waiting_rehearsal_is_cancelled(world: HandlingWorld, changed: RuleSet) -> None:
    open_matter(world)
    made = jobs.start(
        request=Request(rule_set=changed, since=SINCE, until=TODAY), by=world.district_staff, now=NOW
    )  # fmt: skip
    client = as_user(world.district_staff)
    assert "已取消" in client.post(url("cancel", made.pk), follow=True).content.decode()
    assert client.post(url("cancel", made.pk)).status_code == 409
    assert client.get(url("differences", made.pk)).status_code == 404


def test_time_is_set_shown_and_taken_back(world: HandlingWorld, changed: RuleSet) -> None:
    client, at = as_user(world.district_staff), timezone.localtime() + timedelta(days=1)
    sent = {"at": f"{at:%Y-%m-%dT%H:%M}"}
    assert client.post(url("plan", "2"), sent).status_code == 302
    assert f"{at:%Y-%m-%d %H:%M}" in client.get(url("panel", "2")).content.decode()
    assert client.post(url("call_off", "2")).status_code == 302
    assert PlannedActivation.objects.get().status == PlanStatus.CANCELLED


@pytest.mark.parametrize("at", ["", "明天", "2020-01-01T08:00", "9999-01-01T08:00"])
def test_time_that_cannot_be_is_told_at_the_field(world: HandlingWorld, changed: RuleSet, at: str) -> None:
    answer = as_user(world.district_staff).post(url("plan", "2"), {"at": at})
    assert answer.status_code == 422
    assert answer.context["form"].errors["at"]


def test_way_back_takes_one_step(world: HandlingWorld, changed: RuleSet) -> None:
    activate(rule_set=changed, by=None, now=NOW)
    client = as_user(world.district_staff)
    assert "回到版本 1" in client.get(url("panel", "2")).content.decode()
    assert "现在生效的是版本 2" in client.get(url("back", "1")).content.decode()
    assert client.post(url("back", "1"), {"seen": "2"}).status_code == 302
    assert RuleSet.objects.get(version=1).status == RuleSetStatus.ACTIVE
    again = client.post(url("back", "2"), {"seen": "2"})
    assert (again.status_code, "别人刚刚" in again.content.decode()) == (409, True)


def test_rules_page_leads_to_the_rehearsal(world: HandlingWorld, draft: RuleSet) -> None:
    page: Any = as_user(world.district_staff).get(reverse("routing:version", args=[2]))
    assert url("panel", "2") in page.content.decode()
