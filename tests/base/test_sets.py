"""Many rows by one statement: values arrive as they were given, whatever signs they hold, however many share them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from liaison.base.arrays import Among
from liaison.base.audit.models import Event
from liaison.base.sets import insert_rows
from liaison.base.stamps import Stamp
from liaison.base.updates import update_each
from liaison.base.workdays.models import CalendarDay, CalendarYear

TRICKY = ["", "NULL", 'a "quoted" word', "back\\slash", "{braces}, commas", "新 line\nand 'more'", '\\"', "%s"]

pytestmark = pytest.mark.django_db


def test_inserted_text_is_read_back_as_it_was_given() -> None:
    now = timezone.now()
    rows = [(f"c:{at}", 1, "see", "", "", text, '{"a": "\\"b\\\\"}', "internal", None, text, now, "", "x")
            for at, text in enumerate(TRICKY)]  # fmt: skip
    names = ("chain", "seq", "verb", "source", "target", "reason", "data", "audience", "by", "actor", "at", "previous",
             "digest")  # fmt: skip
    given = insert_rows(Event, names, rows, giving=("chain",))
    assert [chain for (chain,) in given] == [row[0] for row in rows]
    held = list(Event.objects.order_by("id"))
    assert [(event.reason, event.actor) for event in held] == [(text, text) for text in TRICKY]
    assert {(event.at, event.by_id, event.data["a"]) for event in held} == {(now, None, '"b\\')}
    assert insert_rows(Event, names, rows[:1], giving=("chain",)) == []


@pytest.mark.parametrize("different", [1, 2, 25])
def test_rows_get_their_own_values_whether_many_share_them_or_none(
    different: int, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    year = CalendarYear.objects.create(year=2031, imported_at=timezone.now())
    days = [
        CalendarDay.objects.create(date=date(2031, 1, 1 + number), listed_in=year, is_off=False) for number in range(25)
    ]
    rows = [(day.pk, number % different % 2 == 0, TRICKY[number % different % 8]) for number, day in enumerate(days)]
    with django_assert_num_queries(1):
        assert update_each(CalendarDay, ("is_off", "name"), rows) == 25
    assert list(CalendarDay.objects.order_by("date").values_list("pk", "is_off", "name")) == rows


@pytest.mark.postgresql
def test_what_is_too_long_is_refused_and_not_cut() -> None:
    Stamp.objects.create(name="a")
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_rows(Stamp, ("name", "version"), [("n" * 200, 1)])


@pytest.mark.parametrize("keys", [[], [1], [1, 3, 99]])
def test_among_asks_what_in_asks(
    keys: list[int], django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    made = [Stamp.objects.create(name=str(number), version=number) for number in range(5)]
    with django_assert_num_queries(1):
        found = list(Stamp.objects.filter(Among("version", keys)).order_by("version"))
    assert found == [one for one in made if one.version in keys]
