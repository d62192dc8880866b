"""The pages of routing, further: groups in the form, live check, comparing, streets' scope, two who override."""

import pytest
from django.urls import reverse

from opinions.catalog.models import Tier
from opinions.matters.states import Status
from opinions.routing.conditions import CategoryIn, Keywords, Mode
from opinions.routing.models import RoutingDecision, RuleSet, RuleSetStatus
from opinions.routing.queries import raised_of
from opinions.routing.services import plan, settle
from tests.factories.matters import NOW, HandlingWorld, open_matter
from tests.factories.routing import RuleFactory, RuleSetFactory, all_of
from tests.opinions.routing.forms import as_user, fields, sent_back

pytestmark = pytest.mark.django_db


def test_groups_are_added_and_dropped_without_saving(ruled: HandlingWorld, draft: RuleSet) -> None:
    client, url = as_user(ruled.district_staff), reverse("routing:add_rule", args=[draft.version])
    sent = fields(**{"g0-words_any": "路灯", "g0-channel_in": ["qr", "web"], "add_group": "1", "name": "新写的"})
    form = client.post(url, sent).context["form"]
    assert [group["words_any"].value() for group in form.groups] == ["路灯", None]
    assert form.groups[0]["channel_in"].value() == ["qr", "web"]
    assert form["name"].value() == "新写的"
    sent = fields(
        **{"groups": "2", "g0-words_any": "路灯", "g1-mode": "none", "g1-words_any": "电梯", "drop_group": "0"}
    )
    form = client.post(url, sent).context["form"]
    assert [(group["mode"].value(), group["words_any"].value()) for group in form.groups] == [("none", "电梯")]
    assert not draft.rules.filter(name="新写的").exists()


def test_several_groups_are_saved(ruled: HandlingWorld, draft: RuleSet) -> None:
    sent = fields(
        **{
            "groups": "2", "g0-mode": "any", "g0-words_any": "路灯", "g0-urgency_in": ["urgent"], "g1-mode": "none",
            "g1-channel_in": ["grid"], "co_resolvers": ["street_office"], "co_bodies": [str(ruled.other_department.pk)],
            "limit_amount": "3", "limit_unit": "working_days", "tags": "照明、夜间", "tier": Tier.DEPARTMENT,
            "resolver": "responsible",
        }
    )  # fmt: skip
    answer = as_user(ruled.district_staff).post(reverse("routing:add_rule", args=[draft.version]), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    rule = draft.rules.latest("order")
    assert [(group["mode"], len(group["conditions"])) for group in rule.conditions] == [("any", 2), ("none", 1)]
    assert [one.resolver for one in rule.co_handlers.all()] == ["street_office", "named"]
    assert (rule.limit_amount, rule.tags) == (3, ["照明", "夜间"])


def test_empty_group_among_others_is_refused(ruled: HandlingWorld, draft: RuleSet) -> None:
    sent = fields(**{"groups": "2", "g0-words_any": "路灯", "g1-mode": "any"})
    answer = as_user(ruled.district_staff).post(reverse("routing:add_rule", args=[draft.version]), sent)
    assert answer.status_code == 422
    assert "这一组还没有填条件" in answer.content.decode()


def test_check_tells_what_the_rule_means_and_saves_nothing(ruled: HandlingWorld, draft: RuleSet) -> None:
    client, url = as_user(ruled.district_staff), reverse("routing:check_rule", args=[draft.version])
    before = draft.rules.count()
    page = client.post(url, fields(**{"g0-words_any": "路灯", "g0-words_none": "电梯 扶梯"})).content.decode()
    assert "内容提到 “路灯”" in page
    assert "任意一个" not in page
    assert "社区街道解决，交给所在街道工委" in page
    page = client.post(url, fields(tier=Tier.DEPARTMENT)).content.decode()
    assert "只能交给" in page
    page = client.post(url, fields(name="", **{"g0-similar_least": "2"})).content.decode()
    assert "还有地方没有填好" in page
    assert draft.rules.count() == before


@pytest.mark.parametrize(
    "sent", [{}, {"groups": "-1"}, {"groups": "999999"}, {"groups": "\u0664"}, {"drop_group": "x"}]
)
def test_broken_rule_forms_are_no_server_error(ruled: HandlingWorld, draft: RuleSet, sent: dict[str, str]) -> None:
    client = as_user(ruled.district_staff)
    for name in ("add_rule", "check_rule"):
        assert client.post(reverse(f"routing:{name}", args=[draft.version]), sent).status_code < 500


def test_rule_is_moved_to_a_number(ruled: HandlingWorld, draft: RuleSet) -> None:
    last = draft.rules.latest("order")
    url = reverse("routing:move_rule", args=[draft.version, last.pk])
    as_user(ruled.district_staff).post(url, {"to": "2"})
    last.refresh_from_db()
    assert last.order == 2
    as_user(ruled.district_staff).post(url, {"to": "第三"})
    last.refresh_from_db()
    assert last.order == 2


def test_versions_are_compared(ruled: HandlingWorld, draft: RuleSet) -> None:
    client, first = as_user(ruled.district_staff), RuleSet.objects.get(status=RuleSetStatus.ACTIVE)
    rule = draft.rules.get(name="社区和街道能解决的事项")
    form = client.get(reverse("routing:edit_rule", args=[draft.version, rule.pk])).context["form"]
    client.post(reverse("routing:edit_rule", args=[draft.version, rule.pk]), {**sent_back(form), "tags": "社区"})
    client.post(reverse("routing:delete_rule", args=[draft.version, draft.rules.get(order=1).pk]))
    client.post(reverse("routing:add_rule", args=[draft.version]), fields(name="全新的一条"))
    page = client.get(reverse("routing:compare", args=[draft.key, first.key]))
    told = {(one.kind, one.name) for one in page.context["differences"]}
    assert told == {
        ("added", "全新的一条"), ("changed", "社区和街道能解决的事项"), ("removed", "危及安全的，紧急交责任部门"),
    }  # fmt: skip
    assert "标签：社区" in page.content.decode()
    same = client.get(reverse("routing:compare", args=[first.key, first.key]))
    assert same.context["differences"] == []


def test_place_of_the_streets_and_their_scope_are_edited(ruled: HandlingWorld, draft: RuleSet) -> None:
    client = as_user(ruled.district_staff)
    draft.rules.filter(is_place=True).delete()
    client.post(reverse("routing:add_place", args=[draft.version]))
    assert draft.rules.filter(is_place=True).count() == 1
    client.post(reverse("routing:allow", args=[draft.version]), {"tiers": ["2"], "resolvers": ["street"]})
    draft.refresh_from_db()
    assert (draft.street_tiers, draft.street_resolvers) == ([2], ["street"])
    answer = client.post(reverse("routing:allow", args=[draft.version]), {"tiers": ["5"]})
    assert answer.status_code == 400
    place = draft.rules.get(is_place=True)
    assert client.get(reverse("routing:edit_rule", args=[draft.version, place.pk])).status_code == 409


def test_second_of_two_who_override_is_told(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    url = reverse("routing:override", args=[matter.code])
    first, second = as_user(ruled.staff), as_user(ruled.district_staff)
    seen = [client.get(url).context["form"]["seen"].value() for client in (first, second)]
    sent = {"tier": Tier.PROPOSAL, "why": "其他", "text": "全区都有"}
    assert first.post(url, {**sent, "seen": seen[0]}).status_code == 302
    answer = second.post(url, {**sent, "tier": Tier.RELAY, "text": "应当接力", "seen": seen[1]})
    assert answer.status_code == 409
    assert "别人刚刚处理了这件事" in answer.content.decode()
    assert "应当接力" in answer.content.decode()
    assert matter.decisions.count() == 1


@pytest.mark.parametrize("changes", [{"why": "没有这个理由"}, {"text": "  "}, {"tier": "9"}])
def test_override_asks_for_reason_and_words(ruled: HandlingWorld, changes: dict[str, str]) -> None:
    matter = open_matter(ruled)
    sent = {"tier": Tier.PROPOSAL, "why": "其他", "text": "全区都有", **changes}
    answer = as_user(ruled.staff).post(reverse("routing:override", args=[matter.code]), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == changes.keys()


def test_suggestion_is_followed_from_the_why_panel(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    client = as_user(ruled.staff)
    page = client.get(reverse("routing:why", args=[matter.code]))
    assert page.context["suggested"].lead == ruled.department
    url = reverse("routing:confirm", args=[matter.code])
    assert client.post(url, {"seen": "999"}).status_code == 409
    assert client.post(url, {"seen": matter.version}).status_code == 302
    matter.refresh_from_db()
    assert (matter.status, matter.holder) == (Status.HANDLING, ruled.department)
    assert as_user(ruled.other_staff).post(url).status_code == 404


def test_why_panel_shows_every_condition_with_what_it_saw(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    page = as_user(ruled.staff).get(reverse("routing:why", args=[matter.code])).content.decode()
    assert "第 6 条“部门职责内的单一事项”相符" in page
    assert f"（看到：{matter.category}）" in page
    assert "没有相符的 4 条" in page
    assert "影响范围是 全市、全省" in page


def test_decision_from_before_rules_had_groups_is_still_told(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    asked = {"condition": CategoryIn(("urban",)).to_json(), "held": True, "seen": ["urban.lighting"]}
    gone = {"condition": {"kind": "weather_is"}, "held": True, "seen": []}
    RoutingDecision.objects.create(
        matter=matter, at=NOW, why=[{"order": 1, "rule": "旧规则", "matched": True, "asked": [asked, gone]}]
    )
    page = as_user(ruled.staff).get(reverse("routing:why", args=[matter.code])).content.decode()
    assert "类别属于 城建城管" in page
    assert "条件有误" in page


def test_triage_row_says_why_a_person_must_decide(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    matter.category = None
    matter.save(update_fields=["category"])
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    page = as_user(ruled.staff).get(reverse("desk:home"), {"queue": "triage"}).content.decode()
    assert "待人工分派：没有规则与这件事相符。" in page


def test_rehearsals_stand_beside_the_rules_of_those_who_may_read_them(ruled: HandlingWorld) -> None:
    for user, beside in ((ruled.district_staff, True), (ruled.staff, False)):
        page = as_user(user).get(reverse("routing:list")).content.decode()
        place = reverse("rehearsal:panel", args=[RuleSet.objects.get(status=RuleSetStatus.ACTIVE).key])
        assert (place in page) is beside
        assert as_user(user).get(place).status_code == (200 if beside else 404)


def test_try_out_of_street_rules_stands_among_the_districts(ruled: HandlingWorld) -> None:
    made = RuleSetFactory.create(district=ruled.congress, street=ruled.committee, version=1)
    RuleFactory.create(rule_set=made, order=1, name="街道的", conditions=all_of(Keywords(Mode.ANY, ("广场舞",))))
    sent = {"text": "广场舞", "place": ruled.places.community.code, "urgency": "normal", "channel": "qr"}
    page = as_user(ruled.staff).get(reverse("routing:try", args=[made.key]), sent).content.decode()
    assert "街道的" in page
    assert "危及安全的，紧急交责任部门" in page
