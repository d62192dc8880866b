"""Cached reference data is never stale, also when another process wrote it."""

import pytest

from liaison.base.stamps import Stamp, bump, cached, reading

pytestmark = pytest.mark.django_db


class Counter:
    def __init__(self) -> None:
        self.loads = 0

    def __call__(self) -> int:
        self.loads += 1
        return self.loads


def test_cached_loads_once_until_bumped() -> None:
    load = Counter()
    assert [cached("x", load), cached("x", load)] == [1, 1]
    bump("x")
    assert [cached("x", load), cached("x", load)] == [2, 2]


def test_cached_notices_a_stamp_written_elsewhere() -> None:
    load = Counter()
    bump("x")
    cached("x", load)
    Stamp.objects.filter(name="x").update(version=99)
    assert cached("x", load) == 2


def test_bump_counts_up() -> None:
    bump("x")
    bump("x")
    assert Stamp.objects.get(name="x").version == 2


def test_cached_costs_one_statement(django_assert_num_queries: pytest.FixtureRequest) -> None:
    cached("x", lambda: 1)
    with django_assert_num_queries(1):  # type: ignore[operator]
        cached("x", lambda: 1)


def test_reading_shares_one_statement(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(1), reading():  # type: ignore[operator]
        cached("x", lambda: 1)
        cached("y", lambda: 1)


def test_lazy_reading_looks_when_first_needed(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0), reading(at_once=False):  # type: ignore[operator]
        pass
    with django_assert_num_queries(1), reading(at_once=False), reading():  # type: ignore[operator]
        cached("x", lambda: 1)
        cached("y", lambda: 1)


def test_reading_ends_with_its_block() -> None:
    load = Counter()
    with reading():
        cached("x", load)
        bump("x")
        assert cached("x", load) == 1
    assert cached("x", load) == 2
