"""Where an opinion goes by the default rules, tier by tier, and what happens when it cannot go there."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import STAMP as ORGANISATIONS
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.stamps import bump, reading
from liaison.base.workdays.arithmetic import SHANGHAI
from liaison.base.workdays.models import CalendarDay, CalendarYear
from opinions.catalog.models import Category, Reach, SourceChannel, Tier, Urgency
from opinions.routing import facts
from opinions.routing.conditions import Keywords, Mode, SimilarCount, Within
from opinions.routing.models import CoHandler, Resolver, RuleSet
from opinions.routing.planning import draw_up
from opinions.routing.queries import active_rules
from opinions.routing.services import Plan, Raised, plan
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import all_of, rules_in_force

pytestmark = pytest.mark.django_db


def raised(world: HandlingWorld, category: str = "", **fields: Any) -> Raised:
    values = {
        "division": world.places.community,
        "street": world.committee,
        "district": world.congress,
        "channel": SourceChannel.QR,
        "text": "有件事想反映",
        "category": Category.objects.get(code=category) if category else None,
        **fields,
    }
    return Raised(**values)


def decide(world: HandlingWorld, category: str = "", **fields: Any) -> Plan:
    return plan(raised(world, category, **fields), now=NOW)


def test_addressed_deputy_gets_it(ruled: HandlingWorld) -> None:
    made = decide(ruled, deputy=ruled.deputy)
    assert (made.tier, made.holder, made.holder_deputy) == (Tier.DEPUTY, None, ruled.deputy)


def test_community_matter_stays_with_the_street(ruled: HandlingWorld) -> None:
    made = decide(ruled, "community.elder")
    assert (made.tier, made.holder, made.holder_deputy) == (Tier.STREET, ruled.committee, None)


def test_department_matter_is_coordinated_by_the_street(ruled: HandlingWorld) -> None:
    made = decide(ruled, "urban.lighting")
    assert (made.tier, made.holder, made.body) == (Tier.DEPARTMENT, ruled.committee, ruled.department)
    assert made.assign_to is None


def test_district_wide_matter_goes_to_the_committee(ruled: HandlingWorld) -> None:
    made = decide(ruled, "urban.lighting", reach=Reach.DISTRICT)
    assert (made.tier, made.holder, made.urgency) == (Tier.PROPOSAL, ruled.congress, Urgency.COMPLEX)


def test_city_wide_matter_is_for_relay_even_when_a_deputy_is_addressed(ruled: HandlingWorld) -> None:
    made = decide(ruled, reach=Reach.CITY, deputy=ruled.deputy)
    assert (made.tier, made.holder) == (Tier.RELAY, ruled.congress)


def test_danger_is_urgent(ruled: HandlingWorld) -> None:
    made = decide(ruled, "urban.facilities", text="小区门口燃气泄漏，味道很大")
    assert (made.tier, made.urgency, made.body) == (Tier.DEPARTMENT, Urgency.URGENT, ruled.department)


def test_without_a_match_the_street_decides(ruled: HandlingWorld) -> None:
    made = decide(ruled)
    assert (made.tier, made.holder, made.body) == (None, ruled.committee, None)
    assert made.problem == "没有规则与这件事相符。"
    assert made.decision.problem == made.problem


def test_without_rules_the_street_decides(world: HandlingWorld) -> None:
    made = decide(world, "urban")
    assert (made.tier, made.holder) == (None, world.committee)
    assert made.problem


def test_category_without_a_body_goes_to_the_street_with_the_reason(ruled: HandlingWorld) -> None:
    made = decide(ruled, "health.care")
    assert (made.tier, made.holder) == (None, ruled.committee)
    assert "看病就医" in made.problem
    assert made.decision.rule is not None


def test_broken_rule_sends_it_to_the_street_and_is_named(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"name": "坏规则", "conditions": [{"kind": "weather_is"}]}, {"name": "其余"})
    made = decide(world)
    assert (made.tier, made.holder) == (None, world.committee)
    assert "坏规则" in made.decision.problem


@pytest.mark.parametrize("status", [DeputyStatus.ENDED, DeputyStatus.SUSPENDED])
def test_deputy_out_of_office_gets_nothing(world: HandlingWorld, status: str) -> None:
    Deputy.objects.filter(pk=world.deputy.pk).update(status=status)
    world.deputy.refresh_from_db()
    rules_in_force(world.congress, {"tier": Tier.DEPUTY, "resolver": Resolver.ADDRESSED_DEPUTY, "confirm": False})
    made = decide(world, deputy=world.deputy)
    assert (made.tier, made.holder, made.holder_deputy) == (None, world.committee, None)
    assert world.deputy.name in made.problem


def test_deputy_whom_nobody_would_tell_gets_nothing(world: HandlingWorld) -> None:
    Deputy.objects.filter(pk=world.deputy.pk).update(user=None, helper=None)
    world.deputy.refresh_from_db()
    rules_in_force(world.congress, {"tier": Tier.DEPUTY, "resolver": Resolver.ADDRESSED_DEPUTY, "confirm": False})
    assert decide(world, deputy=world.deputy).holder == world.committee


def test_deputy_of_the_electoral_district_is_found(world: HandlingWorld) -> None:
    Deputy.objects.filter(pk=world.deputy.pk).update(electoral_district=world.places.electoral)
    rules_in_force(world.congress, {"tier": Tier.DEPUTY, "resolver": Resolver.DISTRICT_DEPUTY, "confirm": False})
    assert decide(world, electoral_district=world.places.electoral).holder_deputy == world.deputy
    assert decide(world).problem


def test_rule_without_confirmation_assigns_at_once(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"tier": Tier.DEPARTMENT, "resolver": Resolver.RESPONSIBLE, "confirm": False})
    assert decide(world, "urban.lighting").assign_to == world.department


def test_community_resolver_finds_the_committee_of_residents(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"resolver": Resolver.COMMUNITY})
    assert decide(world).body == world.places.community_body
    assert decide(world, division=world.places.street).problem


def test_merged_body_leads_to_its_successor(world: HandlingWorld) -> None:
    Organisation.objects.filter(pk=world.department.pk).update(active=False, merged_into=world.other_department)
    bump(ORGANISATIONS)
    rules_in_force(
        world.congress,
        {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED, "organisation": world.department},
    )
    assert decide(world).body == world.other_department


def test_closed_body_without_successor_is_a_problem(world: HandlingWorld) -> None:
    Organisation.objects.filter(pk=world.department.pk).update(active=False)
    bump(ORGANISATIONS)
    rules_in_force(
        world.congress,
        {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED, "organisation": world.department},
    )
    assert decide(world).problem == "规则指定的机构已经停用。"


def test_rules_of_another_district_do_not_count(ruled: HandlingWorld) -> None:
    other = Organisation.objects.create(
        code="RD2", name="云湾区人大常委会", kind=OrganisationKind.CONGRESS, division=ruled.places.other_street
    )
    assert decide(ruled, "community.elder", district=other).tier is None


def test_decision_keeps_what_was_seen_but_not_the_words_of_the_resident(ruled: HandlingWorld) -> None:
    row = decide(ruled, "urban.lighting", text="我住三号楼，路灯坏了").decision
    assert row.facts["categories"] == ["urban.lighting", "urban"]
    assert "三号楼" not in str(row.facts) + str(row.why)
    assert [trial["matched"] for trial in row.why] == [False, False, False, False, True]


def test_problem_is_kept_in_chinese_whoever_submits(ruled: HandlingWorld) -> None:
    with translation.override("en"):
        assert decide(ruled).problem == "没有规则与这件事相符。"


def test_decision_asks_one_statement_when_warm(ruled: HandlingWorld, django_assert_num_queries: Any) -> None:
    opinion = raised(ruled, "urban.lighting", text="路灯" * 2000, deputy=None)
    plan(opinion, now=NOW)
    with django_assert_num_queries(1):
        plan(opinion, now=NOW)


@pytest.mark.parametrize("count", [1, 100])
def test_decision_asks_as_much_with_a_hundred_rules_as_with_one(
    world: HandlingWorld, count: int, django_assert_num_queries: Any
) -> None:
    never = all_of(Keywords(Mode.ANY, ("没有这个词",)))
    made = rules_in_force(world.congress, *[{"name": f"规则{n}", "conditions": never} for n in range(count - 1)], {})
    CoHandler.objects.create(rule=made.rules.latest("order"), resolver=Resolver.STREET_OFFICE)
    bump("routing")
    opinion = raised(world, "urban.lighting", at=NOW)
    assert plan(opinion, now=NOW).co == (world.office,)
    with django_assert_num_queries(1):
        plan(opinion, now=NOW)


def test_decision_with_a_hundred_rules_takes_less_than_five_milliseconds(world: HandlingWorld) -> None:
    words = [all_of(Keywords(Mode.ANY, tuple(f"词{n}之{m}" for m in range(20)))) for n in range(99)]
    rules_in_force(world.congress, *[{"name": f"规则{n}", "conditions": one} for n, one in enumerate(words)], {})
    opinion = raised(world, "urban.lighting", at=NOW, text="小区门口的路灯坏了很久，晚上走路不安全。" * 10)
    plan(opinion, now=NOW)
    compiled, spent = active_rules(world.congress.pk, world.committee.pk), []
    for _n in range(20):
        began = time.perf_counter()
        with reading():
            draw_up(compiled, opinion, now=NOW)
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.005


def test_similar_are_counted_only_for_a_rule_that_asks(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def count(**what: Any) -> int:
        asked.append(what)
        return 5

    monkeypatch.setattr(facts, "count_like", count)
    similar = SimilarCount(5, 7, Within.METRES, 300)
    opinion = raised(world, "urban.lighting", at=NOW, matter_id=7, position=(Decimal("30.5"), Decimal("114.3")))
    rules_in_force(world.congress, {})
    plan(opinion, now=NOW)
    assert asked == []
    rules_in_force(_again(world), {"conditions": all_of(similar, similar)})
    made = plan(opinion, now=NOW)
    assert [(one["since"], one["metres"], one["exclude_matter_id"], one["latitude"]) for one in asked] == [
        (NOW - timedelta(days=7), 300, 7, 30.5)
    ]
    assert made.decision.why[0]["asked"][0]["seen"] == ["5"]


def _again(world: HandlingWorld) -> Organisation:
    RuleSet.objects.update(status="retired")
    return world.congress


def test_moment_stands_on_the_working_calendar(world: HandlingWorld) -> None:
    holiday, make_up = date(2026, 10, 1), date(2026, 10, 10)
    year = CalendarYear.objects.create(year=2026, imported_at=NOW)
    CalendarDay.objects.create(date=holiday, is_off=True, name="国庆节", listed_in=year)
    CalendarDay.objects.create(date=make_up, is_off=False, name="国庆节调休", listed_in=year)
    bump("workdays")
    first, second = (
        facts.moment_of(datetime(2026, 10, day, 1, 30, tzinfo=SHANGHAI).astimezone(UTC)) for day in (1, 10)
    )
    assert (first.workday, first.workday_before, first.minute) == (False, True, 90)
    assert (second.workday, second.workday_before) == (True, True)
