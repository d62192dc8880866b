"""Many values in one parameter: PostgreSQL's array literals, which are read several times faster than ARRAY[…].

For SQLite the same is a JSON document.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Value


def array_literal(values: Iterable[Any]) -> str:
    """The values as PostgreSQL reads an array of them."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    told = str(value)
    if '"' in told or "\\" in told:
        told = told.replace("\\", r"\\").replace('"', r"\"")
    return f'"{told}"'


def array_type(field: Any, connection: Any) -> str:
    """The type of the elements for a column; text for what has a length, so that what is too long is refused, not cut.

    JSON comes as text.
    """
    kind = str(field.rel_db_type(connection) if field.is_relation or field.primary_key else field.db_type(connection))
    return "text" if kind.startswith("varchar") else kind


def stored(value: Any) -> Any:
    """A value as SQLite stores it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, date) else value


class Among(Func):
    """Whether a column of numbers is one of `keys`: what `__in` asks, by one parameter however many they are."""

    output_field = BooleanField()
    arity = 2

    def __init__(self, column: str, keys: Iterable[int]) -> None:
        super().__init__(F(column), Value(",".join(map(str, keys))))

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self._told(compiler, connection, " = ANY(string_to_array(", ", ',')::bigint[])", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self._told(compiler, connection, " IN (SELECT value FROM json_each('[' || ", " || ']'))", **more)

    def _told(self, compiler: Any, connection: Any, between: str, end: str, **more: Any) -> Any:
        return super().as_sql(compiler, connection, template=f"(%(expressions)s{end})", arg_joiner=between, **more)
