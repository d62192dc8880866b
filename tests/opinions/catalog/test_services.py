"""Defaults are complete and loaded once, with a stamp and an event."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from liaison.base.audit.models import Event
from liaison.base.stamps import Stamp
from opinions.catalog.models import Category, ClockKind, Reason, ReasonKind, Responsibility, TimeLimitPolicy
from opinions.catalog.queries import STAMP, responsible_for, top_categories
from opinions.catalog.services import load_defaults, set_responsibilities
from tests.factories.catalog import CategoryFactory, PolicyFactory, ResponsibilityFactory
from tests.factories.organisations import StreetWorld, street_world

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def world() -> StreetWorld:
    return street_world()


def stamp() -> int:
    return Stamp.objects.filter(name=STAMP).values_list("version", flat=True).first() or 0


def test_defaults_have_the_six_categories(world: StreetWorld) -> None:
    load_defaults(district=world.congress, by=None, now=NOW)
    names = [category.name for category in top_categories()]
    assert names == ["城建城管", "交通出行", "营商环境", "文化教育", "医疗卫生", "社区治理"]
    assert all(category.examples for category in top_categories())
    assert all(category.children.exists() for category in Category.objects.filter(parent=None))


def test_defaults_rule_every_clock_but_promises(world: StreetWorld) -> None:
    load_defaults(district=world.congress, by=None, now=NOW)
    ruled = set(TimeLimitPolicy.objects.filter(urgency="").values_list("clock", flat=True))
    assert ruled == set(ClockKind.values) - {ClockKind.PROMISE}
    assert not TimeLimitPolicy.objects.filter(basis="").exists()


def test_every_default_reason_for_declining_says_where_to_go(world: StreetWorld) -> None:
    load_defaults(district=world.congress, by=None, now=NOW)
    declining = Reason.objects.filter(kind=ReasonKind.DECLINE)
    assert declining.count() >= 8
    assert not declining.filter(guidance="").exists()
    assert set(Reason.objects.values_list("kind", flat=True)) == set(ReasonKind.values)


def test_defaults_loaded_again_add_nothing_and_keep_what_staff_changed(world: StreetWorld) -> None:
    load_defaults(district=world.congress, by=None, now=NOW)
    Category.objects.filter(code="urban").update(name="城市建设")
    before, events = stamp(), Event.objects.count()
    added = load_defaults(district=world.congress, by=None, now=NOW)
    assert set(added.values()) == {0}
    assert Category.objects.get(code="urban").name == "城市建设"
    assert (stamp(), Event.objects.count()) == (before, events)


def test_defaults_add_only_what_is_missing(world: StreetWorld) -> None:
    load_defaults(district=world.congress, by=None, now=NOW)
    Reason.objects.filter(code="lawsuit").delete()
    assert load_defaults(district=world.congress, by=None, now=NOW)["reasons"] == 1


def test_responsibilities_replace_those_of_the_same_categories(world: StreetWorld) -> None:
    one, other = CategoryFactory.create(), CategoryFactory.create()
    for body in (world.department, world.other_department):
        set_responsibilities(district=world.congress, bodies=[(one, body)], by=None, now=NOW)
    set_responsibilities(district=world.congress, bodies=[(other, world.department)], by=None, now=NOW)
    assert responsible_for(one, world.congress.pk) == world.other_department
    assert responsible_for(other, world.congress.pk) == world.department
    assert Responsibility.objects.count() == 2


def test_limit_that_ends_before_it_begins_is_impossible(world: StreetWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyFactory.create(valid_to="2025-12-31")


def test_limit_of_nothing_is_impossible(world: StreetWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyFactory.create(amount=0)


def test_category_has_one_body_in_a_district(world: StreetWorld) -> None:
    first = ResponsibilityFactory.create(district=world.congress, organisation=world.department)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResponsibilityFactory.create(
            category=first.category, district=world.congress, organisation=world.other_department
        )
