"""Two people press at the same moment: one acts, the other is told, nothing is lost or done twice."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError
from opinions.catalog.models import Tier
from opinions.handling import services as handling
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, content, handling_world, open_matter

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]


def at_once(*acts: Act) -> list[str]:
    """Run the acts in threads that start together; what each came to: "done" or the name of the refusal."""
    start, outcomes = Barrier(len(acts)), [""] * len(acts)

    def run(number: int, act: Act) -> None:
        try:
            start.wait(timeout=10)
            act()
            outcomes[number] = "done"
        except DomainError as error:
            outcomes[number] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def test_take_is_done_once() -> None:
    world = handling_world()
    pk = open_matter(world).pk
    screens = [Matter.objects.get(pk=pk) for _person in range(4)]
    outcomes = at_once(*[lambda held=held: handling.take(matter=held, by=world.staff, now=NOW) for held in screens])
    assert sorted(outcomes) == ["StaleState", "StaleState", "StaleState", "done"]
    assert Event.objects.filter(chain=f"matter:{pk}", verb="take").count() == 1
    assert list(verify()) == []


def test_withdrawing_and_taking_end_in_one_of_both() -> None:
    world = handling_world()
    pk = open_matter(world).pk
    first, second = Matter.objects.get(pk=pk), Matter.objects.get(pk=pk)
    reporter = first.reporters.get()
    outcomes = at_once(
        lambda: handling.take(matter=first, by=world.staff, now=NOW),
        lambda: handling.withdraw(matter=second, reporter=reporter, now=NOW),
    )
    status = Matter.objects.get(pk=pk).status
    assert outcomes in (["done", "StaleState"], ["StaleState", "done"])
    assert status == (Status.TAKEN if outcomes[0] == "done" else Status.WITHDRAWN)


def test_last_two_separate_replies_do_not_wait_for_each_other() -> None:
    """Each must see whether the other is still to come; otherwise nobody would be the last."""
    world = handling_world()
    matter = open_matter(world)
    bodies = [world.department, world.other_department]
    handling.assign(matter=matter, tier=Tier.DEPARTMENT, separate=bodies, by=world.staff, now=NOW)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    handling.sign(matter=matter, person="王五", by=world.other_handler, now=NOW)
    heads = [world.head, world.other_head]
    screens = [Matter.objects.get(pk=matter.pk) for _head in heads]

    def issue(number: int) -> None:
        handling.write_and_issue(matter=screens[number], content=content(), by=heads[number], now=NOW)

    outcomes = at_once(lambda: issue(0), lambda: issue(1))
    for number, outcome in enumerate(outcomes):
        if outcome == "StaleState":
            screens[number] = Matter.objects.get(pk=matter.pk)
            issue(number)
    assert Matter.objects.get(pk=matter.pk).status == Status.REPLIED
    assert RatingInvite.objects.filter(matter=matter).count() == 1


def test_merging_into_each_other_makes_no_ring() -> None:
    world = handling_world()
    one, two = open_matter(world), open_matter(world)
    pairs = [(Matter.objects.get(pk=a.pk), Matter.objects.get(pk=b.pk)) for a, b in ((one, two), (two, one))]
    outcomes = at_once(
        *[lambda pair=pair: handling.merge(matter=pair[0], target=pair[1], by=world.staff, now=NOW) for pair in pairs]
    )
    assert outcomes.count("done") == 1
    statuses = sorted(Matter.objects.values_list("status", flat=True))
    assert statuses == [Status.MERGED, Status.SUBMITTED]


def test_taking_out_is_done_once_also_while_the_other_is_merged_on() -> None:
    world = handling_world()
    one, two, three = open_matter(world), open_matter(world), open_matter(world)
    handling.merge(matter=one, target=two, by=world.staff, now=NOW)
    screens = [Matter.objects.get(pk=one.pk) for _person in range(2)]
    onward = Matter.objects.get(pk=two.pk)
    outcomes = at_once(
        *[lambda held=held: handling.unmerge(matter=held, by=world.staff, now=NOW) for held in screens],
        lambda: handling.merge(matter=onward, target=three, by=world.staff, now=NOW),
    )
    if outcomes[:2].count("done") == 0:  # the other went on first, and both screens were made before that
        handling.unmerge(matter=Matter.objects.get(pk=one.pk), by=world.staff, now=NOW)
    assert outcomes[:2].count("done") <= 1
    assert set(outcomes) <= {"done", "StaleState", "WrongState"}
    one.refresh_from_db()
    assert (one.status, one.merged_into_id) == (Status.SUBMITTED, None)
    assert list(verify()) == []


def test_rating_time_lapses_once() -> None:
    world = handling_world()
    matter = open_matter(world, deputy=world.deputy)
    handling.answer(matter=matter, text="已修好。", by=world.deputy_user, now=NOW)
    late = NOW.replace(year=2027)
    screens = [Matter.objects.get(pk=matter.pk) for _sweep in range(2)]
    outcomes = at_once(*[lambda held=held: handling.lapse(matter=held, now=late) for held in screens])
    assert outcomes.count("done") == 1
    assert Event.objects.filter(chain=matter.chain, verb="lapse").count() == 1
