"""How the present test came to what its tables hold, as far as that is known: by a world and steps on from it.

Whatever else is written ends that knowledge, so that nobody puts rows back into tables that hold others.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

from django.conf import Settings, settings
from django.db import connection
from django.db.models import Model

Path = tuple[Any, ...]
READS = re.compile(r"\s*(?:SELECT|BEGIN|PRAGMA|SAVEPOINT|RELEASE)\b")
SIGNING_IN = re.compile(
    r'(?:INSERT INTO|UPDATE|DELETE FROM) "(?:django_session|axes_\w+|deputies_signinplace)"'
    r'|UPDATE "deputies_user" SET "last_login" = \S+ WHERE'
)
"""Writing that no step reads: a test may sign in before it goes on."""
WRITES = re.compile(r'\s*(?:INSERT INTO|INSERT OR \w+ INTO|UPDATE|DELETE FROM) "?(\w+)')


class Course:
    """`path` tells how the tables came to be, and is None where that is not known; `members` are the world's rows by
    their name in it; `written` are the tables written in the step that is walked ("" for what cannot be told)."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A test begins."""
        self.path: Path | None = ()
        self.worlds: list[Any] = []
        self.members: dict[str, Model] = {}
        self.held: Any = None
        self.walked = 0
        self.written: set[str] = set()
        if self.watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.watch)

    @property
    def known(self) -> bool:
        """Whether `path` tells what the tables hold; a test of transactions may have others beside it."""
        return self.path is not None and connection.in_atomic_block and not self.walked

    def stands(self, world: Any) -> bool:
        """Whether `world` is that of the course, everything in it holds what it held, and no setting is overridden."""
        own = any(one is world for one in self.worlds)
        overridden = type(settings._wrapped) is not Settings  # type: ignore[misc]
        return self.known and own and not overridden and self.values() == self.held

    def begin(self, world: Any, path: Path) -> None:
        """`world` stands."""
        self.worlds, self.members = [], {}
        if is_dataclass(world):
            self._enter(world, "")
        self.held, self.path = self.values(), path

    def values(self) -> Any:
        """What the world's rows hold themselves, without what they have looked up."""
        return [
            {field.attname: vars(one).get(field.attname) for field in one._meta.concrete_fields} | {"last_login": None}
            for one in self.members.values()
        ]

    @contextmanager
    def walking(self) -> Iterator[None]:
        """What is written meanwhile belongs to a world or a step."""
        self.walked += 1
        self.written = set() if self.walked == 1 else self.written
        try:
            yield
        except BaseException:
            self.path = None
            raise
        finally:
            self.walked -= 1

    def watch(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Sees every statement of the test's connection."""
        text = str(sql)
        if not READS.match(text):
            if self.walked:
                found = WRITES.match(text)
                self.written.add(found[1] if found else "")
            elif not SIGNING_IN.match(text):
                self.path = None
        return execute(sql, params, many, context)

    def _enter(self, world: Any, place: str) -> None:
        """Take in the rows of `world` and of the worlds inside it."""
        self.worlds.append(world)
        for field in fields(world):
            held = getattr(world, field.name)
            if is_dataclass(held):
                self._enter(held, f"{place}{field.name}.")
            elif isinstance(held, Model):
                self.members[f"{place}{field.name}"] = held


course = Course()
