"""Batches two at a time: each is done once, a failure stops the others, and nothing is left open."""

import threading

import pytest
from django.db import connection, transaction

from liaison.base.abreast import each_batch
from liaison.base.stamps import Stamp

NAMES = [f"batch {number}" for number in range(12)]


@transaction.atomic
def write(name: str) -> int:
    """A batch that breaks after it has written, if it is told to."""
    Stamp.objects.create(name=name)
    if name == "breaks":
        raise ValueError(name)
    return 1


def written() -> set[str]:
    return set(Stamp.objects.filter(name__in=[*NAMES, "breaks"]).values_list("name", flat=True))


@pytest.mark.django_db
def test_within_a_transaction_all_is_of_that_transaction() -> None:
    threads = set()

    def work(name: str) -> int:
        threads.add(threading.current_thread())
        return write(name)

    with transaction.atomic():
        assert each_batch(work, NAMES) == len(NAMES)
        transaction.set_rollback(True)
    assert threads == {threading.current_thread()}
    assert written() == set()


@pytest.mark.django_db(transaction=True)
def test_batch_that_fails_is_told_and_taken_back_and_none_is_begun_after_it() -> None:
    with pytest.raises(ValueError, match="breaks"):
        each_batch(write, [NAMES[0], "breaks", *NAMES[1:]])
    assert NAMES[0] in written()
    assert "breaks" not in written()
    assert len(written()) < len(NAMES)
    rest = [name for name in NAMES if name not in written()]
    assert each_batch(write, rest) == len(rest), "the next run goes on with the rest"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_batches_are_in_hand_at_a_time_on_two_connections() -> None:
    both, used = threading.Barrier(2, timeout=20), set()

    def work(name: str) -> int:
        with transaction.atomic():
            done = write(name)
            used.add(connection.connection)
            both.wait()
            return done

    assert each_batch(work, NAMES) == len(NAMES)
    assert written() == set(NAMES)
    assert sorted(bool(one.closed) for one in used) == [False, True], "the second one was given back"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fails", ["here", "beside"])
def test_failure_of_either_stops_both(fails: str) -> None:
    here, both, done = threading.current_thread(), threading.Barrier(2, timeout=20), []

    def work(name: str) -> int:
        both.wait()
        if (threading.current_thread() is here) == (fails == "here"):
            raise ValueError(name)
        done.append(name)
        return 1

    with pytest.raises(ValueError, match="batch"):
        each_batch(work, [*NAMES[:2]])
    assert len(done) == 1
