"""Every decision ends at a body, a deputy or the street's queue; what is missing, closed or ambiguous is said."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import STAMP as ORGANISATIONS
from deputies.roster.models import Deputy
from liaison.base.stamps import bump
from opinions.catalog.models import Category, SourceChannel, Tier
from opinions.routing.models import CoHandler, Resolver, RuleSet
from opinions.routing.resolve import CO_RESOLVERS, RESOLVERS_OF_TIER, find, ring_of
from opinions.routing.services import Plan, Raised, plan
from tests.factories.matters import NOW, HandlingWorld
from tests.factories.routing import rules_in_force

pytestmark = pytest.mark.django_db


def raised(world: HandlingWorld, **fields: Any) -> Raised:
    values = {
        "division": world.places.community, "street": world.committee, "district": world.congress,
        "channel": SourceChannel.QR, "text": "路灯不亮", "at": NOW, **fields,
    }  # fmt: skip
    return Raised(**values)


def body(world: HandlingWorld, kind: OrganisationKind, code: str) -> Organisation:
    made = Organisation.objects.create(
        code=code, name=f"云汀区{kind.label}{code}", kind=kind, division=world.places.district, parent=world.congress
    )
    bump(ORGANISATIONS)
    return made


JUDICIAL = [
    (Resolver.COURT, OrganisationKind.COURT),
    (Resolver.PROCURATORATE, OrganisationKind.PROCURATORATE),
    (Resolver.SUPERVISORY, OrganisationKind.SUPERVISORY),
]


@pytest.mark.parametrize(("resolver", "kind"), JUDICIAL)
def test_judicial_body_is_found_by_its_kind(world: HandlingWorld, resolver: Resolver, kind: OrganisationKind) -> None:
    assert "名录里没有" in find(resolver, None, raised(world)).problem
    first = body(world, kind, "X1")
    assert find(resolver, None, raised(world)).organisation == first
    body(world, kind, "X2")
    assert "有几个机构都对应得上" in find(resolver, None, raised(world)).problem


def test_two_communities_at_one_place_are_ambiguous(world: HandlingWorld) -> None:
    place = world.places.community
    Organisation.objects.create(
        code="HT2", name="荷塘第二居委会", kind=OrganisationKind.COMMUNITY, division=place, parent=world.committee
    )
    bump(ORGANISATIONS)
    found = find(Resolver.COMMUNITY, None, raised(world))
    assert found.organisation is None
    assert "荷塘第二居委会" in found.problem


def test_ring_of_successors_is_told_with_its_bodies(world: HandlingWorld) -> None:
    one, other = world.department, world.other_department
    Organisation.objects.filter(pk=one.pk).update(active=False, merged_into=other)
    Organisation.objects.filter(pk=other.pk).update(active=False, merged_into=one)
    bump(ORGANISATIONS)
    one.refresh_from_db()
    assert [held.pk for held in ring_of(one)] == [one.pk, other.pk, one.pk]
    problem = find(Resolver.NAMED, one.pk, raised(world)).problem
    assert "互相并入" in problem
    assert str(other) in problem


def test_next_congress_needs_somebody_above(world: HandlingWorld) -> None:
    assert find(Resolver.NEXT_CONGRESS, None, raised(world)).organisation == world.congress
    Deputy.objects.filter(pk=world.city_deputy.pk).update(status="ended")
    assert "上一级" in find(Resolver.NEXT_CONGRESS, None, raised(world)).problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_decision_ends_at_a_body_a_deputy_or_the_street(world: HandlingWorld, data: st.DataObject) -> None:
    tier = data.draw(st.sampled_from(list(Tier)))
    resolver = data.draw(st.sampled_from(RESOLVERS_OF_TIER[tier]))
    named = world.department if resolver == Resolver.NAMED else None
    RuleSet.objects.all().delete()
    made = rules_in_force(world.congress, {"tier": tier, "resolver": resolver, "organisation": named})
    rule = made.rules.get()
    for helper in data.draw(st.lists(st.sampled_from(CO_RESOLVERS), max_size=3, unique=True)):
        CoHandler.objects.create(
            rule=rule, resolver=helper, organisation=world.other_department if helper == Resolver.NAMED else None
        )
    told = plan(
        raised(
            world,
            category=data.draw(st.sampled_from([None, *Category.objects.filter(code__in=["urban", "health.care"])])),
            deputy=data.draw(st.sampled_from([None, world.deputy, world.city_deputy])),
            electoral_district=data.draw(st.sampled_from([None, world.places.electoral])),
            division=data.draw(st.sampled_from([world.places.community, world.places.street, world.places.estate])),
        ),
        now=NOW,
    )
    _check(told)


def _check(told: Plan) -> None:
    assert (told.holder is None) != (told.holder_deputy is None)
    if told.tier is None:
        assert told.problem
        assert told.assign_to is None
    elif told.problem:
        assert told.confirm
    assert told.body not in told.co
    assert told.decision.problem == told.problem[:200]
