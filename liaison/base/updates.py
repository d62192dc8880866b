"""One UPDATE that gives every row values of its own, on PostgreSQL and on SQLite.

Django's `bulk_update` builds a CASE for each column, which grows with rows times columns; this joins the table with
the new values instead.
"""

import json
from collections.abc import Sequence, Sized
from typing import Any

from django.db import connection, models

from liaison.base.arrays import array_literal, array_type, stored


def update_each(model: type[models.Model], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Set `fields` of many rows by one statement; a row is its key and then the values, in the order of `fields`.

    JSON is given as text. Returns how many rows were found. The caller holds the rows' locks.
    """
    if not rows:
        return 0
    columns = [model._meta.get_field(str(name)) for name in (model._meta.pk.name, *fields)]
    source, parameters = _SOURCES[connection.vendor](columns, rows)
    name = connection.ops.quote_name
    table, key = name(model._meta.db_table), name(_column(columns[0]))
    sets = ", ".join(f"{name(_column(field))} = given.c{at}" for at, field in enumerate(columns) if at)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {sets} FROM {source} WHERE {table}.{key} = c0", parameters)  # noqa: S608 - names of our own tables
        return int(cursor.rowcount)


def _column(field: Any) -> str:
    return str(field.column)


def _arrays(columns: Sequence[Any], rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    """PostgreSQL: one array for each column, side by side; values that many rows share are sent once."""
    shared: dict[tuple[Any, ...], list[int]] = {}
    for key, *values in rows:
        shared.setdefault(tuple(values), []).append(key)
    kinds = [array_type(column, connection) for column in columns]
    if not _few(shared, rows):
        return _side_by_side("c0", kinds, rows)
    told = [(array_literal(keys), *values) for values, keys in shared.items()]
    source, parameters = _side_by_side("keys", ["text", *kinds[1:]], told)
    return f"{source} CROSS JOIN LATERAL unnest(given.keys::{kinds[0]}[]) AS key (c0)", parameters


def _few(shared: Sized, rows: Sized) -> bool:
    """Whether sharing is worth it. PostgreSQL takes it that ten rows share: were they fewer, it would expect more rows
    than there are, and might read the whole table."""
    return 10 * len(shared) <= len(rows)


def _side_by_side(first: str, kinds: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    names = ", ".join([first, *(f"c{at}" for at in range(1, len(kinds)))])
    return f"unnest({arrays}) AS given ({names})", [array_literal(column) for column in zip(*rows, strict=True)]


def _json(columns: Sequence[Any], rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    """SQLite: one document, taken apart by `json_each`."""
    cells = ", ".join(f"json_extract(value, '$[{at}]') AS c{at}" for at in range(len(columns)))
    return f"(SELECT {cells} FROM json_each(%s)) AS given", [json.dumps(rows, default=stored)]  # noqa: S608 - numbers


_SOURCES = {"postgresql": _arrays, "sqlite": _json}
