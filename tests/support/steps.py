"""Steps that many tests take alike from their world on: walked by the services at first, later put back as rows.

    @step
    def signed(world: HandlingWorld, ...) -> Matter: ...

A step is put back only where its rows can be no others (see tests/support/course.py), and for the same arguments in the
same minute and language; everywhere else it is walked, and so it is by a test that asks for `monkeypatch` or
`django_capture_on_commit_callbacks` (tests/conftest.py). What is put back runs nothing: no task, nothing at commit; and
what a test patches by `with patch(…)` it cannot see, so no step stands in such a block. The first walk tells which
tables a step writes, the second is written down.

`TEST_WALK=1 pytest …` walks every step: a test that fails without it and passes with it leans on something that rows do
not bring.
"""

import io
import os
import pickle
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import connection
from django.db.models import Model
from django.utils import timezone, translation

from liaison.base import stamps
from tests.support.course import course
from tests.support.replay import Recording, all_tables

P = ParamSpec("P")
T = TypeVar("T")
WALKS = os.environ.get("TEST_WALK") == "1"


class Stranger(Exception):
    """An argument is a row of the test's own: the step would change it."""


@dataclass
class Known:
    """What is known of a step at one place of the course: the tables it writes, then what it writes there. `never` is
    for one that removes rows, changes the world, or writes what cannot be seen. `copies` is what the program then keeps
    in memory of its reference data, so that the next statements of a test are as many as after a walk."""

    tables: set[str]
    recording: Recording | None = None
    never: bool = False
    copies: dict[Any, Any] = field(default_factory=dict)


def step(build: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Put back what `build` writes wherever it is known."""
    known: dict[Any, Known] = {}

    @wraps(build)
    def walk(world: Any, *args: P.args, **kwargs: P.kwargs) -> T:
        if WALKS or not course.stands(world):
            return build(world, *args, **kwargs)
        try:
            given = _pickled((args, kwargs), strict=True)
        except Stranger:
            return build(world, *args, **kwargs)
        minute = timezone.now().replace(second=0, microsecond=0)
        place = (
            *(course.path or ()),
            (build.__qualname__, connection.vendor, minute, translation.get_language(), given),
        )
        with course.walking():
            result = _walked(known, place, lambda: build(world, *args, **kwargs))
        course.path = None if known[place].never else place
        return result

    return walk


def _walked(known: dict[Any, Known], place: Any, build: Callable[[], Any]) -> Any:
    found = known.get(place)
    if found is None:
        result = build()
        known[place] = Known(course.written, never="" in course.written)
        return result
    if found.recording is not None:
        found.recording.put()
        stamps._copies.update(deepcopy(found.copies))
        return _unpickled(found.recording.made)
    return build() if found.never else _recorded(found, build)


def _recorded(found: Known, build: Callable[[], Any]) -> Any:
    """Walk, and write down what came of it."""
    touched = [table for table in all_tables() if table.name in found.tables]
    before = [table.rows() for table in touched]
    result = build()
    after = [table.rows() for table in touched]
    gone = any(old.keys() - new.keys() for old, new in zip(before, after, strict=True))
    if gone or len(touched) < len(found.tables) or course.written != found.tables or course.values() != course.held:
        found.never = True
        return result
    written = [
        (table, [row for key, row in new.items() if old.get(key) != row])
        for table, old, new in zip(touched, before, after, strict=True)
    ]
    found.copies = deepcopy(stamps._copies)
    found.recording = Recording([(table, rows) for table, rows in written if rows], _pickled(result))
    return result


class _Pickler(pickle.Pickler):
    """The rows of the world are named, not copied."""

    def __init__(self, file: Any, *, strict: bool) -> None:
        super().__init__(file)
        self.names = {id(held): name for name, held in course.members.items()}
        self.strict = strict

    def persistent_id(self, one: Any) -> str | None:
        name = self.names.get(id(one))
        if name is None and self.strict and isinstance(one, Model):
            raise Stranger
        return name


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, name: Any) -> Model:
        return course.members[name]


def _pickled(one: Any, *, strict: bool = False) -> bytes:
    file = io.BytesIO()
    _Pickler(file, strict=strict).dump(one)
    return file.getvalue()


def _unpickled(text: bytes) -> Any:
    return _Unpickler(io.BytesIO(text)).load()
