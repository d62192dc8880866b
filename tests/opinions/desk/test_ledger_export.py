"""The ledger as a table: the light with why, and a resident's silence told by its kind."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from liaison.base.stamps import reading
from opinions.desk.export import COLUMNS, ledger_rows
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import TODAY, HandlingWorld, open_matter

pytestmark = pytest.mark.django_db


def told(matter: Matter) -> dict[str, object]:
    names = [str(name) for name in COLUMNS]
    (row,) = ledger_rows(Matter.objects.filter(pk=matter.pk), TODAY)
    return dict(zip(names, row, strict=True))


def make_late(rows: QuerySet[Matter]) -> None:
    """After the clocks have set days of their own."""
    rows.update(due_on=TODAY - timedelta(days=3), warn_on=TODAY - timedelta(days=5))


def test_light_says_why(world: HandlingWorld) -> None:
    held = open_matter(world, quality="low", quality_note="没有期限")
    make_late(Matter.objects.all())
    row = told(held)
    assert (row["灯色"], row["亮灯原因"]) == ("告警", "已超期 1 个工作日；标准不高：没有期限")


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        (Status.CLOSED, "mostly", "基本满意"),
        (Status.CLOSED, "", "到期未评价"),
        (Status.REPLIED, "", "待评价"),
        (Status.REWORK, "unsatisfied", "未到评价"),
    ],
)
def test_silence_is_told_by_its_kind(world: HandlingWorld, status: Status, word: str, said: str) -> None:
    assert told(open_matter(world, status=status, satisfaction=word))["评价"] == said


def test_thirty_rows_ask_no_more_than_one(world: HandlingWorld) -> None:
    def asked() -> int:
        with reading(), CaptureQueriesContext(connection) as queries:
            list(ledger_rows(Matter.objects.all(), TODAY))
        return len(queries)

    open_matter(world)
    make_late(Matter.objects.all())
    few = asked()
    for _n in range(30):
        open_matter(world)
    make_late(Matter.objects.all())
    assert asked() == few
