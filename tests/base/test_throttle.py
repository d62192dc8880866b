"""Counting what comes too often."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from liaison.base.throttle import count
from tests.factories.matters import NOW

SPAN = 60


def counted(key: str, *, after: int = 0) -> int:
    return count(key, SPAN, now=NOW + timedelta(seconds=after))


def test_keys_are_counted_apart() -> None:
    assert [counted("one"), counted("one"), counted("other"), counted("one")] == [1, 2, 1, 3]


def test_count_begins_anew_with_each_span_even_where_the_last_counter_never_ends() -> None:
    assert int(NOW.timestamp()) % SPAN == 0
    assert [counted("one", after=step) for step in (0, 1, SPAN - 1, SPAN, SPAN + 1)] == [1, 2, 3, 1, 2]


def test_counter_outlives_its_span(monkeypatch: pytest.MonkeyPatch) -> None:
    lives: list[int] = []

    def add(_self: Any, _key: str, _value: int, seconds: int) -> bool:
        lives.append(seconds)
        return True

    monkeypatch.setattr(type(cache._connections["default"]), "add", add)  # type: ignore[attr-defined]
    counted("one")
    assert lives == [2 * SPAN]


def test_cache_that_is_down_counts_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections["default"]), "add", down)  # type: ignore[attr-defined]
    assert [counted("one") for _time in range(3)] == [1, 1, 1]
