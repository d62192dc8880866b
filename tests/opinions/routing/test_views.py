"""The desk pages of routing: who sees them, editing a draft by plain forms, trying out, the why panel."""

from typing import Any

import pytest
from django.urls import reverse

from opinions.catalog.models import Tier
from opinions.matters.states import Status
from opinions.routing.conditions import CategoryIn, Keywords, Mode
from opinions.routing.models import Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import raised_of
from opinions.routing.services import plan, settle
from tests.factories.matters import NOW, HandlingWorld, assigned, open_matter
from tests.factories.routing import RuleFactory, RuleSetFactory, all_of
from tests.opinions.routing.forms import as_user, fields, sent_back

pytestmark = pytest.mark.django_db


def test_rules_are_shown_as_sentences(ruled: HandlingWorld) -> None:
    page = as_user(ruled.staff).get(reverse("routing:list")).content.decode()
    assert "影响范围是 全市、全省" in page
    assert "此处先看街道规则" in page
    assert "转为闭会期间建议，交给区人大常委会，研究后形成建议初稿" in page
    assert "复制成草稿" not in page


@pytest.mark.parametrize("name", ["deputy_user", "handler", "admin"])
def test_rules_are_not_for_everybody(ruled: HandlingWorld, name: str) -> None:
    assert as_user(ruled.users[name]).get(reverse("routing:list")).status_code == 403


@pytest.mark.parametrize("rules", [1, 30])
def test_page_of_rules_asks_as_much_for_thirty_as_for_one(
    world: HandlingWorld, rules: int, django_assert_max_num_queries: Any
) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for order in range(1, rules + 1):
        RuleFactory.create(
            rule_set=rule_set, order=order, tier=Tier.DEPARTMENT, resolver=Resolver.NAMED,
            organisation=world.department, conditions=all_of(CategoryIn(("urban",))),
        )  # fmt: skip
    client, url = as_user(world.district_staff), reverse("routing:version", args=[rule_set.version])
    client.get(url)
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert len(page.context["rules"]) == rules


@pytest.mark.parametrize("decisions", [1, 30])
def test_why_panel_asks_as_much_for_thirty_decisions_as_for_one(
    ruled: HandlingWorld, decisions: int, django_assert_max_num_queries: Any
) -> None:
    matter = open_matter(ruled)
    for _n in range(decisions):
        settle(plan(raised_of(matter), now=NOW), matter=matter)
    client, url = as_user(ruled.staff), reverse("routing:why", args=[matter.code])
    client.get(url)
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert len(page.context["decisions"]) == decisions


def test_district_without_rules_says_what_happens(world: HandlingWorld) -> None:
    page = as_user(world.district_staff).get(reverse("routing:list"))
    assert "待分派队列" in page.content.decode()


@pytest.mark.parametrize("name", ["version", "try"])
def test_unknown_version_is_not_found(ruled: HandlingWorld, name: str) -> None:
    assert as_user(ruled.district_staff).get(reverse(f"routing:{name}", args=[99])).status_code == 404


@pytest.mark.parametrize("name", ["copy", "activate", "discard"])
def test_street_may_not_change_rules(ruled: HandlingWorld, name: str) -> None:
    version = RuleSet.objects.get().version
    assert as_user(ruled.staff).post(reverse(f"routing:{name}", args=[version])).status_code == 403


def test_copy_edit_and_activate(ruled: HandlingWorld) -> None:
    client, first = as_user(ruled.district_staff), RuleSet.objects.get()
    client.post(reverse("routing:copy", args=[first.version]))
    made = RuleSet.objects.get(status=RuleSetStatus.DRAFT)
    answer = client.post(
        reverse("routing:add_rule", args=[made.version]), fields(**{"g0-words_any": "噪音、 广场舞,夜宵"})
    )
    assert answer.status_code == 302
    assert made.rules.latest("order").conditions == all_of(Keywords(Mode.ANY, ("噪音", "广场舞", "夜宵")))
    client.post(reverse("routing:activate", args=[made.version]))
    made.refresh_from_db()
    assert made.status == RuleSetStatus.ACTIVE


def test_activation_of_a_bad_draft_lists_the_problems(ruled: HandlingWorld, draft: RuleSet) -> None:
    lamp, lift = all_of(Keywords(Mode.ANY, ("灯",))), all_of(Keywords(Mode.ANY, ("路灯",)))
    RuleFactory.create(rule_set=draft, order=50, name="先看见的", conditions=lamp)
    RuleFactory.create(rule_set=draft, order=51, name="在它后面", conditions=lift)
    answer = as_user(ruled.district_staff).post(reverse("routing:activate", args=[draft.version]))
    assert answer.status_code == 422
    assert "在它后面" in answer.content.decode()
    assert "先看见的" in answer.content.decode()


def test_rule_form_shows_every_stored_condition(ruled: HandlingWorld, draft: RuleSet) -> None:
    client = as_user(ruled.district_staff)
    for rule in draft.rules.filter(is_place=False):
        answer = client.get(reverse("routing:edit_rule", args=[draft.version, rule.pk]))
        form = answer.context["form"]
        saved = client.post(answer.request["PATH_INFO"], sent_back(form))
        assert saved.status_code == 302, form.errors
        again = Rule.objects.get(pk=rule.pk)
        assert _sorted(again.conditions) == _sorted(rule.conditions)
        assert (again.tier, again.resolver, again.urgency, again.confirm) == (
            rule.tier, rule.resolver, rule.urgency, rule.confirm,
        )  # fmt: skip
        assert [one.resolver for one in again.co_handlers.all()] == [one.resolver for one in rule.co_handlers.all()]


def _sorted(groups: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [
        (group["mode"], sorted(str(sorted(row.items(), key=str)) for row in group["conditions"])) for group in groups
    ]


def test_bad_rule_is_refused_at_the_field_and_kept(ruled: HandlingWorld, draft: RuleSet) -> None:
    sent = fields(name="噪声规则", tier=Tier.DEPARTMENT)
    answer = as_user(ruled.district_staff).post(reverse("routing:add_rule", args=[draft.version]), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors["resolver"]
    assert "噪声规则" in answer.content.decode()


def test_too_long_word_is_refused(ruled: HandlingWorld, draft: RuleSet) -> None:
    answer = as_user(ruled.district_staff).post(
        reverse("routing:add_rule", args=[draft.version]), fields(**{"g0-words_none": "字" * 31})
    )
    assert "words_none" in answer.context["form"].groups[0].errors


def test_form_says_which_condition_it_cannot_show(ruled: HandlingWorld, draft: RuleSet) -> None:
    both, lift = Keywords(Mode.ALL, ("路灯", "电")), Keywords(Mode.ALL, ("电梯", "门"))
    stored = [{"mode": "any", "conditions": [both.to_json(), lift.to_json(), {"kind": "weather_is"}]}]
    rule = RuleFactory.create(rule_set=draft, order=50, conditions=stored)
    page = as_user(ruled.district_staff).get(reverse("routing:edit_rule", args=[draft.version, rule.pk]))
    assert len(page.context["form"].unread) == 2
    assert "weather_is" in page.content.decode()


def test_rule_of_another_version_is_not_found(ruled: HandlingWorld, draft: RuleSet) -> None:
    in_force = RuleSet.objects.get(status=RuleSetStatus.ACTIVE)
    rule = in_force.rules.first()
    assert rule is not None
    url = reverse("routing:edit_rule", args=[draft.version, rule.pk])
    assert as_user(ruled.district_staff).get(url).status_code == 404


def test_version_in_force_has_no_form(ruled: HandlingWorld) -> None:
    url = reverse("routing:add_rule", args=[RuleSet.objects.get().version])
    assert as_user(ruled.district_staff).get(url).status_code == 409


def test_rules_can_be_moved_and_deleted(ruled: HandlingWorld, draft: RuleSet) -> None:
    client, (first, second) = as_user(ruled.district_staff), draft.rules.order_by("order")[:2]
    client.post(reverse("routing:move_rule", args=[draft.version, second.pk]), {"step": "up"})
    assert draft.rules.order_by("order")[0] == second
    client.post(reverse("routing:delete_rule", args=[draft.version, first.pk]))
    assert not Rule.objects.filter(pk=first.pk).exists()


def test_draft_can_be_thrown_away(ruled: HandlingWorld, draft: RuleSet) -> None:
    as_user(ruled.district_staff).post(reverse("routing:discard", args=[draft.version]))
    assert not RuleSet.objects.filter(pk=draft.pk).exists()


def test_trying_out_tells_rule_and_reason_and_writes_nothing(ruled: HandlingWorld) -> None:
    url = reverse("routing:try", args=[RuleSet.objects.get().version])
    sent = {
        "text": "小区里燃气泄漏", "place": ruled.places.community.code, "category": "urban.facilities",
        "urgency": "normal", "channel": "qr",
    }  # fmt: skip
    page = as_user(ruled.staff).get(url, sent).content.decode()
    assert "危及安全的，紧急交责任部门" in page
    assert "看到：“燃气泄漏”" in page
    assert ruled.department.name in page


@pytest.mark.parametrize(
    "changes",
    [{"text": ""}, {"place": "' OR 1=1"}, {"category": "nowhere"}, {"deputy": "没有这个人"}, {"channel": "🕊"}],
)
def test_trying_out_refuses_what_cannot_be(ruled: HandlingWorld, changes: dict[str, str]) -> None:
    url = reverse("routing:try", args=[RuleSet.objects.get().version])
    sent = {"text": "路灯", "place": ruled.places.community.code, "urgency": "normal", "channel": "qr", **changes}
    answer = as_user(ruled.staff).get(url, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == changes.keys()


def test_why_panel_tells_the_rule(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    page = as_user(ruled.staff).get(reverse("routing:why", args=[matter.code])).content.decode()
    assert "部门职责内的单一事项" in page
    assert "类别属于 城建城管" in page
    assert reverse("routing:override", args=[matter.code]) in page


def test_why_panel_is_hidden_from_another_street(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    assert as_user(ruled.other_staff).get(reverse("routing:why", args=[matter.code])).status_code == 404


def test_override_by_form(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    sent = {
        "tier": Tier.DEPARTMENT, "organisation": ruled.other_department.pk, "why": "类别判断有误",
        "text": "这是道路照明",
    }  # fmt: skip
    answer = as_user(ruled.staff).post(reverse("routing:override", args=[matter.code]), sent)
    assert answer.status_code == 302
    matter.refresh_from_db()
    assert (matter.status, matter.holder) == (Status.HANDLING, ruled.other_department)
    assert matter.decisions.get().reason == "类别判断有误：这是道路照明"


def test_override_without_a_body_is_refused_at_the_field(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    sent = {"tier": Tier.DEPARTMENT, "why": "其他", "text": "现场看过"}
    answer = as_user(ruled.staff).post(reverse("routing:override", args=[matter.code]), sent)
    assert answer.status_code == 422
    assert "organisation" in answer.context["form"].errors


@pytest.mark.parametrize(("tier", "body"), [(Tier.STREET, "department"), (Tier.DEPARTMENT, "office")])
def test_override_to_a_body_of_another_tier_is_refused_at_the_field(
    ruled: HandlingWorld, tier: Tier, body: str
) -> None:
    matter = open_matter(ruled)
    sent = {"tier": tier, "organisation": getattr(ruled, body).pk, "why": "其他", "text": "现场看过"}
    answer = as_user(ruled.staff).post(reverse("routing:override", args=[matter.code]), sent)
    assert answer.status_code == 422
    assert "这一层级" in answer.context["form"].errors["organisation"][0]


def test_override_of_a_matter_at_work_is_refused(ruled: HandlingWorld) -> None:
    matter = assigned(ruled)
    sent = {"tier": Tier.DEPARTMENT, "organisation": ruled.department.pk, "why": "其他", "text": "现场看过"}
    assert as_user(ruled.staff).post(reverse("routing:override", args=[matter.code]), sent).status_code == 409
