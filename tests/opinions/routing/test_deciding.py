"""Keeping decisions, carrying them out, deciding again, and a person's own decision."""

import pytest

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.audit.verbs import verb_words
from liaison.base.errors import InvalidInput, StaleState
from opinions.catalog.models import Category, ClockKind, Reason, ReasonKind, Tier, Urgency
from opinions.handling.standing import NotYourTurn
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.routing.models import Resolver, RoutingDecision
from opinions.routing.queries import raised_of, suggestion
from opinions.routing.services import Choice, NotReroutable, carry_out, override, plan, reroute, settle
from opinions.routing.wording import why
from tests.factories.matters import NOW, HandlingWorld, assigned, later, open_matter, taken
from tests.factories.routing import rules_in_force

pytestmark = pytest.mark.django_db


def reclassify(matter: Matter, code: str) -> None:
    matter.category = Category.objects.get(code=code)
    matter.save(update_fields=["category"])


def because() -> Reason:
    return Reason.objects.filter(kind=ReasonKind.OVERRIDE).order_by("id")[0]


def decide_otherwise(matter: Matter, choice: Choice, *, text: str, by: User) -> RoutingDecision:
    return override(matter=matter, choice=choice, because=because(), text=text, by=by, now=NOW)


def test_settled_decision_belongs_to_its_matter(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    row = suggestion(matter)
    assert row is not None
    assert (row.tier, row.organisation, row.rule_name) == (Tier.DEPARTMENT, ruled.department, "部门职责内的单一事项")


def test_plan_with_confirmation_is_not_carried_out(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    carry_out(plan(raised_of(matter), now=NOW), matter=matter, now=NOW)
    assert matter.status == Status.SUBMITTED


def test_plan_without_confirmation_is_carried_out(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"tier": Tier.DEPARTMENT, "resolver": Resolver.RESPONSIBLE, "confirm": False})
    matter = open_matter(world)
    carry_out(plan(raised_of(matter), now=NOW), matter=matter, now=NOW)
    assert (matter.status, matter.holder) == (Status.HANDLING, world.department)


def test_reroute_gives_a_submitted_matter_to_the_new_holder(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    Matter.objects.filter(pk=matter.pk).update(tier=Tier.PROPOSAL, holder=ruled.congress)
    matter.refresh_from_db()
    reclassify(matter, "community.elder")
    reroute(matter=matter, by=ruled.staff, reason="类别更正为养老服务", now=NOW)
    matter.refresh_from_db()
    assert (matter.tier, matter.holder, matter.status) == (Tier.STREET, ruled.committee, Status.SUBMITTED)
    clock = matter.clocks.get(kind=ClockKind.TAKE, stopped_at=None)
    assert clock.organisation == ruled.committee


def test_reroute_does_not_give_more_time(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    due_on = matter.due_on
    reclassify(matter, "community.elder")
    reroute(matter=matter, by=ruled.staff, reason="更正", now=later(3))
    matter.refresh_from_db()
    assert matter.due_on == due_on


def test_reroute_leaves_an_event_and_an_unbroken_chain(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    reroute(matter=matter, by=ruled.staff, reason="更正", now=NOW)
    event = Event.objects.filter(chain=matter.chain).order_by("-seq")[0]
    assert (event.verb, event.reason, event.by) == ("reroute", "更正", ruled.staff)
    assert list(verify([matter.chain])) == []


def test_reroute_twice_from_the_same_screen_happens_once(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    stale = Matter.objects.get(pk=matter.pk)
    reroute(matter=matter, by=ruled.staff, reason="更正", now=NOW)
    with pytest.raises(StaleState):
        reroute(matter=stale, by=ruled.staff, reason="更正", now=NOW)
    assert matter.decisions.count() == 1


def test_reroute_of_a_taken_matter_keeps_its_holder(ruled: HandlingWorld) -> None:
    matter = taken(ruled, open_matter(ruled, deputy=ruled.deputy))
    reclassify(matter, "urban.lighting")
    reroute(matter=matter, by=ruled.staff, reason="更正", now=NOW)
    matter.refresh_from_db()
    assert (matter.holder_deputy, matter.tier, matter.status) == (ruled.deputy, Tier.DEPUTY, Status.TAKEN)


def test_reroute_of_a_matter_at_work_is_refused(ruled: HandlingWorld) -> None:
    matter = assigned(ruled)
    with pytest.raises(NotReroutable):
        reroute(matter=matter, by=ruled.staff, reason="更正", now=NOW)
    assert not RoutingDecision.objects.exists()


def test_override_gives_it_to_the_chosen_body_and_keeps_why(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    choice = Choice(tier=Tier.DEPARTMENT, organisation=ruled.other_department)
    override(matter=matter, choice=choice, because=because(), text="类别判断有误", by=ruled.staff, now=NOW)
    assert (matter.status, matter.holder) == (Status.HANDLING, ruled.other_department)
    told = why(matter)[0]
    assert (told.decision.overridden_by, told.decision.reason) == (ruled.staff, f"{because().name}：类别判断有误")
    assert told.decision.because == because()


def test_override_hands_it_to_the_chosen_deputy(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    decide_otherwise(matter, Choice(tier=Tier.DEPUTY, deputy=ruled.deputy), text="熟悉情况", by=ruled.staff)
    assert (matter.holder_deputy, matter.tier) == (ruled.deputy, Tier.DEPUTY)


def test_override_to_a_proposal_hands_it_to_the_district(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    override(
        matter=matter, choice=Choice(tier=Tier.PROPOSAL), because=because(), text="全区共性", by=ruled.staff, now=NOW
    )
    matter.refresh_from_db()
    assert (matter.holder, matter.tier, matter.status) == (ruled.congress, Tier.PROPOSAL, Status.SUBMITTED)


@pytest.mark.parametrize(
    ("tier", "field"), [(Tier.DEPUTY, "deputy"), (Tier.STREET, "organisation"), (Tier.DEPARTMENT, "organisation")]
)
def test_override_needs_to_know_whom(ruled: HandlingWorld, tier: Tier, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        override(
            matter=open_matter(ruled), choice=Choice(tier=tier), because=because(), text="理由", by=ruled.staff, now=NOW
        )
    assert caught.value.field == field


def test_override_needs_a_reason(ruled: HandlingWorld) -> None:
    with pytest.raises(InvalidInput) as caught:
        override(
            matter=open_matter(ruled),
            choice=Choice(tier=Tier.RELAY),
            because=because(),
            text="  ",
            by=ruled.staff,
            now=NOW,
        )
    assert caught.value.field == "text"


def test_override_by_another_street_is_refused(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    with pytest.raises(NotYourTurn):
        override(
            matter=matter, choice=Choice(tier=Tier.RELAY), because=because(), text="理由", by=ruled.other_staff, now=NOW
        )
    assert not matter.decisions.exists()


def test_rules_may_raise_the_urgency(world: HandlingWorld) -> None:
    rules_in_force(world.congress, {"urgency": Urgency.URGENT})
    matter = open_matter(world)
    reroute(matter=matter, by=world.staff, reason="更正", now=NOW)
    assert matter.urgency == Urgency.URGENT


@pytest.mark.parametrize("verb", ["reroute", "override"])
def test_verbs_of_routing_have_words(verb: str) -> None:
    assert str(verb_words(verb)) != verb
