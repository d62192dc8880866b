"""Statements whose SQL is worked out once per process.

Django builds the SQL of a query anew for each request; on a busy path that can cost several times what the
database needs for the answer. A `Prepared` has it built once, with slots where values go:

    _BY_CODE = Prepared(lambda code: Deputy.objects.active().filter(code=code), code=str)
    _BY_CODE.rows(code="7KX2")

`insert` does the same for new rows.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)
Value = str | int | datetime | QuerySet[Any]


class Prepared(Generic[Row]):
    """A queryset of rows, with annotations and the rows that `select_related` names; `prefetch_related`, `values` and
    `using` raise ValueError when it is first asked.

    `build` makes the queryset from one value for each slot; `slots` names the type of each: `str`, `int` (a key),
    `datetime`, or `QuerySet` for keys that the rows must be among (`pk__in`), which is worked out at each call. What a
    slot is compared with must not change a value on its way into the database but for its notation.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], **slots: type[Value]) -> None:
        self._build, self._slots = build, slots

    def rows(self, **values: Value) -> list[Row]:
        """The rows for these values, as the queryset itself gives them."""
        try:
            model, compiler, sql, parameters = self._filled(values)
        except EmptyResultSet:  # a condition that nothing fulfils
            return []
        return list(QuerySet(model, query=_Bound(compiler, sql, parameters)))  # type: ignore[arg-type]

    def _filled(self, values: Mapping[str, Value]) -> tuple[type[Row], SQLCompiler, str, tuple[Any, ...]]:
        """The statement with these values in the places of the slots."""
        model, compiler, sql, parameters = self._worked_out
        filled: list[Any] = []
        for one in parameters:
            value = values[one.name] if isinstance(one, _Slot) else one
            if isinstance(value, QuerySet):
                keys, more = value.query.sql_with_params()
                sql = sql.replace(_keys(one.name), keys)
                filled.extend(more)
            else:
                filled.append(_written(value))
        return model, compiler, sql, tuple(filled)

    @cached_property
    def _worked_out(self) -> tuple[type[Row], SQLCompiler, str, list[Any]]:
        """The model, what reads its rows, its SQL, and the parameters with slots in the places of their values."""
        examples = {name: _example(name, number, kind) for number, (name, kind) in enumerate(self._slots.items())}
        queryset = self._build(**examples)
        if queryset._prefetch_related_lookups or queryset._db or queryset._iterable_class is not ModelIterable:  # type: ignore[attr-defined]
            raise ValueError("only rows of the usual database, with nothing prefetched, can be prepared")
        compiler = queryset.query.get_compiler(queryset.db)
        sql, parameters = compiler.as_sql()
        compiler.connection = None  # that of the thread which happened to be first
        written = {_mark(name, example): _Slot(name) for name, example in examples.items()}
        placed = [written.get(one, one) if isinstance(one, (str, int, datetime)) else one for one in parameters]
        missing = set(examples) - {one.name for one in placed if isinstance(one, _Slot)}
        if missing:
            raise ValueError(f"no place in the query for {', '.join(sorted(missing))}")
        return queryset.model, compiler, sql, placed


class _Slot:
    """Where a value goes."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Bound:
    """What a queryset asks its query for when it reads rows: a compiler, here one whose SQL is known."""

    def __init__(self, compiler: SQLCompiler, sql: str, parameters: tuple[Any, ...]) -> None:
        self._compiler, self._asked = compiler, (sql, parameters)

    def get_compiler(self, using: str) -> SQLCompiler:
        found = copy(self._compiler)
        found.connection = connections[using]  # that of this thread
        found.as_sql = lambda *_options: self._asked  # type: ignore[method-assign]
        return found


def _example(name: str, number: int, kind: type[Value]) -> Any:
    """A value that no query has of itself."""
    if kind is datetime:
        return datetime(1000 + number, 1, 1, tzinfo=UTC)
    if kind is QuerySet:
        return RawSQL(_keys(name), [f"⟨{name}⟩"])  # noqa: S611 - a mark, never sent
    return f"⟨{name}⟩" if kind is str else -900_000_001 - number


def _mark(name: str, example: Any) -> Any:
    """The parameter by which the place of an example is found."""
    return f"⟨{name}⟩" if isinstance(example, RawSQL) else _written(example)


def _keys(name: str) -> str:
    """What stands in the SQL for a queryset of keys."""
    return f"⟨{name}⟩ %s"


def _written(value: Value) -> Any:
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
