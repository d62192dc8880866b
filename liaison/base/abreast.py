"""Working off batches on two connections at a time: while one waits for the database, the other adds up.

A batch is a transaction of its own that shares no row with another. So two at a time write what one after the other
would, and what was done when the work stopped is whole.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Batch = TypeVar("Batch")


def each_batch(work: Callable[[Batch], int], batches: Iterable[Batch]) -> int:
    """The sum of what `work` gives for the batches. One that fails is raised, and none is begun after it.

    One after the other where a second connection would be of no use: SQLite lets one write, and what a transaction of
    the caller's has written no other connection sees.
    """
    waiting = deque(batches)
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        return _work_off(work, waiting)
    with ThreadPoolExecutor(1, thread_name_prefix="abreast") as pool:
        beside = pool.submit(_work_beside, work, waiting)
        done = _work_off(work, waiting)
    return done + beside.result()


def _work_off(work: Callable[[Batch], int], waiting: deque[Batch]) -> int:
    done = 0
    try:
        while batch := _next(waiting):
            done += work(*batch)
    except BaseException:
        waiting.clear()
        raise
    return done


def _next(waiting: deque[Batch]) -> tuple[Batch, ...]:
    """The batch whose turn it is, alone; nothing when none is left."""
    try:
        return (waiting.popleft(),)
    except IndexError:
        return ()


def _work_beside(work: Callable[[Batch], int], waiting: deque[Batch]) -> int:
    """As `_work_off`, on the connection of a thread of its own, which ends with it."""
    try:
        return _work_off(work, waiting)
    finally:
        connection.close()
