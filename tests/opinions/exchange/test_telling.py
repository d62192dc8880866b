"""Results go back once for each change; satisfied and solved are two facts; a hand-over holds what is new."""

import csv
import io
import json
from typing import Any

import pytest
import python_calamine

from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.imports import read_table
from opinions.evaluation.models import Rating, Solved
from opinions.exchange.delivery import deliver_all
from opinions.exchange.models import Dispatch, Entry, Handover, Partner, WorkOrder
from opinions.exchange.queries import compare
from opinions.exchange.services.statements import import_statement, keep_statement
from opinions.exchange.services.telling import NothingNew, gather, hand_over
from opinions.exchange.states import Outcome, Progress
from opinions.handling import services as handling
from opinions.matters.models import Matter, Satisfaction
from tests.factories.exchange import grid as make_grid
from tests.factories.exchange import hotline as make_hotline
from tests.factories.exchange import pushed, received
from tests.factories.matters import NOW, HandlingWorld, content, later, open_matter, taken
from tests.factories.matters import replied as issued


def told() -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in Dispatch.objects.order_by("id")]


def replied(world: HandlingWorld, order: WorkOrder) -> Matter:
    """The order's matter, replied by the department."""
    matter = Matter.objects.get(pk=order.matter_id)
    handling.take(matter=matter, by=world.staff, now=NOW)
    handling.assign(matter=matter, tier=3, lead=world.department, co=(), note="", by=world.staff, now=NOW)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    handling.submit_for_approval(matter=matter, content=content("B"), by=world.handler, now=NOW)
    handling.issue_reply(matter=matter, by=world.head, now=NOW)
    return matter


def rate(matter: Matter, satisfaction: str, solved: str) -> None:
    """The resident is content though nothing is solved, or the other way round."""
    reporter = matter.reporters.get()
    Rating.objects.create(matter=matter, reporter=reporter, round=1, satisfaction=satisfaction, solved=solved, at=NOW)
    handling.close_rated(matter=Matter.objects.get(pk=matter.pk), satisfaction=satisfaction, now=NOW, actor="反映人")


def test_nothing_is_told_of_an_order_that_only_lies_here(hotline: Partner) -> None:
    received(hotline)
    assert gather(now=NOW) == 0
    assert gather(now=NOW) == 0


def test_reply_and_rating_are_told_once_each(hotline: Partner, world: HandlingWorld) -> None:
    order = received(hotline)
    matter = replied(world, order)
    assert (gather(now=NOW), gather(now=NOW)) == (1, 0)
    rate(matter, Satisfaction.SATISFIED, Solved.NO)
    assert (gather(now=NOW), gather(now=NOW)) == (1, 0)
    first, last = told()
    assert (first["number"], first["code"], first["type"]) == ("RX-0001", matter.code, "result")
    assert (first["progress"], first["reply_class"], first["satisfaction"], first["solved"]) == ("replied", "B", "", "")
    assert "线缆老化" in first["reply"]
    assert (last["progress"], last["satisfaction"], last["solved"]) == ("closed", "satisfied", "no")
    order.refresh_from_db()
    assert order.settled


def test_results_of_one_order_go_out_one_after_the_other(hotline: Partner, world: HandlingWorld) -> None:
    matter = replied(world, received(hotline))
    gather(now=NOW)
    rate(matter, Satisfaction.SATISFIED, Solved.YES)
    gather(now=NOW)
    assert deliver_all(NOW) == 2
    lines = Entry.objects.filter(kind="result").order_by("id")
    assert [line.outcome for line in lines] == [Outcome.SENT, Outcome.SENT]


def test_reopened_matter_is_told_by_the_nightly_run(hotline: Partner, world: HandlingWorld) -> None:
    matter = replied(world, received(hotline))
    rate(matter, Satisfaction.SATISFIED, Solved.YES)
    gather(now=NOW)
    handling.reopen(matter=Matter.objects.get(pk=matter.pk), reason="承诺没有兑现", by=world.secretary, now=NOW)
    assert (gather(now=NOW), gather(now=NOW, settled=True)) == (0, 1)
    assert told()[-1]["progress"] == "handling"
    assert not WorkOrder.objects.get().settled


def test_merged_matter_is_told_by_the_other(hotline: Partner, world: HandlingWorld) -> None:
    order = received(hotline)
    target = open_matter(world)
    handling.merge(matter=Matter.objects.get(pk=order.matter_id), target=target, by=world.staff, now=NOW)
    gather(now=NOW)
    handling.take(matter=Matter.objects.get(pk=target.pk), by=world.staff, now=NOW)
    handling.assign(
        matter=Matter.objects.get(pk=target.pk), tier=3, lead=world.department, co=(), note="", by=world.staff, now=NOW
    )
    assert gather(now=NOW) == 1
    assert (told()[-1]["progress"], told()[-1]["code"]) == ("handling", order.matter.code)


def test_further_rating_of_a_merged_matter_is_told_though_no_version_moves(
    hotline: Partner, world: HandlingWorld
) -> None:
    order, target = received(hotline), open_matter(world)
    handling.merge(matter=Matter.objects.get(pk=order.matter_id), target=target, by=world.staff, now=NOW)
    issued(world, Matter.objects.get(pk=target.pk))
    words = [(Satisfaction.SATISFIED, Solved.YES), (Satisfaction.UNSATISFIED, Solved.NO)]
    people = [target.reporters.get(), order.matter.reporters.get()]
    for (satisfaction, solved), reporter in zip(words, people, strict=True):
        Rating.objects.create(
            matter=target, reporter=reporter, round=1, satisfaction=satisfaction, solved=solved, at=NOW
        )
        assert gather(now=NOW, settled=True) == 1
    assert [row["satisfaction"] for row in told()] == ["satisfied", "unsatisfied"]


def test_partner_that_only_gives_is_told_nothing(world: HandlingWorld) -> None:
    replied(world, received(make_hotline(world, ways="in")))
    assert gather(now=NOW) == 0
    with pytest.raises(NothingNew):
        hand_over(partner=Partner.objects.get(), as_xlsx=True, by=world.staff, now=NOW)


def rows_of(handed: Handover) -> list[list[str]]:
    stored = handed.stored
    assert stored is not None
    with stored.file.open("rb") as held:
        data = held.read()
    if stored.name.endswith(".csv"):
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1:]
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()][1:]


@pytest.mark.parametrize("as_xlsx", [True, False])
def test_hand_over_holds_results_and_our_own_orders_once(hotline: Partner, world: HandlingWorld, as_xlsx: bool) -> None:
    matter = replied(world, received(hotline, title="=cmd|x"))
    own = pushed(world, taken(world), hotline)
    rows = rows_of(hand_over(partner=hotline, as_xlsx=as_xlsx, by=world.district_staff, now=NOW))
    assert [row[0] for row in rows] == ["办理结果", "转出工单"]
    assert rows[0][1:3] == ["RX-0001", matter.code]
    assert rows[0][3] == ("=cmd|x" if as_xlsx else "'=cmd|x")
    assert rows[0][6:9] == ["已答复", "经现场查看，三盏灯的线缆老化，已安排更换。", "B 正在解决"]
    assert rows[1][2] == own.matter.code
    assert "东门三盏路灯" in rows[1][4]
    lines = Entry.objects.filter(outcome=Outcome.HANDED).order_by("id")
    assert [line.code for line in lines] == [matter.code, own.matter.code]
    with pytest.raises(NothingNew):
        hand_over(partner=hotline, as_xlsx=as_xlsx, by=world.district_staff, now=NOW)
    rate(matter, Satisfaction.UNSATISFIED, Solved.YES)
    [again] = rows_of(hand_over(partner=hotline, as_xlsx=as_xlsx, by=world.district_staff, now=NOW))
    assert again[6:11] == ["已办结", rows[0][7], "B 正在解决", "不满意", "解决了"]


def test_hand_over_without_the_right_is_refused(hotline: Partner, world: HandlingWorld) -> None:
    with pytest.raises(NotAllowed):
        hand_over(partner=hotline, as_xlsx=True, by=world.leader, now=NOW)


def test_file_adapter_drops_one_file_for_each_message(world: HandlingWorld, settings: Any) -> None:
    from pathlib import Path

    partner = make_grid(world, adapter="file")
    pushed(world, taken(world), partner)
    assert deliver_all(NOW) == 1
    [place] = list((Path(settings.EXCHANGE_FOLDER) / "grid" / "out").iterdir())
    table = read_table(place.read_bytes(), name=place.name)
    assert place.name == f"{Dispatch.objects.get().key}.csv"
    assert table.rows[0]["title"] == "荷塘小区东门路灯不亮"


@pytest.fixture
def three(hotline: Partner, world: HandlingWorld) -> Partner:
    """Three orders: RX-1 lies here, RX-2 was replied, RX-3 lies here."""
    for number in ("RX-1", "RX-2", "RX-3"):
        order = received(hotline, number)
        if number == "RX-2":
            replied(world, order)
    return hotline


def test_comparison_finds_all_three_kinds_of_difference(three: Partner) -> None:
    said = {"RX-1": "待办理", "RX-2": "办理中", "RX-4": "已办结", "RX-5": "没见过的词"}
    keep_statement(partner=three, rows=said, source="对账.csv", by=None, now=NOW)
    found = compare(three)
    assert found is not None
    assert found.counts == {
        "said": 4, "held": 3, "agree": 1, "missing_here": 2, "missing_there": 1, "different": 1
    }  # fmt: skip
    assert found.only_there == [("RX-4", "已办结"), ("RX-5", "没见过的词")]
    assert [order.number for order in found.only_here] == ["RX-3"]
    assert [(order.number, here, there) for order, here, there in found.different] == [("RX-2", "已答复", "办理中")]


def test_comparison_since_a_day_does_not_miss_what_is_older(three: Partner) -> None:
    rows, since = {"RX-1": "received"}, later(1).date()
    keep_statement(partner=three, rows=rows, source="x", by=None, now=NOW, since=since)
    found = compare(three)
    assert found is not None
    assert found.only_here == []


def test_statement_replaces_the_one_before(three: Partner) -> None:
    for rows in ({"RX-1": "closed"}, {"RX-1": "received", "RX-2": "replied", "RX-3": "received"}):
        keep_statement(partner=three, rows=rows, source="x", by=None, now=NOW)
    found = compare(three)
    assert found is not None
    assert (found.agree, found.different, found.only_here, found.only_there) == (3, [], [], [])


def test_statement_from_a_table_names_bad_rows_and_keeps_nothing(three: Partner) -> None:
    text = "对方编号,办理状态\nRX-1,待办理\nRX-1,已办结\n,已办结\n=1+1,已办结\nRX-2,\n"
    report = import_statement(read_table(text.encode()), partner=three, by=None, now=NOW)
    assert [error.row for error in report.errors] == [3, 4, 5, 6]
    assert compare(three) is None
    report = import_statement(read_table("甲,乙\n1,2\n".encode()), partner=three, by=None, now=NOW)
    assert not report.ok


def test_statement_past_all_measure_is_refused(three: Partner) -> None:
    with pytest.raises(InvalidInput):
        keep_statement(partner=three, rows={str(n): "closed" for n in range(50_001)}, source="x", by=None, now=NOW)


def test_every_status_of_an_opinion_has_a_progress() -> None:
    from opinions.exchange.states import PROGRESS
    from opinions.matters.states import Status

    assert set(PROGRESS) == set(Status) - {Status.DRAFT}
    assert set(PROGRESS.values()) == set(Progress)
