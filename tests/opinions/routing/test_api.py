"""The reasons of routing by programs of staff."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opinions.catalog.models import ReasonKind, Tier
from opinions.matters.models import Matter
from opinions.routing.models import RoutingDecision
from opinions.routing.queries import raised_of
from opinions.routing.services import Choice, override, plan, settle
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld, open_matter, reason


def decided(ruled: HandlingWorld) -> Matter:
    matter = open_matter(ruled)
    settle(plan(raised_of(matter), now=NOW), matter=matter)
    return matter


def test_decision_names_version_rule_and_what_each_condition_saw(ruled: HandlingWorld) -> None:
    matter = decided(ruled)
    answer = sign_in(Client(), ruled.staff).get(f"/api/v1/matters/{matter.code.lower()}/decisions/")
    (told,) = answer.json()["decisions"]
    assert (told["version"], told["rule"], told["tier"]) == (1, "部门职责内的单一事项", Tier.DEPARTMENT)
    assert told["whom"] == ruled.department.name
    fired = told["tried"][-1]
    assert [one["matched"] for one in told["tried"]] == [False] * (len(told["tried"]) - 1) + [True]
    assert fired["rule"] == told["rule"]
    asked = [one for trial in told["tried"] for group in trial["groups"] for one in group["conditions"]]
    assert all(one["sentence"] and one["seen"] for one in asked)
    assert any(matter.category.name in one["seen"] for one in asked if matter.category)


def test_override_stands_first_with_its_reason(ruled: HandlingWorld) -> None:
    matter, because = decided(ruled), reason(ReasonKind.OVERRIDE)
    choice = Choice(tier=Tier.DEPARTMENT, organisation=ruled.other_department)
    override(matter=matter, choice=choice, because=because, text="类别判断有误", by=ruled.staff, now=NOW)
    rows = sign_in(Client(), ruled.staff).get(f"/api/v1/matters/{matter.code}/decisions/").json()["decisions"]
    assert [row["whom"] for row in rows] == [ruled.other_department.name, ruled.department.name]
    assert (rows[0]["overridden_by"], rows[0]["reason"]) == (ruled.staff.name, f"{because.name}：类别判断有误")
    assert (rows[0]["version"], rows[0]["tried"], rows[1]["overridden_by"]) == (None, [], "")


def test_decisions_are_for_those_in_whose_scope_the_matter_is(ruled: HandlingWorld) -> None:
    path = f"/api/v1/matters/{decided(ruled).code}/decisions/"
    assert Client().get(path).status_code == 403
    for by in (ruled.other_staff, ruled.handler, ruled.other_deputy_user):
        answer = sign_in(Client(), by).get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "没有查到这个编号。"})
    assert sign_in(Client(), ruled.admin).get(path).status_code == 403
    assert sign_in(Client(), ruled.staff).get("/api/v1/matters/NOSUCH/decisions/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_decisions_ask_a_constant_number_of_statements(ruled: HandlingWorld, count: int) -> None:
    matter, client = decided(ruled), sign_in(Client(), ruled.staff)
    held = RoutingDecision.objects.get()
    for _row in range(count - 1):
        held.pk = None
        held.save()
    path = f"/api/v1/matters/{matter.code}/decisions/"
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert len(client.get(path).json()["decisions"]) == count
    assert len(asked) <= 6
