"""Writing rows by the thousand: COPY on PostgreSQL, one executemany for a table on SQLite."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import JSONField, Max, Model

WORTH = 20_000
"""From so many matters on, building the indexes afterwards is quicker than keeping them."""
NOTHING = "⌀"
"""How COPY is told NULL; no text here has it."""
Row = tuple[Any, ...]


class Table:
    """A model's table with the columns that rows give, in their order; the others get the defaults of the model.

    Values are numbers, texts, booleans or None; days and instants are ISO texts, instants in UTC, and JSON is text.
    """

    def __init__(self, model: type[Model], *names: str) -> None:
        self.model = model
        fields = {one.name: one for one in model._meta.concrete_fields}
        given = [str(fields[name].column) for name in names]
        rest = [one for one in model._meta.concrete_fields if one.column not in {*given, _own_key(model)}]
        quoted = connection.ops.quote_name
        self.columns = ", ".join(quoted(name) for name in [*given, *(str(one.column) for one in rest)])
        self.tail = tuple(_default(one) for one in rest)
        self.rows: list[Row] = []

    @property
    def name(self) -> str:
        return str(self.model._meta.db_table)

    def flush(self) -> None:
        """Write the rows that have gathered."""
        rows, self.rows = self.rows, []
        if rows and connection.vendor == "postgresql":
            self._copy(rows)
        elif rows:
            self._insert(rows)

    def _copy(self, rows: Sequence[Row]) -> None:
        tail = "".join(f"\t{NOTHING if value is None else value}" for value in self.tail)
        lines = [
            "\t".join([NOTHING if one is None else one if one.__class__ is str else str(one) for one in row])
            for row in rows
        ]
        text = f"{tail}\n".join([*lines, ""]).replace("\\", "\\\\")
        into = f"COPY {self.name} ({self.columns}) FROM STDIN WITH (NULL '{NOTHING}')"
        with connection.cursor() as cursor:
            cursor.copy_expert(into, io.StringIO(text))

    def _insert(self, rows: Sequence[Row]) -> None:
        places = ", ".join(["%s"] * (len(rows[0]) + len(self.tail)))
        into = f"INSERT INTO {self.name} ({self.columns}) VALUES ({places})"  # noqa: S608 - our own names
        with connection.cursor() as cursor:
            cursor.executemany(into, [row + self.tail for row in rows])


def _own_key(model: type[Model]) -> str:
    """The column that the database fills by itself."""
    key = model._meta.auto_field
    return str(key.column) if key else ""


def _default(field: Any) -> Any:
    value = field.get_default()
    return json.dumps(value) if isinstance(field, JSONField) else field.get_db_prep_save(value, connection)


def reserve(model: type[Model], count: int) -> int:
    """The first of `count` keys that nobody else will be given."""
    highest = model._default_manager.aggregate(most=Max("pk"))["most"] or 0
    if connection.vendor != "postgresql":
        return highest + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT greatest(nextval(%s), %s)", [sequence, highest + 1])
        (first,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + count])
    return int(first)


@contextmanager
def bulk_loading(tables: Sequence[Table], count: int) -> Iterator[None]:
    """On PostgreSQL everything is one transaction; a large load leaves references unchecked, since the rows are made
    to fit, and builds the plain indexes afterwards. SQLite keeps a transaction for each batch."""
    if connection.vendor != "postgresql":
        yield
        return
    names = [table.name for table in tables]
    with transaction.atomic():
        kept = _without_checks(names) if count >= WORTH else []
        yield
        _run(kept)
    tidy = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"  # VACUUM: lists may read indexes alone
    _run(f"{tidy} {name}" for name in names)


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


_PLAIN_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND tablename = ANY(%s)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
ORDER BY indexname
"""


def _without_checks(names: list[str]) -> list[str]:
    """Take the plain indexes away, for this transaction; returns the statements that build them again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        (superuser,) = cursor.fetchone()
        immediate = "SET CONSTRAINTS ALL IMMEDIATE"  # else millions of checks would wait in memory for the commit
        cursor.execute("SET LOCAL session_replication_role = replica" if superuser else immediate)
        cursor.execute(_PLAIN_INDEXES, [names])
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]
