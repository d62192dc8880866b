"""Rows and children by one statement are the same as by two."""

from typing import Any

import pytest

from liaison.base.joined import joined
from opinions.handling.models import Reply, ReplyPoint, ReplyStatus
from opinions.matters.models import Matter
from tests.factories.matters import NOW, TODAY, handling_world, open_matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter() -> Matter:
    return open_matter(handling_world())


def reply(matter: Matter, *problems: str) -> Reply:
    made = Reply.objects.create(matter=matter, text="已修", status=ReplyStatus.ISSUED, written_at=NOW, issued_at=NOW)
    for number, problem in enumerate(problems):
        ReplyPoint.objects.create(reply=made, order=-number % 5, problem=problem, due_on=TODAY)
    return made


def test_children_are_whole_and_in_order(matter: Matter, django_assert_num_queries: Any) -> None:
    expected = [reply(matter, "一", "二", "三"), reply(matter), reply(matter, "四")]
    with django_assert_num_queries(1):
        found = joined(matter.replies.select_related("organisation"), "points", to="shown", order=("order", "id"))
    assert found == expected
    for one in found:
        shown = one.__dict__["shown"]
        assert shown == list(one.points.order_by("order", "id"))
        assert all(not point.get_deferred_fields() and point.due_on == TODAY for point in shown)


def test_no_rows_give_none(matter: Matter) -> None:
    assert joined(matter.replies.all(), "points", to="shown", order=("id",)) == []
