"""Statements whose SQL is worked out once per process.

Django builds the SQL of a query anew for each request; on a busy path that can cost several times what the
database needs for the answer. A `Prepared` has it built once, with slots where values go:

    _BY_CODE = Prepared(lambda code: Deputy.objects.active().filter(code=code), code=str)
    _BY_CODE.rows(code="7KX2")

`insert` does the same for new rows.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Prepared(Generic[Row]):
    """A queryset of whole rows with annotations. Related rows are not loaded with it.

    `build` makes the queryset from one value for each slot; `slots` names the type of each: `str` or `datetime`.
    What a slot is compared with must not change a value on its way into the database but for its notation.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], **slots: type[str] | type[datetime]) -> None:
        self._build, self._slots = build, slots

    def rows(self, **values: str | datetime) -> list[Row]:
        """The rows for these values, annotations as plain attributes (JSON as text)."""
        model, sql, parameters = self._worked_out
        bound = [_written(values[one.name]) if isinstance(one, _Slot) else one for one in parameters]
        return list(model._default_manager.raw(sql, bound))

    @cached_property
    def _worked_out(self) -> tuple[type[Row], str, list[Any]]:
        """The model, its SQL, and the parameters with slots in the places of their values."""
        examples = {name: _example(name, number, kind) for number, (name, kind) in enumerate(self._slots.items())}
        queryset = self._build(**examples)
        sql, parameters = queryset.query.sql_with_params()
        written = {_written(example): _Slot(name) for name, example in examples.items()}
        placed = [written.get(one, one) if isinstance(one, (str, datetime)) else one for one in parameters]
        missing = set(examples) - {one.name for one in placed if isinstance(one, _Slot)}
        if missing:
            raise ValueError(f"no place in the query for {', '.join(sorted(missing))}")
        return queryset.model, sql, placed


class _Slot:
    """Where a value goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def _example(name: str, number: int, kind: type) -> str | datetime:
    """A value that no query has of itself."""
    return datetime(1000 + number, 1, 1, tzinfo=UTC) if kind is datetime else f"⟨{name}⟩"


def _written(value: str | datetime) -> Any:
    """A value as the database takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


MOST_ROWS = 50
"""Rows that one prepared INSERT takes; more are left to `bulk_create`, which knows the limits of each database."""


def insert(rows: Sequence[Model], *, skip_known: bool = False) -> None:
    """Insert new rows of one model by one statement and set their keys.

    `skip_known=True` leaves out rows that break a unique constraint; keys are not set then.
    """
    if not rows:
        return
    if len(rows) > MOST_ROWS or not connection.features.can_return_rows_from_bulk_insert:
        type(rows[0])._default_manager.bulk_create(rows, ignore_conflicts=skip_known)
        return
    model = type(rows[0])
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in _stored(model)]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, len(rows), skip_known), values)
        keys = [] if skip_known else cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=not skip_known):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias


@cache
def _stored(model: type[Model]) -> list[Any]:
    """The columns of a new row: all but a key that the database gives."""
    return [field for field in model._meta.concrete_fields if field is not model._meta.auto_field]


@cache
def _insertion(model: type[Model], count: int, skip_known: bool) -> str:  # noqa: FBT001 - a key of the cache
    """The statement that inserts `count` rows; PostgreSQL and SQLite share it."""
    name, columns = connection.ops.quote_name, _stored(model)
    row = f"({', '.join(['%s'] * len(columns))})"
    end = "ON CONFLICT DO NOTHING" if skip_known else f"RETURNING {name(str(model._meta.pk.column))}"
    into = f"{name(model._meta.db_table)} ({', '.join(name(str(field.column)) for field in columns)})"
    return f"INSERT INTO {into} VALUES {', '.join([row] * count)} {end}"  # noqa: S608 - names of our own tables
