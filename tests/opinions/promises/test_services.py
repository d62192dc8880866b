"""承诺: made with the reply, alive after closing, reported, moved, judged; who may, and what the clock does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Notice
from liaison.base.workflow import WrongState
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.promises import services as promises
from opinions.promises.models import Promise
from opinions.promises.states import PROMISE, RESIDENT, PromiseStatus
from tests.factories.matters import NOW, TODAY, HandlingWorld, later, proposed, signed
from tests.factories.promises import AFTER, DUE, again, closed_with, promised, promising

S = PromiseStatus
NEXT = DUE + timedelta(days=20)


def running(matter: Matter) -> list[Clock]:
    return list(matter.clocks.filter(kind=ClockKind.PROMISE, stopped_at__isnull=True))


def test_reply_promises_each_point_that_is_still_to_come(world: HandlingWorld) -> None:
    (first, second) = promised(world, DUE, NEXT)
    assert (first.organisation, first.person, first.due_on, first.made_on) == (world.department, "李四", DUE, TODAY)
    assert (second.what, second.first_due_on, second.status) == ("更换第 2 盏灯头", NEXT, S.OPEN)
    assert list(verify([first.chain, first.matter.chain])) == []


def test_point_that_ends_today_promises_nothing(world: HandlingWorld) -> None:
    assert [one.due_on for one in promised(world, TODAY, DUE)] == [DUE]


@pytest.mark.parametrize("reply_class", ["A", "D"])
def test_day_told_to_the_resident_is_a_promise_in_every_class(world: HandlingWorld, reply_class: str) -> None:
    matter = signed(world)
    written = promising(DUE, reply_class=reply_class)
    handling.write_and_issue(matter=matter, content=written, by=world.head, now=NOW)
    assert matter.promises.count() == 1


@pytest.mark.parametrize("reply_class", ["B", "C"])
def test_promise_class_without_a_day_is_refused_at_the_field(world: HandlingWorld, reply_class: str) -> None:
    matter, written = signed(world), promising(DUE, reply_class=reply_class)
    undated = written.points[0].__class__(problem="不亮", measure="更换灯头", person="李四")
    without = written.__class__(text=written.text, reply_class=reply_class, points=(*written.points, undated))
    with pytest.raises(handling.NotComplete) as caught:
        handling.write_and_issue(matter=matter, content=without, by=world.head, now=NOW)
    assert caught.value.field == "due_on"
    assert not Promise.objects.exists()


def test_result_of_a_proposal_promises_for_the_committee(world: HandlingWorld) -> None:
    matter = proposed(world)
    handling.report_back(matter=matter, content=promising(DUE), by=world.staff, now=NOW)
    (promise,) = matter.promises.all()
    assert promise.organisation == world.committee


def test_clock_outlives_closing_and_the_matter_has_no_due_day(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    (clock,) = running(promise.matter)
    assert (clock.organisation, clock.due_on, clock.next_on) == (world.department, DUE, clock.warn_on)
    assert clock.warn_on < DUE
    assert (promise.matter.status, promise.matter.due_on, promise.matter.due_clock) == (Status.CLOSED, None, "")


def test_clock_goes_on_to_the_next_promise(world: HandlingWorld) -> None:
    first, second = closed_with(world, DUE, NEXT)
    promises.keep(promise=first, reason="现场看过，灯亮", by=world.secretary, now=later(10))
    (clock,) = running(first.matter)
    assert (clock.due_on, clock.next_on) == (NEXT, clock.warn_on)
    promises.withdraw(promise=again(second)[0], reason="路段拆迁", by=world.secretary, now=later(11))
    assert running(first.matter) == []


def test_new_limits_of_the_matter_leave_the_promise_alone(world: HandlingWorld) -> None:
    (promise,) = promised(world)
    matter = handling.send_to_rework(matter=promise.matter, now=later(1), actor="反映人", reason="还是不亮")
    assert matter.due_on is not None
    assert matter.due_on < DUE
    assert [clock.due_on for clock in running(matter)] == [DUE]


def test_reported_is_not_kept_and_stops_the_clock(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.report_done(promise=promise, text="四盏灯都换好了", by=world.handler, now=later(5))
    assert (promise.status, promise.reports, promise.settled_at) == (S.REPORTED, 1, None)
    assert running(promise.matter) == []
    assert Notice.objects.filter(recipient=world.secretary, subject__contains="请核实").exists()
    assert Notice.objects.filter(subject__contains="办到没有", channel="sms").count() == 1


def test_supervisor_says_kept(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.report_done(promise=promise, text="换好了", by=world.handler, now=later(5))
    promises.keep(promise=promise, reason="现场看过", by=world.secretary, now=later(6))
    (held,) = again(promise)
    assert (held.status, held.settled_at, held.matter.status) == (S.KEPT, later(6), Status.CLOSED)


def test_premature_report_is_sent_back_before_the_day(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.report_done(promise=promise, text="换好了", by=world.handler, now=later(5))
    assert not handling.miss_promise(promise=promise, reason="还有两盏不亮", by=world.secretary, now=later(6))
    (held,) = again(promise)
    assert (held.status, held.matter.status) == (S.OPEN, Status.CLOSED)
    assert [clock.due_on for clock in running(promise.matter)] == [DUE]


def test_missed_promise_reopens_the_closed_matter_with_its_body(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    assert handling.miss_promise(promise=promise, reason="现场还是黑的", by=world.secretary, now=AFTER)
    (held,) = again(promise)
    matter = held.matter
    assert (held.status, matter.status, matter.round, matter.holder) == (
        S.NOT_KEPT, Status.HANDLING, 2, world.department
    )  # fmt: skip
    assert running(matter) == []
    assert matter.due_on is not None
    assert Notice.objects.filter(recipient=world.handler, subject__startswith="主办").count() >= 2
    assert list(verify()) == []


def test_what_is_not_due_and_not_reported_cannot_be_missed(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    with pytest.raises(WrongState):
        handling.miss_promise(promise=promise, reason="太慢", by=world.secretary, now=later(2))


def test_move_keeps_the_days_before_and_arms_the_clock_anew(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.ask_move(promise=promise, due_on=NEXT, reason="灯头缺货", by=world.handler, now=later(5))
    assert (promise.asked_on, promise.due_on) == (NEXT, DUE)
    promises.move(promise=promise, due_on=NEXT, reason="采购合同已看", by=world.secretary, now=later(6))
    assert (promise.due_on, promise.first_due_on, promise.asked_on, promise.moves) == (NEXT, DUE, None, 1)
    event = Event.objects.get(chain=promise.chain, verb="move_promise")
    assert (event.data["from"], event.data["to"], event.by) == (str(DUE), str(NEXT), world.secretary)
    assert [(clock.due_on, clock.next_on) for clock in running(promise.matter)] == [(NEXT, promise.warn_on)]


def test_refused_move_leaves_the_day(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.ask_move(promise=promise, due_on=NEXT, reason="灯头缺货", by=world.handler, now=later(5))
    promises.refuse_move(promise=promise, reason="库里有", by=world.secretary, now=later(6))
    assert (promise.due_on, promise.asked_on) == (DUE, None)


@pytest.mark.parametrize("day", [TODAY, DUE, TODAY + timedelta(days=5000)])
def test_promise_is_moved_to_another_day_to_come(world: HandlingWorld, day: Any) -> None:
    (promise,) = closed_with(world)
    with pytest.raises(InvalidInput) as caught:
        promises.move(promise=promise, due_on=day, reason="缺货", by=world.secretary, now=NOW)
    assert caught.value.field == "due_on"


def test_promise_is_made_anew_after_its_end(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    promises.withdraw(promise=promise, reason="路段拆迁", by=world.secretary, now=later(3))
    promises.reopen(promise=promise, due_on=NEXT, reason="不拆了", by=world.secretary, now=later(4))
    (held,) = again(promise)
    assert (held.status, held.due_on, held.settled_at) == (S.OPEN, NEXT, None)


Call = Callable[[Promise, dict[str, Any]], Any]
CALLS: dict[str, Call] = {
    "report_promise": lambda promise, who: promises.report_done(promise=promise, text="好了", **who),
    "ask_move_promise": lambda promise, who: promises.ask_move(promise=promise, due_on=NEXT, reason="缺货", **who),
    "refuse_move_promise": lambda promise, who: promises.refuse_move(promise=promise, reason="不缺", **who),
    "move_promise": lambda promise, who: promises.move(promise=promise, due_on=NEXT, reason="缺货", **who),
    "keep_promise": lambda promise, who: promises.keep(promise=promise, reason="看过", **who),
    "miss_promise": lambda promise, who: handling.miss_promise(promise=promise, reason="没有", **who),
    "withdraw_promise": lambda promise, who: promises.withdraw(promise=promise, reason="拆迁", **who),
    "reopen_promise": lambda promise, who: promises.reopen(promise=promise, due_on=NEXT, reason="再办", **who),
}


def test_every_verb_of_people_is_tried_here() -> None:
    wanted = {row.verb for row in PROMISE.rows if row.permission != RESIDENT and row.sources}
    assert set(CALLS) == wanted


@pytest.mark.parametrize("verb", CALLS)
def test_only_the_body_reports_and_only_the_other_side_judges(world: HandlingWorld, verb: str) -> None:
    (promise,) = closed_with(world)
    body = {"handler", "head"}
    judges = {"secretary", "district_staff", "leader"}
    allowed = body if verb in ("report_promise", "ask_move_promise") else judges
    may = set()
    for name, user in world.users.items():
        try:
            with transaction.atomic():
                CALLS[verb](again(promise)[0], {"by": user, "now": AFTER})
                may.add(name)
                transaction.set_rollback(True)
        except NotAllowed:
            continue
        except DomainError:  # the state does not fit, but the door was open
            may.add(name)
    assert may == allowed


def test_committee_does_not_judge_its_own_promise(world: HandlingWorld) -> None:
    matter = proposed(world)
    handling.report_back(matter=matter, content=promising(DUE), by=world.staff, now=NOW)
    (promise,) = again(matter.promises.get())
    with pytest.raises(NotAllowed):
        promises.keep(promise=promise, reason="看过", by=world.secretary, now=later(2))
    promises.report_done(promise=promise, text="已经列入计划", by=world.staff, now=later(2))
    promises.keep(promise=promise, reason="看过文件", by=world.district_staff, now=later(3))


def test_stale_screen_is_told(world: HandlingWorld) -> None:
    (promise,) = closed_with(world)
    (stale,) = again(promise)
    promises.move(promise=promise, due_on=NEXT, reason="缺货", by=world.secretary, now=later(2))
    with pytest.raises(StaleState):
        promises.keep(promise=stale, reason="看过", by=world.secretary, now=later(2))


def test_promises_go_to_the_street_into_which_theirs_is_merged(world: HandlingWorld) -> None:
    matter = proposed(world)
    handling.report_back(matter=matter, content=promising(DUE), by=world.staff, now=NOW)
    handling.close_rated(matter=matter, satisfaction="satisfied", now=NOW, actor="反映人")
    handling.move_matters(body=world.committee, into=world.other_committee, by=world.district_staff, now=later(1))
    assert matter.promises.get().organisation == world.other_committee
    assert [clock.organisation for clock in running(matter)] == [world.other_committee]


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "kept"},
        {"settled_at": NOW},
        {"warn_on": NEXT},
        {"status": "reported"},
    ],
)
def test_database_refuses_facts_that_do_not_belong_together(world: HandlingWorld, wrong: dict[str, Any]) -> None:
    (promise,) = promised(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(**wrong)


def test_merging_and_taking_out_keeps_promise_and_clock(world: HandlingWorld) -> None:
    (promise,) = promised(world)
    matter = handling.send_to_rework(matter=promise.matter, now=later(1), actor="反映人")
    target = signed(world)
    handling.merge(matter=matter, target=target, by=world.staff, now=later(1))
    assert [clock.due_on for clock in running(matter)] == [DUE]
    handling.unmerge(matter=matter, by=world.staff, now=later(1))
    assert [clock.due_on for clock in running(matter)] == [DUE]
    assert again(promise)[0].status == S.OPEN
