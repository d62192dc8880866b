"""What inspectors saw, for programs: in scope, in pages, without names."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from supervision.inspections import services
from supervision.inspections.models import Check, Inspector
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld
from tests.supervision.inspections.test_inspections import asked, group_of, watched

PLACE = "/api/v1/inspections/"


def seen(world: HandlingWorld) -> Check:
    check = asked(world)
    return services.report(token=check.token, finding="untrue", text="灯还没换", now=NOW)


def test_looks_are_listed_and_read_without_names(world: HandlingWorld) -> None:
    check = seen(world)
    client = sign_in(Client(), world.staff)
    (row,) = client.get(PLACE).json()["results"]
    assert (row["id"], row["finding"], row["text"], row["photos"]) == (check.pk, "untrue", "灯还没换", 0)
    assert (row["code"], row["what"]) == (check.watch.matter.code, check.watch.what)
    one = client.get(f"{PLACE}{check.pk}/")
    assert one.json() == row
    name = Inspector.objects.get(pk=check.inspector_id).name
    assert not any(word in one.content.decode() for word in (name, check.token))


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [("finding=untrue", 1), ("finding=behind", 0), ("done=true", 1), ("done=false", 0), ("finding=x&done=x", 1)],
)
def test_looks_are_narrowed(world: HandlingWorld, asked_for: str, found: int) -> None:
    seen(world)
    answer = sign_in(Client(), world.staff).get(f"{PLACE}?{asked_for}")
    assert len(answer.json()["results"]) == found


@pytest.mark.parametrize(
    ("who", "status", "rows"),
    [("district_staff", 200, 1), ("other_staff", 200, 0), ("handler", 403, 0), ("deputy_user", 403, 0)],
)
def test_looks_are_the_committee_s_and_those_above(world: HandlingWorld, who: str, status: int, rows: int) -> None:
    check, client = seen(world), sign_in(Client(), getattr(world, who))
    listed = client.get(PLACE)
    assert (listed.status_code, len(listed.json().get("results", ()))) == (status, rows)
    assert client.get(f"{PLACE}{check.pk}/").status_code == (200 if rows else 403 if status == 403 else 404)
    assert Client().get(PLACE).status_code in (401, 403)


def test_statements_do_not_grow_with_the_looks(world: HandlingWorld) -> None:
    group, client, counts = group_of(world), sign_in(Client(), world.staff), []
    for number in (1, 5):
        for _n in range(number):
            watched(world, group)
        services.ask_for_checks(now=NOW)
        client.get(PLACE)
        with CaptureQueriesContext(connection) as caught:
            client.get(PLACE)
        counts.append(len(caught))
    assert counts[0] == counts[1]
