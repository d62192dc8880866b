"""A world that many tests build alike is built once in a process; later tests get its rows and a copy of its objects.

    @replayed
    def handling_world() -> HandlingWorld: ...

Rows are put back with their keys, by one statement for each table, and only where the tables hold what they held when
the world was first built. Everywhere else it is built as if nothing stood here.
"""

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection, transaction

from tests.support.course import course

P = ParamSpec("P")
T = TypeVar("T")
Counts = tuple[int, ...]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A table of the models, with the columns that can be written and those that are its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def select(self) -> str:
        return f"SELECT {_listed(self.columns)} FROM {_quoted(self.name)}"

    def rows(self) -> dict[Row, Row]:
        """All rows by key, as the driver gives them."""
        places = [self.columns.index(name) for name in self.key]
        with connection.cursor() as cursor:
            cursor.execute(self.select)
            return {tuple(row[place] for place in places): tuple(row) for row in cursor.fetchall()}

    def put(self, rows: list[Row]) -> None:
        """Write rows, over those of the same key."""
        one = f"({', '.join(['%s'] * len(self.columns))})"
        over = ", ".join(f"{name} = excluded.{name}" for name in map(_quoted, self.columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_quoted(self.name)} ({_listed(self.columns)}) VALUES {', '.join([one] * len(rows))}"
                f" ON CONFLICT ({_listed(self.key)}) DO UPDATE SET {over}",
                [value for row in rows for value in row],
            )


@dataclass(frozen=True)
class Recording:
    """What building wrote, and what came of it, pickled."""

    written: list[tuple[Table, list[Row]]]
    made: bytes

    def put(self) -> None:
        """Write it again."""
        with transaction.atomic():
            for table, rows in self.written:
                table.put(rows)


def replayed(build: Callable[P, T]) -> Callable[P, T]:
    """Build once for each set of arguments and each content of the tables."""
    recordings: dict[Any, Recording] = {}

    @wraps(build)
    def world(*args: P.args, **kwargs: P.kwargs) -> T:
        path = course.path if course.known and (course.path or _is_nobody_there()) else None
        before = path or (_counts() if path is None else _untouched_counts())
        known = (connection.vendor, before, pickle.dumps((args, kwargs)))
        with course.walking():
            if known not in recordings:
                recordings[known], built = _record(lambda: build(*args, **kwargs))
            else:
                recordings[known].put()
                built = pickle.loads(recordings[known].made)
        if path is not None:
            course.begin(built, (*path, build.__qualname__, known))
        return built

    return world


def _record(build: Callable[[], T]) -> tuple[Recording, T]:
    tables = all_tables()
    held = {table: table.rows() if count else {} for table, count in zip(tables, _counts(), strict=True)}
    built = build()
    written = []
    for table in tables:
        now = table.rows()
        assert held[table].keys() <= now.keys(), f"a world only adds rows: {table.name}"
        rows = [row for key, row in now.items() if held[table].get(key) != row]
        if rows:
            written.append((table, rows))
    return Recording(written, pickle.dumps(built)), built


def _counts() -> Counts:
    tables = all_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {_quoted(table.name)})" for table in tables))
        return tuple(cursor.fetchone())


def _is_nobody_there() -> bool:
    """Whether nothing stands from before the test: what a whole file shares."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deputies_user")
        return bool(cursor.fetchone() == (0,))


@cache
def _untouched_counts() -> Counts:
    """What is counted where a test has written nothing yet."""
    return _counts()


@cache
def all_tables() -> list[Table]:
    """Those of all models."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return [_table(model) for model in models if not model._meta.proxy]


def _table(model: Any) -> Table:
    columns = tuple(field.column for field in model._meta.concrete_fields if not field.generated)
    return Table(model._meta.db_table, columns, tuple(field.column for field in model._meta.pk_fields))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
