"""Several people, or one person twice, rehearse and activate at the same moment."""

from datetime import timedelta

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.rehearsal import services
from opinions.rehearsal.jobs import start
from opinions.rehearsal.models import PlannedActivation, Rehearsal
from opinions.rehearsal.services.starting import MOST_OPEN
from opinions.routing.models import RuleSet, RuleSetStatus
from opinions.routing.services import activate, copy_rule_set
from tests.factories.matters import NOW, HandlingWorld, open_matter
from tests.factories.routing import urban_world, with_rules
from tests.opinions.handling.test_at_once import at_once
from tests.opinions.rehearsal.test_performing import request

pytestmark = pytest.mark.django_db(transaction=True)
AT = NOW + timedelta(hours=8)


def place(drafts: int = 1) -> tuple[HandlingWorld, list[RuleSet]]:
    """A district with rules in force, and copies of them as drafts."""
    world = with_rules(urban_world())
    first = RuleSet.objects.get()
    return world, [copy_rule_set(source=first, note="", by=world.district_staff, now=NOW) for _draft in range(drafts)]


def test_one_person_starts_no_more_than_are_allowed() -> None:
    world, (draft,) = place()
    open_matter(world)
    outcomes = at_once(
        *[lambda: start(request=request(draft), by=world.district_staff, now=NOW) for _n in range(MOST_OPEN + 2)]
    )
    assert sorted(outcomes) == ["TooManyOpen"] * 2 + ["done"] * MOST_OPEN
    assert Rehearsal.objects.count() == MOST_OPEN


def test_one_draft_is_activated_once() -> None:
    world, (draft,) = place()
    screens = [RuleSet.objects.get(pk=draft.pk) for _screen in range(2)]
    outcomes = at_once(*[lambda one=one: activate(rule_set=one, by=world.district_staff, now=NOW) for one in screens])
    assert sorted(outcomes) == ["NotADraft", "done"]
    assert Event.objects.filter(verb="activate_rules", data__version=draft.version).count() == 1


def test_two_drafts_at_once_follow_each_other_and_one_is_in_force() -> None:
    world, drafts = place(2)
    outcomes = at_once(*[lambda one=one: activate(rule_set=one, by=world.district_staff, now=NOW) for one in drafts])
    assert outcomes == ["done", "done"]
    (in_force,) = RuleSet.objects.filter(status=RuleSetStatus.ACTIVE)
    last = Event.objects.filter(verb="activate_rules").order_by("seq").last()
    assert last is not None
    assert last.data["version"] == in_force.version
    assert RuleSet.objects.filter(status=RuleSetStatus.RETIRED).count() == 2
    assert list(verify()) == []


def test_going_back_is_done_once() -> None:
    world, (draft,) = place()
    first = RuleSet.objects.get(version=1)
    activate(rule_set=draft, by=world.district_staff, now=NOW)
    outcomes = at_once(
        *[lambda: services.roll_back(to=first, instead_of=draft, by=world.district_staff, now=NOW) for _press in "12"]
    )
    assert sorted(outcomes) == ["StaleState", "done"]


def test_planning_calling_off_and_firing_cross_without_harm() -> None:
    world, (draft, other) = place(2)
    plan = services.plan_activation(rule_set=draft, at=AT, by=world.district_staff, now=NOW)
    outcomes = at_once(
        lambda: services.fire(plan_id=plan.pk, now=AT),
        lambda: services.fire(plan_id=plan.pk, now=AT),
        lambda: services.call_off(rule_set=draft, by=world.district_staff, now=AT),
        lambda: services.plan_activation(rule_set=other, at=AT + timedelta(hours=1), by=world.district_staff, now=AT),
        lambda: services.plan_activation(rule_set=draft, at=AT + timedelta(hours=1), by=world.district_staff, now=AT),
    )
    assert set(outcomes) <= {"done", "StaleState", "NotADraft"}
    assert PlannedActivation.objects.filter(rule_set=draft, status="waiting").count() <= 1
    assert Event.objects.filter(verb="activate_rules", data__version=draft.version).count() <= 1
    assert list(verify()) == []
