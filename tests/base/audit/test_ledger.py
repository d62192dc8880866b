"""The ledger: append-only in the database, and every tampering is found."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from liaison.base.audit.models import Event
from liaison.base.audit.proof import prove
from liaison.base.audit.queries import known_verbs, ledger_is_larger_than
from liaison.base.audit.services import Fact, Fault, record, record_many, verify

pytestmark = pytest.mark.django_db


SETTLE = "SET CONSTRAINTS ALL IMMEDIATE"
"""PostgreSQL alters no table while checks of foreign keys are outstanding."""
OPENING = {
    "sqlite": (["DROP TRIGGER base_event_append_only"], []),
    "postgresql": (
        [SETTLE, "ALTER TABLE base_event DISABLE TRIGGER base_event_append_only"],
        [SETTLE, "ALTER TABLE base_event ENABLE TRIGGER base_event_append_only"],
    ),
}


@pytest.fixture
def chains() -> None:
    now = timezone.now()
    for chain in ("matter:1", "matter:2"):
        record(chain, *(Fact(verb=verb, data={"n": 1}) for verb in ("submit", "take", "answer")), by=None, now=now)


@contextmanager
def unprotected() -> Iterator[None]:
    """As somebody with the rights of the database's owner."""
    before, after = OPENING[connection.vendor]
    with connection.cursor() as cursor:
        for statement in before:
            cursor.execute(statement)
        yield
        for statement in after:
            cursor.execute(statement)


def _second() -> Event:
    return Event.objects.get(chain="matter:1", seq=2)


def _save(event: Model) -> None:
    with unprotected():
        event.save()


def test_database_refuses_to_change_an_event(chains: None) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(chain="matter:1").update(reason="改过")
    assert not Event.objects.filter(reason="改过").exists()


@pytest.mark.postgresql
def test_database_refuses_to_delete_an_event(chains: None) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(chain="matter:1").delete()
    assert Event.objects.filter(chain="matter:1").count() == 3


def test_prove_of_an_untouched_ledger_holds_and_counts(chains: None) -> None:
    proof = prove()
    assert (proof.holds, proof.chains, proof.events) == (True, 2, 6)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "改过"),
        ("actor", "别人"),
        ("verb", "withdraw"),
        ("data", {"n": 2}),
        ("audience", "public"),
        ("target", "x"),
    ],
)
def test_prove_finds_changed_content(chains: None, field: str, value: object) -> None:
    event = _second()
    setattr(event, field, value)
    _save(event)
    assert [(one.chain, one.seq, one.fault) for one in prove().breaks] == [("matter:1", 2, Fault.CHANGED)]


def test_prove_finds_a_changed_time(chains: None) -> None:
    event = _second()
    event.at += timedelta(microseconds=1)
    _save(event)
    assert prove("matter:1").breaks[0].fault == Fault.CHANGED


def test_prove_finds_a_deleted_event(chains: None) -> None:
    with unprotected():
        _second().delete()
    assert [(one.seq, one.fault) for one in prove().breaks] == [(3, Fault.MISSING)]


def test_prove_finds_a_chain_that_was_closed_up_after_a_deletion(chains: None) -> None:
    with unprotected():
        _second().delete()
        Event.objects.filter(chain="matter:1", seq=3).update(seq=2)
    assert [(one.seq, one.fault) for one in prove().breaks] == [(2, Fault.LOOSE)]


def test_prove_of_one_chain_leaves_the_others_out(chains: None) -> None:
    event = _second()
    event.reason = "改过"
    _save(event)
    assert prove("matter:2").holds
    assert not prove("matter:1").holds


def test_command_prints_counts(chains: None) -> None:
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    assert out.getvalue().strip() == "chains 2, events 6, broken chains 0"


def test_command_fails_with_exit_code_one_on_a_break(chains: None) -> None:
    event = _second()
    event.reason = "改过"
    _save(event)
    with pytest.raises(CommandError, match="matter:1 event 2: changed") as refusal:
        call_command("verify_ledger")
    assert refusal.value.returncode == 1


def test_known_verbs_are_the_ones_that_occur(chains: None) -> None:
    assert known_verbs() == ["answer", "submit", "take"]


def test_known_verbs_of_an_empty_ledger_are_none() -> None:
    assert known_verbs() == []


def test_ledger_is_larger_than_looks_no_further(chains: None) -> None:
    assert ledger_is_larger_than(5)
    assert not ledger_is_larger_than(6)


@pytest.mark.usefixtures("chains")
@pytest.mark.parametrize("count", [1, 60])
def test_many_chains_are_appended_to_by_two_statements(
    count: int, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    old = {"matter:1": [Fact(verb="warn"), Fact(verb="red")], "matter:2": [Fact(verb="warn")]}
    fresh = {f"fresh:{number}": [Fact(verb="warn")] for number in range(count)}
    with django_assert_num_queries(2):
        record_many({**old, **fresh}, by=None, now=timezone.now())
    assert Event.objects.filter(verb__in=("warn", "red")).count() == 3 + count
    assert list(Event.objects.filter(chain="matter:1").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert not list(verify())


def test_no_chains_ask_nothing(django_assert_num_queries: Callable[[int], AbstractContextManager[object]]) -> None:
    with django_assert_num_queries(0):
        record_many({}, by=None, now=timezone.now())


def test_what_many_chains_say_alike_is_hashed_for_each() -> None:
    same = Fact(verb="moved", reason='他说"好"\\', data={"moved": [{"from": "新\n", "to": 1}]})
    record_many({f'odd "{number}"': [same, same] for number in range(3)}, by=None, now=timezone.now())
    assert Event.objects.count() == 6
    assert not list(verify())
