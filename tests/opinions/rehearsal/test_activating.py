"""A version in force at a set time, once; and back to an earlier one in one step."""

from datetime import timedelta

import pytest

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Notice
from liaison.base.stamps import bump
from opinions.catalog.models import Tier
from opinions.rehearsal import services
from opinions.rehearsal.models import PlannedActivation, PlanStatus
from opinions.rehearsal.queries import version_before
from opinions.routing.models import Resolver, Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import active_set
from opinions.routing.services import InvalidRuleSet, NeverInForce, NotADraft, activate, copy_rule_set
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.organisations import OrganisationFactory
from tests.factories.routing import RuleFactory

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(hours=8)


def planned(world: HandlingWorld, draft: RuleSet) -> PlannedActivation:
    return services.plan_activation(rule_set=draft, at=AT, by=world.district_staff, now=NOW)


def in_force(world: HandlingWorld) -> int | None:
    held = active_set(world.congress.pk)
    return held.version if held else None


def fire_all() -> list[bool]:
    return [services.fire(plan_id=key, now=AT) for key in services.due_activations(now=AT)]


def test_version_is_in_force_at_the_set_time_and_not_before(world: HandlingWorld, draft: RuleSet) -> None:
    planned(world, draft)
    assert services.due_activations(now=AT - timedelta(minutes=1)) == []
    assert in_force(world) == 1
    assert fire_all() == [True]
    assert in_force(world) == 2
    assert Notice.objects.get(recipient=world.district_staff).subject == "分派规则版本 2 已按约定时间生效"


def test_two_beats_activate_once(world: HandlingWorld, draft: RuleSet) -> None:
    """Both have read that it is due; the second finds it settled."""
    plan = planned(world, draft)
    assert [services.due_activations(now=AT) for _beat in range(2)] == [[plan.pk]] * 2
    assert [services.fire(plan_id=plan.pk, now=AT) for _beat in range(2)] == [True, False]
    assert Event.objects.filter(verb="activate_rules", data__version=2).count() == 1


def test_before_its_time_nothing_fires(world: HandlingWorld, draft: RuleSet) -> None:
    plan = planned(world, draft)
    assert not services.fire(plan_id=plan.pk, now=NOW)
    assert in_force(world) == 1


def test_what_broke_meanwhile_is_found_at_that_moment_and_the_author_told(world: HandlingWorld, draft: RuleSet) -> None:
    Rule.objects.filter(rule_set=draft, is_place=False).update(
        tier=Tier.DEPARTMENT, resolver=Resolver.NAMED, organisation=world.department
    )
    planned(world, draft)
    Organisation.objects.filter(pk=world.department.pk).update(active=False)
    bump(ORGANISATIONS)
    fire_all()
    plan = PlannedActivation.objects.get()
    assert (in_force(world), plan.status) == (1, PlanStatus.FAILED)
    assert "停用" in plan.problem
    notice = Notice.objects.filter(key__startswith="planned:").get()
    assert notice.recipient == world.district_staff
    assert "没有按约定时间生效" in notice.subject
    assert Event.objects.filter(verb="rules_not_activated").count() == 1


def test_author_without_the_role_any_more_activates_nothing(world: HandlingWorld, draft: RuleSet) -> None:
    planned(world, draft)
    User.objects.filter(pk=world.district_staff.pk).update(is_active=False)
    fire_all()
    assert (in_force(world), PlannedActivation.objects.get().status) == (1, PlanStatus.FAILED)


def test_author_who_went_to_another_district_activates_nothing(world: HandlingWorld, draft: RuleSet) -> None:
    planned(world, draft)
    elsewhere = OrganisationFactory.create(kind="congress", code="ELSEWHERE")
    User.objects.filter(pk=world.district_staff.pk).update(organisation=elsewhere)
    bump(ORGANISATIONS)
    assert fire_all() == [True]
    assert in_force(world) == 1
    assert "没有这个权限" in PlannedActivation.objects.get().problem


def test_version_that_somebody_activated_before_is_no_draft_any_more(world: HandlingWorld, draft: RuleSet) -> None:
    planned(world, draft)
    activate(rule_set=draft, by=world.district_staff, now=NOW)
    fire_all()
    assert (in_force(world), PlannedActivation.objects.get().problem) == (2, "这个版本已经不是草稿。")


def test_second_time_replaces_the_first(world: HandlingWorld, draft: RuleSet) -> None:
    planned(world, draft)
    later = services.plan_activation(rule_set=draft, at=AT + timedelta(days=1), by=world.district_staff, now=NOW)
    assert fire_all() == []
    assert list(PlannedActivation.objects.order_by("id").values_list("status", flat=True)) == ["cancelled", "waiting"]
    assert services.fire(plan_id=later.pk, now=later.at)


def test_called_off_activation_does_not_happen(world: HandlingWorld, draft: RuleSet) -> None:
    planned(world, draft)
    services.call_off(rule_set=draft, by=world.district_staff, now=NOW)
    assert fire_all() == []
    with pytest.raises(StaleState):
        services.call_off(rule_set=draft, by=world.district_staff, now=NOW)


@pytest.mark.parametrize("away", [timedelta(0), -timedelta(days=1), timedelta(days=400)])
def test_time_must_lie_ahead_within_a_year(world: HandlingWorld, draft: RuleSet, away: timedelta) -> None:
    with pytest.raises(services.TooSoon) as told:
        services.plan_activation(rule_set=draft, at=NOW + away, by=world.district_staff, now=NOW)
    assert told.value.field == "at"


def test_rule_for_everything_before_others_waits_for_no_time(world: HandlingWorld, draft: RuleSet) -> None:
    waiting = planned(world, draft)
    RuleFactory.create(rule_set=draft, order=0, name="都交街道")
    with pytest.raises(InvalidInput, match="当面确认"):
        planned(world, draft)
    assert fire_all() == [True]
    waiting.refresh_from_db()
    assert (waiting.status, in_force(world)) == ("failed", 1)
    assert "对所有事项都生效" in waiting.problem


def test_only_a_draft_is_planned_and_only_by_its_keeper(world: HandlingWorld, draft: RuleSet) -> None:
    with pytest.raises(NotAllowed):
        services.plan_activation(rule_set=draft, at=AT, by=world.staff, now=NOW)
    with pytest.raises(NotADraft):
        services.plan_activation(rule_set=RuleSet.objects.get(version=1), at=AT, by=world.district_staff, now=NOW)


def test_rolling_back_puts_the_version_before_in_force_and_keeps_the_history(
    world: HandlingWorld, draft: RuleSet
) -> None:
    activate(rule_set=draft, by=world.district_staff, now=NOW)
    before = version_before(world.congress.pk)
    assert before is not None
    services.roll_back(to=before, instead_of=draft, by=world.district_staff, now=AT)
    assert in_force(world) == 1
    draft.refresh_from_db()
    before.refresh_from_db()
    assert (draft.status, draft.activated_at, before.activated_at) == (RuleSetStatus.RETIRED, NOW, AT)
    verbs = list(Event.objects.filter(chain=f"rules:{world.congress.pk}").order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["activate_rules", "reactivate_rules"]
    assert version_before(world.congress.pk) == draft


def test_second_of_two_who_roll_back_is_told(world: HandlingWorld, draft: RuleSet) -> None:
    activate(rule_set=draft, by=world.district_staff, now=NOW)
    first = RuleSet.objects.get(version=1)
    services.roll_back(to=first, instead_of=draft, by=world.district_staff, now=AT)
    with pytest.raises(StaleState):
        services.roll_back(to=first, instead_of=draft, by=world.district_staff, now=AT)


def test_nothing_goes_back_to_a_draft_or_by_a_stranger(world: HandlingWorld, draft: RuleSet) -> None:
    first = RuleSet.objects.get(version=1)
    with pytest.raises(NeverInForce):
        services.roll_back(to=draft, instead_of=first, by=world.district_staff, now=AT)
    with pytest.raises(NotAllowed):
        services.roll_back(to=draft, instead_of=first, by=world.leader, now=AT)


def test_version_whose_body_closed_does_not_come_back(world: HandlingWorld, draft: RuleSet) -> None:
    first = RuleSet.objects.get(version=1)
    activate(rule_set=copy_rule_set(source=draft, note="", by=None, now=NOW), by=None, now=NOW)
    Rule.objects.filter(rule_set=first, is_place=False).update(
        tier=Tier.DEPARTMENT, resolver=Resolver.NAMED, organisation=world.department
    )
    Organisation.objects.filter(pk=world.department.pk).update(active=False)
    bump(ORGANISATIONS)
    with pytest.raises(InvalidRuleSet):
        services.roll_back(to=first, instead_of=RuleSet.objects.get(version=3), by=world.district_staff, now=AT)
    assert in_force(world) == 3
