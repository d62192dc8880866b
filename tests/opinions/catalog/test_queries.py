"""Who answers for a category, and which limit holds."""

from datetime import date

import pytest

from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.stamps import bump
from opinions.catalog.models import Category, ClockKind, ReasonKind, TimeLimitPolicy
from opinions.catalog.queries import STAMP, policy_for, reasons, responsible_for, top_categories
from tests.factories.catalog import CategoryFactory, PolicyFactory, ReasonFactory, ResponsibilityFactory
from tests.factories.organisations import StreetWorld, street_world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


@pytest.fixture
def category(world: StreetWorld) -> Category:
    """城建城管, for which the department answers."""
    made = CategoryFactory.create(code="urban")
    ResponsibilityFactory.create(category=made, district=world.congress, organisation=world.department)
    bump(STAMP)
    return made


def test_body_of_the_category_answers(world: StreetWorld, category: Category) -> None:
    assert responsible_for(category, world.congress.pk) == world.department


def test_sub_category_falls_to_the_body_of_its_parent(world: StreetWorld, category: Category) -> None:
    assert responsible_for(CategoryFactory.create(parent=category), world.congress.pk) == world.department


def test_sub_category_may_have_a_body_of_its_own(world: StreetWorld, category: Category) -> None:
    child = CategoryFactory.create(parent=category)
    ResponsibilityFactory.create(category=child, district=world.congress, organisation=world.other_department)
    assert responsible_for(child, world.congress.pk) == world.other_department


def test_nobody_answers_without_category_or_in_another_district(world: StreetWorld, category: Category) -> None:
    assert responsible_for(None, world.congress.pk) is None
    assert responsible_for(category, world.committee.pk) is None


def test_merged_body_leads_to_its_successor(world: StreetWorld, category: Category) -> None:
    assert responsible_for(category, world.congress.pk) == world.department
    Organisation.objects.filter(pk=world.department.pk).update(active=False, merged_into=world.other_department)
    bump(ORGANISATIONS)
    assert responsible_for(category, world.congress.pk) == world.other_department


def test_closed_body_is_passed_over_for_that_of_the_parent(world: StreetWorld, category: Category) -> None:
    child = CategoryFactory.create(parent=category)
    ResponsibilityFactory.create(category=child, district=world.congress, organisation=world.other_department)
    Organisation.objects.filter(pk=world.other_department.pk).update(active=False)
    bump(ORGANISATIONS)
    assert responsible_for(child, world.congress.pk) == world.department


def chosen(
    world: StreetWorld, category: Category | None = None, *, urgency: str = "normal", tier: int = 3
) -> int | None:
    found = policy_for(
        ClockKind.REPLY, on=TODAY, district_id=world.congress.pk, tier=tier, category=category, urgency=urgency
    )
    return found.amount if found else None


def test_more_specific_limit_wins(world: StreetWorld, category: Category) -> None:
    PolicyFactory.create(amount=7)
    PolicyFactory.create(amount=6, district=world.congress)
    PolicyFactory.create(amount=5, tier=3)
    PolicyFactory.create(amount=15, urgency="complex")
    PolicyFactory.create(amount=3, category=category)
    assert chosen(world, tier=1) == 6
    assert chosen(world) == 5
    assert chosen(world, urgency="complex") == 15
    assert chosen(world, CategoryFactory.create(parent=category), urgency="complex") == 3


def test_limit_of_the_category_itself_wins_over_a_newer_one_of_that_above(
    world: StreetWorld, category: Category
) -> None:
    child = CategoryFactory.create(parent=category)
    PolicyFactory.create(amount=3, category=child, valid_from=date(2026, 1, 1))
    PolicyFactory.create(amount=9, category=category, urgency="complex", valid_from=date(2026, 6, 1))
    assert chosen(world, child, urgency="complex") == 3
    assert chosen(world, category, urgency="complex") == 9


def test_newer_of_two_equal_limits_wins(world: StreetWorld) -> None:
    PolicyFactory.create(amount=7, valid_from=date(2026, 1, 1))
    PolicyFactory.create(amount=9, valid_from=date(2026, 6, 1))
    assert chosen(world) == 9


def test_limit_counts_only_while_in_force(world: StreetWorld) -> None:
    PolicyFactory.create(amount=7, valid_from=date(2026, 1, 1), valid_to=date(2026, 11, 22))
    PolicyFactory.create(amount=9, valid_from=date(2026, 11, 24))
    assert chosen(world) is None


def test_limit_of_another_clock_does_not_count(world: StreetWorld) -> None:
    PolicyFactory.create(clock=ClockKind.SIGN)
    assert chosen(world) is None


def test_edited_limit_is_seen_after_its_stamp(world: StreetWorld) -> None:
    policy = PolicyFactory.create(amount=7)
    assert chosen(world) == 7
    TimeLimitPolicy.objects.filter(pk=policy.pk).update(amount=8)
    bump(STAMP)
    assert chosen(world) == 8


def test_reasons_are_by_kind_and_in_use(world: StreetWorld) -> None:
    kept = ReasonFactory.create(kind=ReasonKind.RETURN)
    ReasonFactory.create(kind=ReasonKind.RETURN, active=False)
    ReasonFactory.create(kind=ReasonKind.DECLINE)
    assert reasons(ReasonKind.RETURN) == [kept]


def test_residents_choose_from_the_first_level_in_order(world: StreetWorld) -> None:
    second, first = CategoryFactory.create(order=2), CategoryFactory.create(order=1)
    CategoryFactory.create(parent=first)
    CategoryFactory.create(order=0, active=False)
    assert top_categories() == [first, second]
