"""Prepared statements give what the ordinary ones give."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from django.test.utils import CaptureQueriesContext

from deputies.accounts.models import User
from liaison.base import prepared
from liaison.base.audit.models import Event
from liaison.base.notices.models import Channel, Notice
from liaison.base.prepared import Prepared, insert
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 23, 1, 0, 0, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _since(chain: str, since: datetime) -> Any:
    return Event.objects.filter(chain=chain, at__gte=since).order_by("seq")


def event(seq: int, *, chain: str = "matter:1", at: datetime = NOW, **fields: Any) -> Event:
    return Event(chain=chain, seq=seq, verb="submit", actor="反映人", at=at, digest=f"{chain}{seq}", **fields)


def notice(key: str) -> Notice:
    return Notice(key=key, channel=Channel.SMS, address="13800000000", subject="𠮷", due_at=NOW, created_at=NOW)


def test_rows_are_those_of_the_queryset() -> None:
    ask = Prepared(_since, chain=str, since=datetime)
    insert([event(1), event(2, at=NOW + timedelta(microseconds=1)), event(1, chain="matter:2")])
    for chain in ("matter:1", "matter:2", "matter:3", "'; DROP TABLE base_event; --", "100%s"):
        for since in (NOW, NOW + timedelta(microseconds=1), NOW + timedelta(days=1)):
            assert ask.rows(chain=chain, since=since) == list(_since(chain, since))


def test_rows_are_whole_and_typed() -> None:
    insert([event(1, data={"字": [1, None, "𠮷"]})])
    [row] = Prepared(_since, chain=str, since=datetime).rows(chain="matter:1", since=NOW)
    assert (row.at, row.data, row.by_id, row.get_deferred_fields()) == (NOW, {"字": [1, None, "𠮷"]}, None, set())


def test_rows_take_one_statement_and_build_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def build(chain: Any) -> Any:
        built.append(1)
        return Event.objects.filter(chain=chain)

    ask = Prepared(build, chain=str)
    for _time in range(3):
        with CaptureQueriesContext(connection) as queries:
            ask.rows(chain="matter:1")
        assert len(queries) == 1
    assert built == [1]


def test_rows_bring_related_rows_and_typed_annotations(django_assert_num_queries: Any) -> None:
    def build(user: Any) -> Any:
        said = JSONObject(name="organisation__name", at="created_at")
        return User.objects.filter(pk=user).select_related("organisation").annotate(said=said)

    held = UserFactory.create_batch(2)
    ask = Prepared(build, user=int)
    assert ask.rows(user=-900_000_001) == []
    for user in held:
        with django_assert_num_queries(1):
            [row] = ask.rows(user=user.pk)
            assert (row, row.organisation, row.said["name"]) == (user, user.organisation, user.organisation.name)


def test_rows_may_be_those_of_another_queryset(django_assert_num_queries: Any) -> None:
    insert([event(number, data={"100%s": number}) for number in range(1, 6)])
    ask = Prepared(
        lambda verb, keys, since: Event.objects.filter(verb=verb, pk__in=keys, at__gte=since).order_by("-seq"),
        verb=str, keys=QuerySet, since=datetime,
    )  # fmt: skip
    for keys in (
        Event.objects.filter(seq__lt=4, actor="反映人").order_by("seq")[:2],
        Event.objects.filter(seq__in=[2, 5]).exclude(verb="100%"),
        Event.objects.filter(data__has_key="100%s"),
        Event.objects.filter(seq=9),
    ):
        expected = sorted(keys, key=lambda row: -row.seq)
        with django_assert_num_queries(1):
            assert ask.rows(verb="submit", keys=keys.values("pk"), since=NOW) == expected
    with django_assert_num_queries(0):
        assert ask.rows(verb="submit", keys=Event.objects.filter(pk__in=[]).values("pk"), since=NOW) == []


def test_slot_without_a_place_is_refused() -> None:
    ask = Prepared(lambda chain, since: Event.objects.filter(chain=chain), chain=str, since=datetime)
    with pytest.raises(ValueError, match="since"):
        ask.rows(chain="matter:1", since=NOW)


@pytest.mark.parametrize(
    "shape",
    [lambda rows: rows.prefetch_related("by"), lambda rows: rows.values("seq"), lambda rows: rows.using("default")],
)
def test_what_would_be_passed_over_in_silence_is_refused(shape: Any) -> None:
    ask = Prepared(lambda chain: shape(Event.objects.filter(chain=chain)), chain=str)
    with pytest.raises(ValueError, match="rows of the usual database"):
        ask.rows(chain="matter:1")


def test_statement_keeps_no_connection() -> None:
    ask = Prepared(_since, chain=str, since=datetime)
    ask.rows(chain="matter:1", since=NOW)
    compiler = ask._worked_out[1]
    assert connection not in vars(compiler).values()
    assert compiler.connection is None


def test_insert_stores_what_save_stores() -> None:
    insert([event(1, data={"a": "中"}, reason="行\n二")])
    event(2, data={"a": "中"}, reason="行\n二").save()
    mine, theirs = (dict(row) for row in Event.objects.order_by("seq").values())
    differing = {name for name in mine if mine[name] != theirs[name]}
    assert differing == {"id", "seq", "digest"}


def test_insert_sets_keys_in_order() -> None:
    rows = [event(number) for number in (3, 1, 2)]
    insert(rows)
    assert [Event.objects.get(pk=row.pk).seq for row in rows] == [3, 1, 2]
    assert not any(row._state.adding for row in rows)


def test_insert_encrypts_as_save_does() -> None:
    insert([notice("a")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM base_notice")
        assert "13800000000" not in cursor.fetchone()[0]
    assert Notice.objects.get().address == "13800000000"


def test_insert_of_nothing_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert([])


def test_insert_of_a_known_row_is_refused() -> None:
    insert([event(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([event(2), event(1)])
    assert Event.objects.count() == 1


def test_insert_may_leave_out_known_rows() -> None:
    insert([notice("a")])
    insert([notice("a"), notice("b")], skip_known=True)
    assert sorted(Notice.objects.values_list("key", flat=True)) == ["a", "b"]


@pytest.mark.parametrize("count", [prepared.MOST_ROWS, prepared.MOST_ROWS + 1])
def test_insert_of_many_rows_is_one_statement(count: int, django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        insert([notice(str(number)) for number in range(count)], skip_known=True)
    assert Notice.objects.count() == count
