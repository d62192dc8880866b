"""One tap: the row first, the line later; once for each matter and partner unless it failed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.notices.channels import Refused, Unclear
from opinions.exchange import delivery
from opinions.exchange.adapters import Answer, Parcel
from opinions.exchange.delivery import BACK_OFF, LEASE, deliver, deliver_all, due
from opinions.exchange.models import Dispatch, Entry, Partner, WorkOrder
from opinions.exchange.services.pushing import AlreadyThere, NothingToRepeat, NotPushable, NotTaken, push, redo
from opinions.exchange.services.receiving import receive_status
from opinions.exchange.states import DispatchStatus, OrderState, Outcome
from opinions.matters.models import Line, Matter
from opinions.matters.states import Status
from tests.factories.exchange import grid as make_grid
from tests.factories.exchange import hotline as make_hotline
from tests.factories.exchange import pushed
from tests.factories.matters import NOW, HandlingWorld, bring_to, handling_world, open_matter, taken
from tests.opinions.handling.test_at_once import at_once


class Recorder:
    """A line that remembers what it was given, and fails as told."""

    idempotent = True

    def __init__(self) -> None:
        self.sent: list[Parcel] = []
        self.failures: list[Exception] = []
        self.answer = Answer("accepted", "WG-7")

    def send(self, partner: Partner, parcel: Parcel) -> Answer:
        self.sent.append(parcel)
        if self.failures:
            raise self.failures.pop(0)
        return self.answer


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(delivery, "adapter", lambda _name: recorder)
    return recorder


def public_lines(matter: Matter) -> list[str]:
    return list(Line.objects.filter(matter=matter, audience=Audience.PUBLIC).values_list("body", flat=True))


def outcomes(partner: Partner) -> list[str]:
    return list(Entry.objects.filter(partner=partner).order_by("id").values_list("outcome", flat=True))


def test_push_writes_order_history_and_plain_words(world: HandlingWorld, grid: Partner) -> None:
    matter = taken(world)
    version = matter.version
    order = pushed(world, matter, grid)
    matter.refresh_from_db()
    assert (order.state, order.way, order.pushes) == (OrderState.QUEUED, "out", 1)
    assert (matter.status, matter.version, matter.holder) == (Status.TAKEN, version, world.committee)
    assert Event.objects.filter(chain=matter.chain, verb="push").get().data == {"body": grid.name}
    assert public_lines(matter)[0].startswith("您反映的事已转给云溪街道网格系统核实处理")
    assert list(verify([matter.chain])) == []


def test_push_says_nothing_of_who_raised_it(world: HandlingWorld, grid: Partner) -> None:
    pushed(world, taken(world), grid)
    body = Dispatch.objects.get().body
    assert "13800000000" not in body
    assert "张三" not in body
    assert "东门三盏路灯坏了两周" in body


def test_push_takes_what_nobody_has_taken(world: HandlingWorld, grid: Partner) -> None:
    matter = open_matter(world)
    pushed(world, matter, grid)
    matter.refresh_from_db()
    assert matter.status == Status.TAKEN
    assert Event.objects.filter(chain=matter.chain, verb="take").count() == 1


def test_push_twice_is_refused(world: HandlingWorld, grid: Partner) -> None:
    matter = taken(world)
    pushed(world, matter, grid)
    with pytest.raises(AlreadyThere):
        pushed(world, matter, grid)
    assert Dispatch.objects.count() == 1


def test_push_to_two_partners_makes_two_orders(world: HandlingWorld, grid: Partner, hotline: Partner) -> None:
    matter = taken(world)
    pushed(world, matter, grid)
    pushed(world, matter, hotline)
    assert WorkOrder.objects.filter(matter=matter).count() == 2


@pytest.mark.parametrize("who", ["other_staff", "handler", "deputy_user", "leader", "admin", "helper"])
def test_push_by_somebody_else_is_refused(world: HandlingWorld, grid: Partner, who: str) -> None:
    with pytest.raises(NotAllowed):
        push(matter=taken(world), partner=grid, by=getattr(world, who), now=NOW)
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("status", [Status.WAITING, Status.REPLIED, Status.CLOSED, Status.MERGED, Status.DECLINED])
def test_push_out_of_time_is_refused(world: HandlingWorld, grid: Partner, status: Status) -> None:
    with pytest.raises(NotPushable):
        pushed(world, bring_to(world, status), grid)


@pytest.mark.parametrize("fields", [{"active": False}, {"ways": "in"}])
def test_push_to_a_partner_that_takes_nothing_is_refused(world: HandlingWorld, fields: dict[str, Any]) -> None:
    with pytest.raises(NotPushable):
        pushed(world, taken(world), make_grid(world, **fields))


def test_push_to_another_streets_grid_is_refused(world: HandlingWorld) -> None:
    with pytest.raises(NotPushable):
        pushed(world, taken(world), make_grid(world, organisation=world.other_committee))


def test_push_of_what_another_must_take_first_is_refused(world: HandlingWorld, hotline: Partner) -> None:
    matter = open_matter(world, holder=world.congress)
    with pytest.raises((NotTaken, DomainError)):
        pushed(world, matter, hotline)


@transaction.atomic
def _push_and_fail(world: HandlingWorld, partner: Partner) -> None:
    pushed(world, taken(world), partner)
    raise ZeroDivisionError


def test_rolled_back_push_leaves_nothing(world: HandlingWorld, grid: Partner) -> None:
    with pytest.raises(ZeroDivisionError):
        _push_and_fail(world, grid)
    assert not Dispatch.objects.exists()
    assert not WorkOrder.objects.exists()


def test_accepted_push_is_told_to_all(world: HandlingWorld, grid: Partner, line: Recorder) -> None:
    matter = taken(world)
    order = pushed(world, matter, grid)
    assert deliver_all(NOW) == 1
    order.refresh_from_db()
    assert (order.state, order.number) == (OrderState.ACCEPTED, "WG-7")
    assert public_lines(matter)[-1] == "云溪街道网格系统已经受理。"
    assert Event.objects.filter(chain=matter.chain, verb="push_news").get().actor == grid.name
    assert outcomes(grid) == [Outcome.SENT]
    assert list(verify([matter.chain])) == []


def test_refused_push_comes_back_to_staff_and_may_be_pushed_again(
    world: HandlingWorld, grid: Partner, line: Recorder
) -> None:
    matter = taken(world)
    line.failures = [Refused("不属本网格")]
    order = pushed(world, matter, grid)
    assert deliver_all(NOW) == 0
    order.refresh_from_db()
    assert (order.state, order.reason) == (OrderState.REFUSED, "不属本网格")
    assert pushed(world, matter, grid).pk == order.pk
    assert deliver_all(NOW) == 1
    assert len({parcel.key for parcel in line.sent}) == 2
    assert outcomes(grid) == [Outcome.REFUSED, Outcome.SENT]


def test_line_that_is_down_is_tried_again_under_the_same_key_then_given_up(
    world: HandlingWorld, grid: Partner, line: Recorder
) -> None:
    order = pushed(world, taken(world), grid)
    now = NOW
    for wait in BACK_OFF:
        line.failures = [OSError("connection refused")]
        assert deliver_all(now) == 0
        assert due(now + wait - timedelta(seconds=1)) == []
        now += wait
    line.failures = [OSError("connection refused")]
    deliver_all(now)
    order.refresh_from_db()
    assert order.state == OrderState.FAILED
    assert len({parcel.key for parcel in line.sent}) == 1
    assert len({parcel.nonce for parcel in line.sent}) == len(BACK_OFF) + 1
    assert outcomes(grid) == [*[Outcome.RETRY] * len(BACK_OFF), Outcome.FAILED]
    assert list(Entry.objects.order_by("id").values_list("attempts", flat=True)) == list(range(1, len(BACK_OFF) + 2))


def test_one_dead_line_holds_up_nobody_else(world: HandlingWorld, grid: Partner, line: Recorder) -> None:
    other = make_hotline(world)
    for _n in range(3):
        pushed(world, taken(world), grid)
    pushed(world, taken(world), other)
    line.failures = [OSError("down")]
    assert deliver_all(NOW) == 1
    assert len(line.sent) == 2


def test_killed_workers_message_goes_again_under_its_key_after_the_lease(
    world: HandlingWorld, grid: Partner, line: Recorder
) -> None:
    pushed(world, taken(world), grid)
    row = Dispatch.objects.get()
    Dispatch.objects.update(status=DispatchStatus.SENDING, attempts=1, due_at=NOW + LEASE)
    assert due(NOW + LEASE - timedelta(seconds=1)) == []
    assert deliver_all(NOW + LEASE) == 1
    assert [parcel.key for parcel in line.sent] == [row.key]


def test_killed_workers_message_is_uncertain_where_repetition_would_be_a_second_order(
    world: HandlingWorld, grid: Partner, line: Recorder
) -> None:
    line.idempotent = False
    order = pushed(world, taken(world), grid)
    Dispatch.objects.update(status=DispatchStatus.SENDING, attempts=1, due_at=NOW + LEASE)
    deliver_all(NOW + LEASE)
    order.refresh_from_db()
    assert (line.sent, order.state) == ([], OrderState.UNCERTAIN)


def test_cut_line_after_sending_is_tried_again_only_where_repetition_is_dropped(
    world: HandlingWorld, grid: Partner, line: Recorder
) -> None:
    pushed(world, taken(world), grid)
    line.failures = [Unclear("cut")]
    deliver_all(NOW)
    assert Dispatch.objects.get().status == DispatchStatus.PENDING
    line.idempotent, line.failures = False, [Unclear("cut")]
    deliver_all(NOW + BACK_OFF[0])
    assert Dispatch.objects.get().status == DispatchStatus.UNCERTAIN


def test_two_workers_send_once(world: HandlingWorld, grid: Partner, line: Recorder) -> None:
    pushed(world, taken(world), grid)
    mine, theirs = due(NOW)[0], due(NOW)[0]
    assert deliver(mine, NOW)
    assert not deliver(theirs, NOW)
    assert len(line.sent) == 1


def test_switched_off_partner_waits(world: HandlingWorld, grid: Partner, line: Recorder) -> None:
    pushed(world, taken(world), grid)
    Partner.objects.update(active=False)
    assert deliver_all(NOW) == 0
    Partner.objects.update(active=True)
    assert deliver_all(NOW) == 1


def test_redo_sends_the_same_message_once_more(world: HandlingWorld, grid: Partner, line: Recorder) -> None:
    line.failures = [Refused("暂停接单")]
    order = pushed(world, taken(world), grid)
    deliver_all(NOW)
    row = Dispatch.objects.get()
    redo(row=row, by=world.staff, now=NOW)
    with pytest.raises(NothingToRepeat):
        redo(row=row, by=world.staff, now=NOW)
    assert deliver_all(NOW) == 1
    order.refresh_from_db()
    assert order.state == OrderState.ACCEPTED
    assert len({parcel.key for parcel in line.sent}) == 1


def test_redo_leaves_what_the_partner_has_reported_meanwhile(
    world: HandlingWorld, grid: Partner, line: Recorder
) -> None:
    line.idempotent, line.failures = False, [Unclear("cut")]
    order = pushed(world, taken(world), grid)
    deliver_all(NOW)
    receive_status(
        partner=grid, code=order.matter.code, number="WG-7", state="done", text="已修", at=NOW, now=NOW
    )  # fmt: skip
    redo(row=Dispatch.objects.get(), by=world.staff, now=NOW)
    assert deliver_all(NOW) == 1
    order.refresh_from_db()
    assert order.state == OrderState.DONE


def test_dead_broker_loses_nothing(
    world: HandlingWorld, grid: Partner, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        pushed(world, taken(world), grid)
    assert len(due(NOW)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_push_at_once_and_one_order_goes() -> None:
    world = handling_world()
    partner, matter = make_grid(world), taken(world)
    screens = [Matter.objects.get(pk=matter.pk) for _person in range(3)]
    outcomes = at_once(
        *[lambda held=held: push(matter=held, partner=partner, by=world.staff, now=NOW) for held in screens]
    )
    assert sorted(outcomes) == ["AlreadyThere", "AlreadyThere", "done"]
    assert Dispatch.objects.count() == Event.objects.filter(verb="push").count() == 1
    assert list(verify()) == []
