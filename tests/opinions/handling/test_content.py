"""The rules of a reply, as sums without a database."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.handling.content import PROMISES, Content, Point, empty_talk, faults, says_nothing
from opinions.matters.models import ReplyClass

TODAY = date(2026, 11, 23)
DAYS = st.dates(min_value=TODAY - timedelta(days=900), max_value=TODAY + timedelta(days=900))
WORDS = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
POINTS = st.builds(Point, problem=WORDS, measure=WORDS, person=WORDS, due_on=DAYS)


@given(st.sampled_from(ReplyClass.values), st.lists(POINTS, max_size=4))
def test_issued_promise_always_has_a_future_date(reply_class: str, points: list[Point]) -> None:
    content = Content(text="正文", reply_class=reply_class, points=tuple(points))
    if not faults(content, TODAY) and reply_class in PROMISES:
        assert any(point.due_on is not None and point.due_on > TODAY for point in content.filled)


@given(POINTS, st.sampled_from([one.name for one in fields(Point)]))
def test_point_with_a_gap_is_named_with_its_number(point: Point, gap: str) -> None:
    values = {one.name: getattr(point, one.name) for one in fields(Point)} | {gap: None if gap == "due_on" else ""}
    content = Content(text="正文", reply_class="A", points=(Point(), Point(**values)))
    assert [(fault.field, fault.point) for fault in faults(content, TODAY)] == [(gap, 1)]


def test_blank_rows_count_as_none() -> None:
    content = Content(text="正文", reply_class="A", points=(Point(), Point()))
    assert [fault.field for fault in faults(content, TODAY)] == ["points"]


def test_too_many_points_are_refused() -> None:
    point = Point(problem="问题", measure="措施", person="人", due_on=TODAY)
    content = Content(text="正文", reply_class="A", points=(point,) * 21)
    assert [fault.field for fault in faults(content, TODAY)] == ["points"]


@pytest.mark.parametrize(
    "text",
    [
        "高度重视，将积极协调有关部门尽快解决。",
        "您反映的问题已收悉，我局高度重视，下一步将继续加强管理。感谢您的支持！",
        "我们将进一步加大力度，切实做好相关工作。",
    ],
)
def test_empty_talk_is_recognised(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "已修好。",
        "已处理路灯故障",
        "高度重视。已于11月20日更换东门三盏路灯的灯头和线缆，当晚试灯正常。",
        "感谢您的支持，3号楼西侧污水井已于昨日疏通并更换井盖。",
        "尽快联系物业王经理，周五前把充电棚的顶棚补好。",
    ],
)
def test_plain_words_are_no_empty_talk(text: str) -> None:
    assert not says_nothing(text)


def test_empty_talk_is_found_in_text_and_measures() -> None:
    point = Point(problem="灯不亮", measure="尽快解决", person="李四", due_on=TODAY)
    content = Content(text="高度重视，尽快处理。", reply_class="A", points=(Point(), point))
    assert [(fault.field, fault.point) for fault in empty_talk(content)] == [("text", None), ("measure", 1)]


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert says_nothing(text) in (True, False)


def test_text_with_a_gap_of_a_template_is_refused() -> None:
    content = Content(text="我单位于__月__日到现场。", reply_class="D")
    assert [fault.field for fault in faults(content, TODAY)] == ["text"]
