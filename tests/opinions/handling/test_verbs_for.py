"""What `verbs_for` offers is exactly what the services permit, for every role in every situation."""

from collections.abc import Callable
from copy import copy

import pytest
from django.db import transaction

from liaison.base.errors import DomainError, NotAllowed
from liaison.base.workflow import WrongState
from opinions.handling import services as handling
from opinions.handling.queries import verbs_for
from opinions.handling.standing import RULES
from opinions.matters.models import Matter
from opinions.matters.states import OPINION, Status
from tests.factories.matters import (
    NOW,
    WAYS,
    HandlingWorld,
    assigned,
    later,
    open_matter,
    relayed,
    taken,
)
from tests.opinions.handling.calls import ANOTHER, CALLS, call_on
from tests.opinions.handling.situations import EVERYWHERE, SITUATIONS


@pytest.mark.parametrize("situation", EVERYWHERE)
def test_services_permit_exactly_what_is_offered(world: HandlingWorld, situation: str) -> None:
    matter = SITUATIONS[situation](world)
    open_matter(world, title=ANOTHER)
    for name, user in world.users.items():
        fresh = Matter.objects.get(pk=matter.pk)
        offered = {row.verb for row in verbs_for(user, fresh, now=NOW)}
        permitted = {verb for verb in CALLS if _is_permitted(verb, world, copy(fresh), user)}
        assert offered == permitted, name
        assert not offered or Matter.objects.visible_to(user).filter(pk=matter.pk).exists(), name


def _is_permitted(verb: str, world: HandlingWorld, fresh: Matter, user: object) -> bool:
    """Whether the service carries the verb out on a copy of its own; what it wrote is rolled back."""
    try:
        with transaction.atomic():
            call_on(fresh, verb, world, user)  # type: ignore[arg-type]
            transaction.set_rollback(True)
    except DomainError:
        return False
    return True


def test_calls_cover_every_rule() -> None:
    assert set(CALLS) == set(RULES)


def test_answer_comes_first_for_the_deputy(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    assert [row.verb for row in verbs_for(world.deputy_user, matter, now=NOW)] == ["answer", "take", "transfer"]


def test_helper_is_offered_what_the_deputy_may(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    assert [row.verb for row in verbs_for(world.helper, matter, now=NOW)] == ["answer", "take", "transfer"]


def test_helper_of_a_deputy_elsewhere_sees_and_answers(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy, street=world.other_committee)
    assert Matter.objects.visible_to(world.helper).filter(pk=matter.pk).exists()
    assert "answer" in {row.verb for row in verbs_for(world.helper, matter, now=NOW)}


def test_consultant_cannot_raise(world: HandlingWorld) -> None:
    matter = SITUATIONS["taken by a consultant"](world)
    assert "raise" not in {row.verb for row in verbs_for(world.consultant_user, matter, now=NOW)}


def test_suspended_deputy_can_do_nothing(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    type(world.deputy).objects.filter(pk=world.deputy.pk).update(status="suspended")
    fresh = Matter.objects.get(pk=matter.pk)
    assert verbs_for(world.deputy_user, fresh, now=NOW) == []
    assert "assign" in {row.verb for row in verbs_for(world.staff, fresh, now=NOW)}


def test_return_closes_with_its_window(world: HandlingWorld) -> None:
    matter = assigned(world)
    assert "return" in {row.verb for row in verbs_for(world.handler, matter, now=later(2))}
    assert "return" not in {row.verb for row in verbs_for(world.handler, matter, now=later(3))}


def test_station_staff_work_for_the_street_above(world: HandlingWorld) -> None:
    matter = open_matter(world)
    world.staff.organisation = world.places.station
    world.staff.save()
    assert Matter.objects.visible_to(world.staff).filter(pk=matter.pk).exists()
    assert "assign" in {row.verb for row in verbs_for(world.staff, matter, now=NOW)}


def test_relayed_deputy_reads_the_file_and_not_the_matter(world: HandlingWorld) -> None:
    matter = relayed(world)
    assert not Matter.objects.visible_to(world.city_deputy_user).filter(pk=matter.pk).exists()
    assert verbs_for(world.city_deputy_user, matter, now=NOW) == []


def test_wrong_state_is_told_from_missing_right(world: HandlingWorld) -> None:
    with pytest.raises(WrongState):
        handling.take(matter=taken(world), by=world.staff, now=NOW)
    with pytest.raises(NotAllowed):
        handling.take(matter=open_matter(world), by=world.handler, now=NOW)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.HANDLING, Status.REWORK])
def test_verbs_for_asks_a_constant_number_of_times(
    world: HandlingWorld, status: Status, django_assert_max_num_queries: Callable
) -> None:
    matter = WAYS[status](world)
    fresh = Matter.objects.select_related("deputy").get(pk=matter.pk)
    for user in (world.staff, world.handler, world.head, world.district_staff, world.deputy_user):
        with django_assert_max_num_queries(4):
            verbs_for(user, fresh, now=NOW)


def test_every_rule_is_a_verb_of_the_table() -> None:
    assert [verb for verb in RULES if verb not in OPINION] == []
