"""The light of a matter: the worse of time and quality, with why; the same in Python and in SQL."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from liaison.base.workdays.arithmetic import Light
from opinions.matters.models import Matter, Quality
from opinions.matters.queries import light_condition, lit
from opinions.matters.states import Status
from tests.factories.matters import TODAY, HandlingWorld, open_matter

MARKS = (None, Quality.LOW, Quality.POOR)
DAYS = (None, -3, 0, 1, 9)
"""Days to the limit; the warning is two days before."""

pytestmark = pytest.mark.django_db


def matter(mark: str | None, days: int | None, status: str = Status.HANDLING) -> Matter:
    due = None if days is None else TODAY + timedelta(days=days)
    return Matter(status=status, quality=mark, due_on=due, warn_on=due and due - timedelta(days=2))


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("days", DAYS)
def test_worse_of_time_and_quality_counts(mark: str | None, days: int | None) -> None:
    shown = lit(matter(mark, days), TODAY)
    by_time = Light.GREEN if days in (None, 9) else Light.RED if days == -3 else Light.YELLOW
    assert shown is not None
    assert shown.light == Light.worst(by_time, Quality(mark).light if mark else Light.GREEN)
    assert bool(shown.reason) == (shown.light != Light.GREEN)


def test_reason_tells_time_and_what_was_found() -> None:
    held = matter(Quality.POOR, -3)
    held.quality_note = "没有措施、没有期限"
    shown = lit(held, TODAY)
    assert shown is not None
    assert shown.reason == "已超期 1 个工作日；质量差：没有措施、没有期限"


def test_matter_at_an_end_shows_its_mark_alone() -> None:
    assert lit(matter(None, -3, Status.CLOSED), TODAY) is None
    shown = lit(matter(Quality.LOW, -3, Status.CLOSED), TODAY)
    assert shown is not None
    assert (shown.light, shown.time) == (Light.YELLOW, "")


def _shows(held: Matter) -> Light | None:
    found = lit(held, TODAY)
    return found.light if found else None


def test_condition_finds_what_the_light_shows(world: HandlingWorld) -> None:
    for mark, days, status in product(MARKS, DAYS, (Status.HANDLING, Status.CLOSED)):
        made = matter(mark, days, status)
        held = open_matter(world, quality=mark, status=status)  # whose clock sets other days
        Matter.objects.filter(pk=held.pk).update(due_on=made.due_on, warn_on=made.warn_on)
    rows = list(Matter.objects.all())
    assert len({(row.quality, row.due_on, row.status) for row in rows}) == len(MARKS) * len(DAYS) * 2
    for shown in Light:
        found = set(Matter.objects.filter(light_condition(shown, TODAY)))
        assert found == {row for row in rows if _shows(row) == shown}


def test_words_without_a_mark_cannot_be_kept(world: HandlingWorld) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        open_matter(world, quality_note="没有措施")


def test_limit_of_the_day_is_not_late_yet() -> None:
    due = date(2026, 11, 23)
    held = Matter(status=Status.HANDLING, due_on=due, warn_on=due)
    assert [lit(held, due + timedelta(days=n)).light for n in (0, 1)] == [Light.YELLOW, Light.RED]  # type: ignore[union-attr]
