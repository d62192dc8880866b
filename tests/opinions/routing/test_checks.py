"""Bad rules are found: when saved, when put in force, and when a body closes or a category goes later; told once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.catalog.models import Category, Tier
from opinions.catalog.queries import STAMP as CATALOG
from opinions.routing.checks import MOST_WORDS, Finding
from opinions.routing.conditions import CategoryIn, ChannelIn, Group, Keywords, Mode
from opinions.routing.findings import findings_in_force, findings_of
from opinions.routing.models import Resolver, RuleSet
from opinions.routing.services import (
    EverythingCaught,
    InvalidRule,
    InvalidRuleSet,
    RuleDraft,
    activate,
    findings_about,
    report,
    save_rule,
    standing_problems,
)
from opinions.routing.services.rules import Helper
from opinions.routing.tasks import check_rules
from opinions.succession.services import close_body
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, later
from tests.factories.routing import RuleFactory, RuleSetFactory, all_of, rules_in_force

pytestmark = pytest.mark.django_db
NAMED = {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED}


def close(body: Organisation, into: Organisation | None = None) -> None:
    Organisation.objects.filter(pk=body.pk).update(active=False, merged_into=into)
    bump(ORGANISATIONS)


def texts(findings: list[Finding]) -> str:
    return "\n".join(one.told for one in findings)


def draft(**fields: Any) -> RuleDraft:
    values = {"name": "规则", "tier": Tier.DEPARTMENT, "resolver": Resolver.RESPONSIBLE, **fields}
    return RuleDraft(**values)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"limit_amount": 16, "limit_unit": "working_days"}, "limit_amount"),
        ({"limit_amount": 22, "limit_unit": "calendar_days"}, "limit_amount"),
        ({"limit_amount": 1, "limit_unit": "months"}, "limit_unit"),
        ({"limit_amount": 3, "limit_unit": "working_days", "fast_lane": True}, "limit_amount"),
        ({"tier": Tier.RELAY, "resolver": Resolver.NEXT_CONGRESS, "fast_lane": True}, "limit_amount"),
        ({"tags": ["一二三四五六七八九十十一"]}, "tags"),
        ({"tags": list("一二三四五六")}, "tags"),
        ({"co_handlers": (Helper(resolver="named"),)}, "co_bodies"),
        ({"co_handlers": (Helper(resolver="responsible"),)}, "co_resolvers"),
        ({"co_handlers": (Helper(resolver="addressed_deputy"),)}, "co_resolvers"),
        (
            {"tier": Tier.PROPOSAL, "resolver": "proposal_draft", "co_handlers": (Helper(resolver="street_office"),)},
            "co_resolvers",
        ),
        ({"conditions": [{"mode": "all", "conditions": []}]}, "conditions"),
        (
            {
                "conditions": [
                    Group(Mode.ALL, (ChannelIn(("qr",)),)).to_json(),
                    Group(Mode.NONE, (ChannelIn(("qr",)),)).to_json(),
                ]
            },
            "conditions",
        ),
    ],
)
def test_outcome_that_cannot_be_is_refused_at_its_field(
    world: HandlingWorld, fields: dict[str, Any], field: str
) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    with pytest.raises(InvalidRule) as caught:
        save_rule(rule_set=rule_set, rule=None, draft=draft(**fields), by=None, now=NOW)
    assert field in [problem.field for problem in caught.value.problems]


def test_limit_of_the_law_is_taken(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    made = save_rule(
        rule_set=rule_set, rule=None, draft=draft(limit_amount=15, limit_unit="working_days"), by=None, now=NOW
    )
    assert (made.limit_amount, made.limit_unit) == (15, "working_days")


def test_rule_for_everything_before_others_is_put_in_force_only_when_it_is_meant(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    RuleFactory.create(rule_set=rule_set, order=1, name="都交街道")
    RuleFactory.create(rule_set=rule_set, order=2, conditions=all_of(ChannelIn(("qr",))))
    with pytest.raises(EverythingCaught):
        activate(rule_set=rule_set, by=None, now=NOW)
    assert not RuleSet.objects.exclude(status="draft").exists()
    findings = activate(rule_set=rule_set, meant=True, by=None, now=NOW)
    assert [one.warning for one in findings] == [True]
    assert "后面的 1 条永远轮不到" in findings[0].told


def test_responsible_body_without_a_condition_on_the_category_is_a_warning(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    lamps = CategoryIn(("urban.lighting",))
    for conditions, told in (([], True), (all_of(lamps), False), ([Group(Mode.NONE, (lamps,)).to_json()], True)):
        saved = save_rule(rule_set=rule_set, rule=None, draft=draft(conditions=conditions), by=None, now=NOW)
        found = [one.warning for one in findings_about(saved) if "没有选类别这个条件" in one.text]
        assert found == [True] * told


def test_rule_hidden_by_an_earlier_one_is_told_when_it_is_saved(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for order, words in enumerate((("灯",), ("路灯",)), 1):
        saved = save_rule(
            rule_set=rule_set, rule=None, by=None, now=NOW,
            draft=draft(name=f"第{order}", conditions=all_of(Keywords(Mode.ANY, words))),
        )  # fmt: skip
    assert "永远轮不到" in texts(findings_about(saved))
    with pytest.raises(InvalidRuleSet, match="永远轮不到"):
        activate(rule_set=rule_set, by=None, now=NOW)


def test_hidden_rule_is_seen_through_any_and_none(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    wide = Group(Mode.ANY, (CategoryIn(("urban",)), CategoryIn(("traffic",))))
    narrow = Group(Mode.ANY, (CategoryIn(("urban.lighting",)), CategoryIn(("traffic.bus",))))
    RuleFactory.create(rule_set=rule_set, order=1, conditions=[wide.to_json()])
    RuleFactory.create(rule_set=rule_set, order=2, name="在后面", conditions=[narrow.to_json()])
    assert "在后面" in texts(findings_of(rule_set))


def test_too_many_words_in_one_version_are_told(world: HandlingWorld) -> None:
    rule_set = RuleSetFactory.create(district=world.congress)
    for order in range(1, MOST_WORDS // 200 + 2):
        words = tuple(f"词{order}之{n}" for n in range(200))
        RuleFactory.create(rule_set=rule_set, order=order, conditions=all_of(Keywords(Mode.ANY, words)))
    assert f"最多 {MOST_WORDS} 个" in texts(findings_of(rule_set))


def test_body_closed_later_is_shown_at_once_and_told_once(world: HandlingWorld) -> None:
    rule_set = rules_in_force(world.congress, {**NAMED, "organisation": world.other_department})
    assert findings_in_force(world.congress) == []
    close(world.other_department)
    assert "已经停用" in texts(findings_in_force(world.congress))
    assert report(now=NOW) == 1
    assert report(now=later(1)) == 1
    notice = Notice.objects.get(recipient=world.district_staff, subject__startswith="分派规则需要处理")
    assert notice.link == f"/desk/routing/{rule_set.key}/"


def test_merged_body_is_told_though_matters_still_find_their_way(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {**NAMED, "organisation": world.other_department})
    close(world.other_department, into=world.department)
    found = findings_in_force(world.congress)
    assert "已经并入" in texts(found)
    assert [(one.warning, one.is_told) for one in found] == [(True, True)]


def test_ring_of_successors_is_told(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {**NAMED, "organisation": world.department})
    close(world.other_department, into=world.department)
    close(world.department, into=world.other_department)
    assert "互相并入" in texts(findings_in_force(world.congress))


def test_category_switched_off_later_is_told(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"conditions": all_of(CategoryIn(("urban.lighting",)))})
    Category.objects.filter(code="urban.lighting").update(active=False)
    bump(CATALOG)
    assert check_rules() == 1
    assert Notice.objects.filter(recipient=world.district_staff, subject__contains="已经停用或不存在").count() == 1


def test_closing_a_body_tells_at_once(world: HandlingWorld) -> None:
    body = Organisation.objects.create(
        code="SL", name="云汀区水利局", kind="department", division=world.places.district, parent=world.congress
    )
    bump(ORGANISATIONS)
    rules_in_force(world.congress, {**NAMED, "organisation": body})
    close_body(body=body, reason="机构改革", by=world.district_staff, now=NOW)
    assert Notice.objects.filter(recipient=world.district_staff, subject__contains="云汀区水利局").count() == 1


def test_banner_stands_at_the_desk_of_those_who_keep_the_rules(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {**NAMED, "organisation": world.other_department})
    close(world.other_department)
    home = reverse("desk:home")
    assert "处需要处理" in sign_in(Client(), world.district_staff).get(home).content.decode()
    assert "处需要处理" not in sign_in(Client(), world.staff).get(home).content.decode()
    assert standing_problems(world.handler) == []
    page = sign_in(Client(), world.district_staff).get(reverse("routing:list")).content.decode()
    assert "生效的规则里有办不通的" in page


def test_findings_are_kept_until_something_changes(world: HandlingWorld, django_assert_num_queries: Any) -> None:
    rules_in_force(world.congress, *[{"name": f"规则{n}", "conditions": all_of(ChannelIn(("qr",)))} for n in range(2)])
    first = findings_in_force(world.congress)
    assert findings_in_force(world.congress) is first
    with translation.override("en"):
        assert findings_in_force(world.congress) is not first
    assert RuleSet.objects.count() == 1
