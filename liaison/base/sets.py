"""What a sweep needs: inserting many rows by one statement, and sets of which one row holds up no other."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import OperationalError, connection
from django.db.models import Model

from liaison.base.arrays import array_literal, array_type, stored

logger = logging.getLogger(__name__)
One = TypeVar("One", bound=Model)
MOST_SLOTS = 30_000
"""Values that SQLite takes in one statement."""
Row = tuple[Any, ...]


def insert_rows(
    model: type[Model], fields: Sequence[str], rows: Sequence[Row], *, giving: Sequence[str] = ()
) -> list[Row]:
    """Insert those of `rows` (values of `fields`, as the database takes them) that break no unique constraint.

    What is not in `fields` must have a default in the database, or be NULL. JSON is given as text. Gives the columns
    `giving` of each row that was new. One statement on PostgreSQL; on SQLite one for every few thousand rows.
    """
    if not rows:
        return []
    columns = [model._meta.get_field(name) for name in fields]
    into = f"{_quoted(model._meta.db_table)} ({', '.join(_quoted(str(one.column)) for one in columns)})"  # type: ignore[union-attr]
    wanted = ", ".join(_quoted(str(model._meta.get_field(name).column)) for name in giving)  # type: ignore[union-attr]
    end = f" ON CONFLICT DO NOTHING{f' RETURNING {wanted}' if wanted else ''}"
    if connection.vendor == "postgresql":
        chosen, source, values = _arrays(columns, rows)
        return _asked(f"INSERT INTO {into} SELECT {chosen} FROM {source}{end}", values, gives=bool(giving))  # noqa: S608
    found: list[Row] = []
    size = MOST_SLOTS // len(columns)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(part))
        values = [stored(value) for row in part for value in row]
        found += _asked(f"INSERT INTO {into} VALUES {places}{end}", values, gives=bool(giving))  # noqa: S608
    return found


def _arrays(columns: Sequence[Any], rows: Sequence[Row]) -> tuple[str, str, list[Any]]:
    """PostgreSQL: an array for each column, side by side; a value that all rows share is sent once."""
    kinds = [array_type(column, connection) for column in columns]
    chosen, once, arrays, names, many = [], [], [], [], []
    for at, (kind, values) in enumerate(zip(kinds, zip(*rows, strict=True), strict=True)):
        if at and values.count(values[0]) == len(values):
            chosen.append(f"%s::{kind}")
            once.append(values[0])
        else:
            chosen.append(f"c{at}")
            arrays.append(f"%s::{kind}[]")
            names.append(f"c{at}")
            many.append(array_literal(values))
    return ", ".join(chosen), f"unnest({', '.join(arrays)}) AS given({', '.join(names)})", [*once, *many]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _asked(sql: str, values: Sequence[Any], *, gives: bool) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if gives else []


def all_or_each(
    whole: Callable[[], int], each: Callable[[], Iterable[One]], one: Callable[[One], Any],
    *, passing: tuple[type[Exception], ...],
) -> int:  # fmt: skip
    """What `whole` does to a set at once; where it fails, `one` for each row by itself, so that none holds up another.

    A row that raises one of `passing` was dealt with by somebody else; any other error is logged. Returns how many rows
    were done. An outage of the database is no row's fault and is raised.
    """
    try:
        return whole()
    except OperationalError:
        raise
    except Exception:
        logger.exception("a set could not be done at once; each row is done by itself")
    return sum(_done(one, row, passing) for row in each())


def _done(one: Callable[[One], Any], row: One, passing: tuple[type[Exception], ...]) -> bool:
    try:
        one(row)
    except passing:
        return False
    except Exception:
        logger.exception("%s %s is left as it is; the others go on", type(row).__name__, row.pk)
        return False
    return True
