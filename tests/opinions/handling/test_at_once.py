"""Two people press at the same moment: one acts, the other is told, nothing is lost or done twice."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError
from opinions.catalog.models import Tier
from opinions.handling import services as handling
from opinions.handling.queries import seen_state
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, content, handling_world, later, open_matter
from tests.opinions.handling.calls import ANOTHER, CALLS
from tests.opinions.handling.situations import SITUATIONS

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


PRESSES = [
    ("handling", ("ask_extension", "handler"), ("ask_extension", "handler")),
    ("asks for time", ("extend", "staff"), ("refuse_extension", "secretary")),
    ("asks for time", ("extend", "staff"), ("extend", "secretary")),
    ("asks for time", ("refuse_extension", "staff"), ("refuse_extension", "secretary")),
    ("handling", ("object", "handler"), ("object", "handler")),
    ("objects late", ("consent_return", "staff"), ("refuse_return", "secretary")),
    ("objects late", ("consent_return", "staff"), ("consent_return", "secretary")),
    ("objects late", ("refuse_return", "staff"), ("refuse_return", "secretary")),
    ("co-handler", ("set_limit", "staff"), ("set_limit", "secretary")),
    ("handling", ("add_co", "staff"), ("add_co", "secretary")),
    ("handling", ("join_streets", "staff"), ("join_streets", "secretary")),
    ("submitted", ("settle", "staff"), ("settle", "secretary")),
    ("submitted", ("settle", "staff"), ("assign", "secretary")),
    ("submitted", ("branch", "staff"), ("branch", "secretary")),
    ("submitted", ("branch", "staff"), ("merge", "secretary")),
    ("submitted", ("merge", "staff"), ("take", "secretary")),
]
"""What two people press at the same moment, on screens that were made before."""


@pytest.mark.parametrize(("situation", "one", "other"), PRESSES)
def test_of_two_presses_one_is_carried_out_and_the_other_told(
    situation: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    world = handling_world()
    matter = SITUATIONS[situation](world)
    open_matter(world, title=ANOTHER)
    before = set(Event.objects.filter(chain=matter.chain).values_list("seq", flat=True))
    acts = []
    for verb, name in (one, other):
        screen = Matter.objects.get(pk=matter.pk)
        who = {"matter": screen, "by": getattr(world, name), "now": later(3) if verb == "object" else NOW}
        acts.append(lambda verb=verb, screen=screen, who=who: CALLS[verb](world, screen, who))
    outcomes = at_once(*acts)
    assert sorted(outcomes) == ["StaleState", "done"]
    done = (one, other)[outcomes.index("done")][0]
    added = Event.objects.filter(chain=matter.chain).exclude(seq__in=before).values_list("verb", flat=True)
    assert set(added) - {"sign", "draft"} == {done}, "settling signs and drafts in the same breath"
    assert len(added) == len(set(added))
    assert list(verify()) == []


def test_merging_in_a_ring_of_three_at_once_makes_none() -> None:
    world = handling_world()
    rows = [open_matter(world) for _matter in range(3)]
    ring = zip(rows, [*rows[1:], rows[0]], strict=True)
    pairs = [(Matter.objects.get(pk=a.pk), Matter.objects.get(pk=b.pk)) for a, b in ring]
    outcomes = at_once(
        *[lambda pair=pair: handling.merge(matter=pair[0], target=pair[1], by=world.staff, now=NOW) for pair in pairs]
    )
    assert outcomes.count("done") in (1, 2)
    assert set(outcomes) <= {"done", "StaleState", "InvalidInput", "AlreadyMerged"}
    merged = Matter.objects.filter(status=Status.MERGED).select_related("merged_into")
    assert len(merged) == outcomes.count("done")
    assert {row.merged_into.status for row in merged if row.merged_into} == {Status.SUBMITTED}
    assert list(verify()) == []


def test_second_of_two_at_once_reads_why_on_the_screen() -> None:
    """The same by the pages: one goes on, the other is shown how the matter stands now."""
    world = handling_world()
    matter = SITUATIONS["asks for time"](world)
    place = reverse("handling:refuse_extension", args=[matter.code])
    browsers = [sign_in(Client(), by) for by in (world.staff, world.secretary)]
    sent = {"seen": seen_state(matter), "reason": "库里有货"}
    answers: list[Any] = []
    at_once(*[lambda browser=browser: answers.append(browser.post(place, sent)) for browser in browsers])
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (302, 409)
    assert Event.objects.filter(chain=matter.chain, verb="refuse_extension").count() == 1
