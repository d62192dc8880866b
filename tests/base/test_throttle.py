"""Counting what comes too often."""

from typing import Any

import pytest
from django.core.cache import cache

from liaison.base.throttle import count


def test_keys_are_counted_apart() -> None:
    assert [count("one", 60), count("one", 60), count("other", 60), count("one", 60)] == [1, 2, 1, 3]


def test_count_begins_anew_when_the_span_is_over() -> None:
    count("one", 60)
    cache.delete("one")
    assert count("one", 60) == 1


def test_cache_that_is_down_counts_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections["default"]), "add", down)  # type: ignore[attr-defined]
    assert [count("one", 60) for _time in range(3)] == [1, 1, 1]
