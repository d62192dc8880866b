"""Keyset pages: the same rows in the same order as one long list, whatever the order and the page size."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F, Q, QuerySet
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from liaison.base.notices.models import Channel, Notice
from liaison.base.web.paging import KeysetPage, capped_count

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ORDERS = [
    ("id",),
    ("-id",),
    ("attempts", "-id"),
    ("-attempts", "due_at", "id"),
    ("sent_at", "id"),
    ("-sent_at", "attempts", "-id"),
    ("attempts", "-sent_at", "-read_at", "id"),
]


SECTIONS = (Q(sent_at__isnull=False), Q(sent_at__isnull=True))
Row = tuple[int, int | None, int | None]


def notice(key: str, row: Row) -> Notice:
    """A notice from (attempts, minutes of sent_at or None, minutes of read_at or None)."""
    attempts, sent, read = row
    return Notice(
        key=key, channel=Channel.IN_APP, subject="x", attempts=attempts, created_at=NOW,
        due_at=NOW - timedelta(minutes=attempts % 3),
        sent_at=None if sent is None else NOW + timedelta(minutes=sent),
        read_at=None if read is None else NOW + timedelta(minutes=read),
    )  # fmt: skip


def make(rows: list[Row]) -> QuerySet[Notice]:
    Notice.objects.bulk_create(notice(f"k{n}", row) for n, row in enumerate(rows))
    return Notice.objects.all()


def in_order(rows: QuerySet[Notice], order: tuple[str, ...]) -> list[int]:
    keys = [F(name[1:]).desc(nulls_last=True) if name[0] == "-" else F(name).asc(nulls_last=True) for name in order]
    return list(rows.order_by(*keys).values_list("pk", flat=True))


def page_of(
    rows: QuerySet[Notice],
    order: tuple[str, ...],
    cursor: str | None,
    size: int = 2,
    sections: tuple[Q, Q] | None = None,
) -> KeysetPage[Notice]:
    return KeysetPage(rows, order=order, cursor=cursor, size=size, sections=sections)


def ids(page: KeysetPage[Notice]) -> list[int]:
    return [row.pk for row in page]


few = st.none() | st.integers(0, 2)


def expected(rows: list[Row], order: tuple[str, ...]) -> list[int]:
    """Places of `rows` in `order`, computed without a database: NULL last in either direction."""

    def key(place: int) -> list[tuple[bool, int]]:
        attempts, sent, read = rows[place]
        values = {"id": place, "attempts": attempts, "sent_at": sent, "read_at": read, "due_at": -(attempts % 3)}
        held = [(values[name.lstrip("-")], -1 if name.startswith("-") else 1) for name in order]
        return [(value is None, sign * (value or 0)) for value, sign in held]

    return sorted(range(len(rows)), key=key)


def walk(
    rows: QuerySet[Notice], order: tuple[str, ...], size: int, sections: tuple[Q, Q] | None = None
) -> tuple[list[list[int]], list[list[int]]]:
    """The keys on each page: forward to the last, and back to the first."""
    page = page_of(rows, order, None, size, sections)
    forward = [ids(page)]
    while page.next_cursor:
        page = page_of(rows, order, page.next_cursor, size, sections)
        forward.append(ids(page))
    backward = []
    while page.previous_cursor:
        page = page_of(rows, order, page.previous_cursor, size, sections)
        backward.append(ids(page))
    return forward, backward


@pytest.mark.django_db
@given(st.lists(st.tuples(st.integers(0, 2), few, few), max_size=12), st.sampled_from(ORDERS), st.integers(1, 4))
def test_pages_forward_and_back_make_the_whole_list(rows: list[Row], order: tuple[str, ...], size: int) -> None:
    with transaction.atomic():
        held = make(rows)
        forward, backward = walk(held, order, size)
        in_sections = walk(held, order, size, SECTIONS) if "sent_at" in order[0] else (forward, backward)
        transaction.set_rollback(True)
    whole = [key for page in forward for key in page]
    first = min(whole, default=0)
    assert [key - first for key in whole] == expected(rows, order)
    assert all(len(page) == size for page in forward[:-1])
    assert backward == forward[:-1][::-1]
    assert in_sections == (forward, backward)


some = st.tuples(st.integers(0, 2), few, few)


@pytest.mark.django_db
@given(st.lists(some, min_size=1, max_size=9), st.lists(some, max_size=4), st.sampled_from(ORDERS))
def test_rows_that_come_while_somebody_turns_pages_make_none_skipped_or_seen_twice(
    rows: list[Row], late: list[Row], order: tuple[str, ...]
) -> None:
    with transaction.atomic():
        held = in_order(make(rows), order)
        page = found_by_key(order, None)
        seen = ids(page)
        while page.next_cursor:
            if late:
                notice(f"late{len(late)}", late.pop()).save()
            page = found_by_key(order, page.next_cursor)
            seen += ids(page)
        transaction.set_rollback(True)
    assert [key for key in seen if key in held] == held
    assert len(set(seen)) == len(seen)


def found_by_key(order: tuple[str, ...], cursor: str | None) -> KeysetPage[Notice]:
    """A page that is found by its keys first, then read."""
    return KeysetPage(Notice.objects.all(), order=order, cursor=cursor, size=2, rows=lambda chosen: chosen)


@pytest.mark.django_db
def test_page_found_by_its_keys_is_the_same_page_by_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    notices = make([(n % 2, n, None) for n in range(5)])
    order = ("-attempts", "sent_at", "id")
    with django_assert_num_queries(1):
        found = ids(found_by_key(order, None))
    assert found == in_order(notices, order)[:2]


@pytest.mark.django_db
def test_first_page_has_no_previous_and_last_no_next() -> None:
    notices = make([(n, None, None) for n in range(3)])
    first = page_of(notices, ("id",), None)
    last = page_of(notices, ("id",), first.next_cursor)
    assert (first.previous_cursor, last.next_cursor) == ("", "")
    assert (len(first), len(last)) == (2, 1)


@pytest.mark.django_db
def test_way_back_from_the_second_page_shows_a_full_first_page() -> None:
    notices = make([(n, None, None) for n in range(4)])
    second = page_of(notices, ("id",), page_of(notices, ("id",), None).next_cursor)
    back = page_of(notices, ("id",), second.previous_cursor)
    assert ids(back) == in_order(notices, ("id",))[:2]
    assert back.previous_cursor == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor", ["", "x", "' OR 1=1 --", "💥" * 50, "eyJ4IjoxfQ:abc", "\x00", "a" * 10_000, "W10:sig", "%00"]
)
def test_strange_cursor_shows_the_first_page(cursor: str) -> None:
    notices = make([(n, None, None) for n in range(3)])
    assert ids(page_of(notices, ("-id",), cursor)) == in_order(notices, ("-id",))[:2]


@pytest.mark.django_db
def test_cursor_of_another_order_shows_the_first_page() -> None:
    notices = make([(n, None, None) for n in range(3)])
    cursor = page_of(notices, ("id",), None).next_cursor
    assert ids(page_of(notices, ("-id",), cursor)) == in_order(notices, ("-id",))[:2]


@pytest.mark.django_db
def test_cursor_whose_rows_have_gone_shows_the_first_page() -> None:
    notices = make([(n, None, None) for n in range(3)])
    cursor = page_of(notices, ("id",), None).next_cursor
    Notice.objects.filter(attempts=2).delete()
    assert ids(page_of(notices, ("id",), cursor)) == in_order(notices, ("id",))


@pytest.mark.django_db
def test_row_added_before_the_cursor_shifts_nothing() -> None:
    notices = make([(n, None, None) for n in (1, 2, 3, 4)])
    cursor = page_of(notices, ("attempts", "id"), None).next_cursor
    Notice.objects.create(key="new", channel=Channel.IN_APP, subject="x", attempts=0, due_at=NOW, created_at=NOW)
    assert [row.attempts for row in page_of(notices, ("attempts", "id"), cursor)] == [3, 4]


@pytest.mark.django_db
def test_page_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    notices = make([(n, None, None) for n in range(5)])
    cursor = page_of(notices, ("-sent_at", "id"), None).next_cursor
    with django_assert_num_queries(1):
        page = page_of(notices, ("-sent_at", "id"), cursor)
        assert len(page) == 2
        assert page.next_cursor != page.previous_cursor


def test_order_without_the_primary_key_is_refused() -> None:
    with pytest.raises(ValueError, match="primary key"):
        KeysetPage(Notice.objects.all(), order=("due_at",))


@pytest.mark.django_db
@pytest.mark.parametrize(("rows", "words"), [(0, "0"), (3, "3"), (4, "3+")])
def test_count_stops_at_its_cap(rows: int, words: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    notices = make([(0, None, None)] * rows)
    with django_assert_num_queries(1):
        count = capped_count(notices, cap=3)
    assert str(count) == words
    assert bool(count) is (rows > 0)
