"""Every step up from tier to tier keeps from, to and why in one event; desk and resident read it in words."""

from itertools import combinations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override as in_language

from deputies.roster.models import CongressLevel
from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from opinions.catalog.models import Reason, ReasonKind, Tier
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.queries import TierChange, tier_changes
from opinions.proposals.services import raise_to_proposal
from opinions.relays import services as relays
from opinions.routing.services import overriding
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, open_matter, proposed, relayed, taken, taken_out

WHY = "一个小区解决不了"
UPWARD = list(combinations(Tier, 2))
PHRASES = {
    Tier.STREET: "要社区和街道来办",
    Tier.DEPARTMENT: "要有关部门来办",
    Tier.PROPOSAL: "由代表写成建议",
    Tier.RELAY: "请上一级人大代表接着推动",
}


def begin(world: HandlingWorld, tier: Tier) -> Matter:
    """A matter at `tier`, from which it can go on up."""
    if tier == Tier.DEPUTY:
        return taken(world, deputy=world.deputy)
    if tier == Tier.PROPOSAL:
        return proposed(world)
    matter = taken(world)
    lead = world.office if tier == Tier.STREET else world.department
    handling.assign(matter=matter, tier=tier, lead=lead, by=world.staff, now=NOW)
    return matter


def lift(world: HandlingWorld, matter: Matter, tier: Tier) -> None:
    """Bring it up with a reason."""
    if tier in (Tier.STREET, Tier.DEPARTMENT):
        lead = world.office if tier == Tier.STREET else world.department
        if matter.status == "handling":
            handling.recall(matter=matter, reason="改派", by=world.staff, now=NOW)
        handling.assign(matter=matter, tier=tier, lead=lead, reason=WHY, by=world.staff, now=NOW)
    elif tier == Tier.PROPOSAL:
        raise_to_proposal(matter=matter, title="建议", situation="情况", reason=WHY, by=world.staff, now=NOW)
    else:
        relays.relay(
            matter=matter, level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason=WHY,
            by=world.district_staff, now=NOW,
        )  # fmt: skip


def changes(matter: Matter) -> list[TierChange]:
    return tier_changes(Event.objects.filter(chain=matter.chain).order_by("seq"))


def own_page(matter: Matter) -> str:
    key = matter.reporters.get().link_key
    return Client().get(f"/t/{matter.code}/", {"k": key}).content.decode()


@pytest.mark.parametrize(("source", "target"), UPWARD, ids=lambda tier: str(int(tier)))
def test_step_up_keeps_from_to_and_why_in_one_event(world: HandlingWorld, source: Tier, target: Tier) -> None:
    matter = begin(world, source)
    lift(world, matter, target)
    (step,) = changes(matter)
    assert (step.source, step.target, step.reason, step.rises) == (source, target, WHY, True)
    assert step.who
    desk = sign_in(Client(), world.staff).get(reverse("desk:matter", args=[matter.code])).content.decode()
    assert "层级变化" in desk
    assert f"{source.label} → {target.label}" in desk
    page = own_page(matter)
    does = "办理" if target in (Tier.STREET, Tier.DEPARTMENT) else "跟进推动"
    for told in (PHRASES[target], WHY, f"接下来由{step.who}{does}"):
        assert told in page
    assert list(verify([matter.chain])) == []


def test_deputy_who_passes_it_to_the_street_has_raised_it(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    handling.transfer(matter=matter, street=world.committee, reason=WHY, by=world.deputy_user, now=NOW)
    (step,) = changes(matter)
    assert (step.source, step.target, step.reason, step.who) == (
        Tier.DEPUTY, Tier.STREET, WHY, world.committee.name,
    )  # fmt: skip


@pytest.mark.parametrize("tier", [Tier.STREET, Tier.DEPARTMENT, Tier.PROPOSAL, Tier.RELAY])
def test_override_is_a_step_that_the_resident_reads(world: HandlingWorld, tier: Tier) -> None:
    matter = taken(world, deputy=world.deputy)
    because = Reason.objects.filter(kind=ReasonKind.OVERRIDE, active=True).first()
    assert because is not None
    body = {Tier.STREET: world.office, Tier.DEPARTMENT: world.department}.get(tier)
    choice = overriding.Choice(tier=tier, organisation=body)
    overriding.override(matter=matter, choice=choice, because=because, text=WHY, by=world.staff, now=NOW)
    (step,) = changes(matter)
    assert (step.source, step.target) == (Tier.DEPUTY, tier)
    assert WHY in step.reason
    assert Event.objects.filter(chain=matter.chain, data__has_key="tiers").get().audience == Audience.PUBLIC
    assert PHRASES[tier] in own_page(matter)


def test_first_tier_is_no_step(world: HandlingWorld) -> None:
    matter = begin(world, Tier.DEPARTMENT)
    assert changes(matter) == []
    assert "换过谁来办" not in own_page(matter)


def test_whole_way_up_and_down_again(world: HandlingWorld) -> None:
    matter = begin(world, Tier.DEPUTY)
    for tier in (Tier.STREET, Tier.DEPARTMENT, Tier.PROPOSAL):
        lift(world, matter, tier)
    taken_out(matter=matter, by=world.staff, now=NOW)
    lift(world, matter, Tier.RELAY)
    found = [(int(step.source), int(step.target)) for step in changes(matter)]
    assert found == [(1, 2), (2, 3), (3, 4), (4, 2), (2, 5)]
    assert not changes(matter)[3].rises


def test_without_the_key_nobody_reads_why(world: HandlingWorld) -> None:
    matter = begin(world, Tier.DEPUTY)
    lift(world, matter, Tier.PROPOSAL)
    page = Client().get(f"/t/{matter.code}/").content.decode()
    assert WHY not in page


def test_tracking_page_names_who_above_has_it(world: HandlingWorld) -> None:
    matter = relayed(world)
    baton = matter.relays.get().batons.select_related("deputy", "relay__matter__district").get()
    assert "已请上一级人大代表" in own_page(matter)
    relays.take(baton=baton, by=world.city_deputy_user, now=NOW)
    assert f"{world.city_deputy.name}已接下" in own_page(matter)


def test_words_come_in_the_readers_language(world: HandlingWorld) -> None:
    matter = begin(world, Tier.DEPUTY)
    lift(world, matter, Tier.RELAY)
    with in_language("en"):
        assert "deputies of the congress above" in changes(matter)[0].plain
