"""Work orders in: one number is one opinion; a change is shown to staff; reports go into the history once."""

from datetime import timedelta

import pytest

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from opinions.catalog.models import ClockKind, SourceChannel
from opinions.clocks.models import Clock
from opinions.exchange.models import Entry, Partner, WorkOrder
from opinions.exchange.queries import differences
from opinions.exchange.services.doors import SwitchedOff
from opinions.exchange.services.receiving import Answer, UnknownOrder, receive_order, receive_status
from opinions.exchange.services.settling import settle_update
from opinions.exchange.states import OrderState, Outcome
from opinions.handling import services as handling
from opinions.intake.models import Opinion
from opinions.intake.services.outside import BadOrder
from opinions.matters.models import Line, Matter
from opinions.matters.states import Status
from opinions.routing.models import RoutingDecision
from tests.factories.exchange import ORDER, pushed, received
from tests.factories.exchange import hotline as make_hotline
from tests.factories.matters import NOW, HandlingWorld, bring_to, later, taken


def give(partner: Partner, **cells: str) -> Answer:
    return receive_order(partner=partner, cells={**ORDER, **cells}, now=NOW)


def report(
    partner: Partner, order: WorkOrder, state: str, *, text: str = "", number: str = "", minutes: int = 0
) -> Answer:
    at = NOW + timedelta(minutes=minutes)
    return receive_status(partner=partner, code=order.matter.code, number=number, state=state, text=text, at=at, now=at)


def outcomes(partner: Partner) -> list[str]:
    return list(Entry.objects.filter(partner=partner).order_by("id").values_list("outcome", flat=True))


def test_order_becomes_an_opinion_by_the_hotline_routed_once(hotline: Partner, world: HandlingWorld) -> None:
    answer = give(hotline)
    matter = Matter.objects.get(code=answer.code)
    opinion = matter.opinion
    assert (opinion.channel, opinion.source_system, opinion.source_number) == (
        SourceChannel.HOTLINE,
        "hotline",
        "RX-0001",
    )
    assert (matter.street, matter.status) == (world.committee, Status.SUBMITTED)
    assert RoutingDecision.objects.filter(matter=matter).count() == 1
    assert Clock.objects.filter(matter=matter, kind=ClockKind.TAKE).count() == 1
    assert matter.holder == world.committee
    assert matter.reporters.get().phone == "13800000001"
    assert list(verify([matter.chain])) == []


def test_grids_order_comes_by_the_grid_channel(grid: Partner) -> None:
    answer = give(grid)
    assert Opinion.objects.get(matter__code=answer.code).channel == SourceChannel.GRID


def test_same_again_gives_the_same_answer_and_nothing_new(hotline: Partner) -> None:
    assert give(hotline) == give(hotline) == give(hotline)
    assert Opinion.objects.count() == 1
    assert outcomes(hotline) == [Outcome.TAKEN, Outcome.REPEATED, Outcome.REPEATED]


def test_same_number_of_another_partner_is_another_order(world: HandlingWorld, hotline: Partner, grid: Partner) -> None:
    assert give(hotline).code != give(grid).code


def test_changed_order_is_an_update_and_no_second_opinion(hotline: Partner) -> None:
    first = give(hotline)
    changed = give(hotline, content="荷塘小区北门四盏路灯不亮。", phone="13800000002")
    assert changed == Answer(first.code, first.number, "updated")
    assert give(hotline, content="荷塘小区北门四盏路灯不亮。", phone="13800000002") == changed
    order = WorkOrder.objects.get()
    rows = {str(row.label): (row.before, row.after) for row in differences(order)}
    assert rows["内容"] == (ORDER["content"], "荷塘小区北门四盏路灯不亮。")
    assert "13800000002" not in str(rows)
    assert Opinion.objects.count() == 1
    assert outcomes(hotline) == [Outcome.TAKEN, Outcome.UPDATED, Outcome.REPEATED]
    assert Event.objects.filter(verb="order_update").count() == 1


def test_old_content_that_comes_late_does_not_drop_an_update(hotline: Partner) -> None:
    give(hotline)
    give(hotline, content="改过的内容")
    assert give(hotline).state == "taken"
    assert WorkOrder.objects.get().update["content"] == "改过的内容"


@pytest.mark.parametrize("take_over", [True, False])
def test_update_is_settled_once_and_words_of_the_resident_stay(
    world: HandlingWorld, hotline: Partner, take_over: bool
) -> None:
    order = received(hotline)
    give(hotline, content="改过的内容")
    seen = WorkOrder.objects.get().update_hash
    settle_update(order=order, take_over=take_over, seen=seen, by=world.staff, now=NOW)
    assert Opinion.objects.get().content == ORDER["content"]
    internal = Line.objects.filter(matter=order.matter, audience=Audience.INTERNAL)
    assert internal.exists() is take_over
    assert Event.objects.filter(chain=order.matter.chain, verb="order_settle").count() == 1
    with pytest.raises(StaleState):
        settle_update(order=order, take_over=True, seen=seen, by=world.staff, now=NOW)
    assert give(hotline, content="改过的内容").state == "taken"


def test_update_that_changed_meanwhile_is_not_settled_unseen(world: HandlingWorld, hotline: Partner) -> None:
    order = received(hotline)
    give(hotline, content="改过的内容")
    seen = WorkOrder.objects.get().update_hash
    give(hotline, content="又改过的内容")
    with pytest.raises(StaleState):
        settle_update(order=order, take_over=True, seen=seen, by=world.staff, now=NOW)


def test_outsider_settles_nothing(world: HandlingWorld, hotline: Partner) -> None:
    order = received(hotline)
    give(hotline, content="改过的内容")
    with pytest.raises(NotAllowed):
        settle_update(order=order, take_over=True, seen=order.update_hash, by=world.other_staff, now=NOW)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"content": "很" * 10_001}, "content"),
        ({"raised_on": "去年"}, "raised_on"),
        ({"place": "地" * 161}, "place"),
        ({"name": "名" * 41}, "name"),
    ],
)
def test_bad_value_is_refused_at_its_field(hotline: Partner, cells: dict[str, str], field: str) -> None:
    with pytest.raises(BadOrder) as caught:
        give(hotline, **cells)
    assert caught.value.field == field
    assert not WorkOrder.objects.exists()
    assert not Opinion.objects.exists()


def test_place_of_another_street_is_refused_for_a_streets_partner(grid: Partner) -> None:
    with pytest.raises(BadOrder):
        give(grid, division="北渡社区")


def test_landline_and_unknown_place_do_not_stop_an_order(hotline: Partner) -> None:
    matter = Matter.objects.get(code=give(hotline, phone="0571-88886666", division="某某镇").code)
    assert matter.reporters.get().phone == ""
    assert matter.tags == ["某某镇"]


def test_partner_that_only_receives_gives_nothing(world: HandlingWorld) -> None:
    with pytest.raises(SwitchedOff):
        give(make_hotline(world, ways="out"))


def test_report_goes_into_history_and_to_the_resident(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    report(grid, order, "accepted", number="WG-1")
    report(grid, order, "done", text="已更换灯头", minutes=5)
    order.refresh_from_db()
    assert (order.state, order.number) == (OrderState.DONE, "WG-1")
    said = list(Line.objects.filter(matter=order.matter, audience=Audience.PUBLIC).values_list("body", flat=True))
    assert said[1:] == ["云溪街道网格系统已经受理。", "云溪街道网格系统说已经处理完，街道正在核实，核实后答复您。"]
    events = Event.objects.filter(chain=order.matter.chain, verb="push_news").order_by("seq")
    assert [event.reason for event in events] == ["对方已受理", "对方已办结：已更换灯头"]
    assert order.matter.status == Status.TAKEN
    assert list(verify([order.matter.chain])) == []


def test_same_report_again_changes_nothing(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    assert report(grid, order, "processing") == report(grid, order, "processing")
    assert outcomes(grid) == [Outcome.TAKEN, Outcome.REPEATED]
    assert Event.objects.filter(verb="push_news").count() == 1


def test_late_report_only_stands_in_the_ledger(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    report(grid, order, "done", minutes=10)
    report(grid, order, "processing", minutes=2)
    order.refresh_from_db()
    assert order.state == OrderState.DONE
    assert outcomes(grid) == [Outcome.TAKEN, Outcome.LATE]


def test_report_while_the_resident_is_asked_leaves_the_question_standing(world: HandlingWorld, grid: Partner) -> None:
    matter = taken(world)
    order = pushed(world, matter, grid)
    handling.ask(matter=Matter.objects.get(pk=matter.pk), question="是哪几盏？", by=world.staff, now=later(0.1))
    report(grid, order, "processing")
    last = Line.objects.filter(matter=matter, audience=Audience.PUBLIC).latest("id")
    assert last.body == "是哪几盏？"
    assert Event.objects.filter(chain=matter.chain, verb="push_news").exists()


def test_report_on_somebody_elses_order_is_unknown(world: HandlingWorld, grid: Partner, hotline: Partner) -> None:
    order = pushed(world, taken(world), grid)
    with pytest.raises(UnknownOrder):
        report(hotline, order, "done")
    with pytest.raises(UnknownOrder):
        receive_status(partner=grid, code="", number="", state="done", text="", at=NOW, now=NOW)


def test_report_with_another_number_is_refused(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    report(grid, order, "accepted", number="WG-1")
    with pytest.raises(UnknownOrder):
        report(grid, order, "done", number="WG-2", minutes=1)


def test_report_with_a_number_of_another_order_is_refused(world: HandlingWorld, grid: Partner) -> None:
    first, second = (pushed(world, taken(world), grid) for _n in range(2))
    report(grid, first, "accepted", number="WG-1")
    with pytest.raises(UnknownOrder):
        report(grid, second, "accepted", number="WG-1")


def test_strange_state_is_refused(world: HandlingWorld, grid: Partner) -> None:
    order = pushed(world, taken(world), grid)
    with pytest.raises(InvalidInput):
        report(grid, order, "queued")


def test_report_on_an_ended_matter_does_not_fail(world: HandlingWorld, grid: Partner) -> None:
    matter = bring_to(world, Status.HANDLING)
    order = pushed(world, matter, grid)
    Matter.objects.filter(pk=matter.pk).update(status=Status.CLOSED, holder=None, due_on=None, warn_on=None)
    report(grid, order, "done")
