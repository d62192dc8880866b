"""`route explain`, `route check`, `load_defaults`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from deputies.organisations.models import Organisation
from deputies.organisations.queries import STAMP as ORGANISATIONS
from liaison.base.codes import grouped
from liaison.base.stamps import bump
from opinions.catalog.models import Category, Tier
from opinions.routing.models import Resolver, RuleSet, RuleSetStatus
from opinions.routing.queries import raised_of
from opinions.routing.services import plan, settle
from tests.factories.matters import NOW, HandlingWorld, open_matter
from tests.factories.routing import rules_in_force

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_explain_tells_the_decision_and_what_it_would_be_now(ruled: HandlingWorld) -> None:
    matter = open_matter(ruled)
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    told = run("route", "explain", grouped(matter.code).lower())
    assert told.count("✓ 6. 部门职责内的单一事项") == 2
    assert "按现行规则" in told


def test_explain_of_an_unknown_code_says_so(ruled: HandlingWorld) -> None:
    with pytest.raises(CommandError, match="没有编号"):
        run("route", "explain", "K7M2X9QP4T")


def test_check_finds_no_fault_in_the_defaults(ruled: HandlingWorld) -> None:
    """That most categories have no body yet is worth a word, and no fault."""
    told = run("route", "check")
    assert "✗" not in told
    assert "! 第 6 条" in told


def test_check_finds_a_body_that_was_closed(world: HandlingWorld) -> None:
    rules_in_force(
        world.congress, {"tier": Tier.DEPARTMENT, "resolver": Resolver.NAMED, "organisation": world.department}
    )
    Organisation.objects.filter(pk=world.department.pk).update(active=False)
    bump(ORGANISATIONS)
    with pytest.raises(CommandError, match="1 处"):
        run("route", "check")


def test_load_defaults_fills_every_district_once(world: HandlingWorld) -> None:
    assert "put in force" in run("load_defaults")
    categories = Category.objects.count()
    assert "nothing missing; rules kept" in run("load_defaults")
    assert Category.objects.count() == categories
    assert RuleSet.objects.get().status == RuleSetStatus.ACTIVE


def test_load_defaults_without_a_committee_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="standing committee"):
        run("load_defaults")
