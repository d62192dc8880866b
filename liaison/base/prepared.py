"""Querysets whose SQL is worked out once per process.

Django builds the SQL of a queryset anew for each request; on a busy path that can cost several times what the
database needs for the answer. A `Prepared` has it built once, with slots where values go:

    _BY_CODE = Prepared(lambda code: Deputy.objects.active().filter(code=code), code=str)
    _BY_CODE.rows(code="7KX2")
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
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
