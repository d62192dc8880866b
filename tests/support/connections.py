"""The connection of a test process stays open from test to test.

Django closes it behind each class of tests, and here each test is such a class: PostgreSQL would start a process for
every one, and learn the tables anew. What a test did is rolled back all the same. A test of transactions still closes.
"""

from typing import Any

from django.test import TestCase


def keep_open() -> None:
    """From now on `TestCase` leaves its connection open."""
    TestCase.tearDownClass = classmethod(_roll_back)  # type: ignore[assignment]


def _roll_back(cls: Any) -> None:
    cls._rollback_atomics(cls.cls_atomics)
    super(TestCase, cls).tearDownClass()
