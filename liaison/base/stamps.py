"""Version stamps of reference data, so that every process may cache it and none serves it stale.

A service that edits reference data calls `bump("name")` in its transaction. A reader calls
`cached("name", loader)`: one indexed query tells whether this process's copy is still current.
`reading()` shares that query among several readers, for paths that count statements.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import F

T = TypeVar("T")
_copies: dict[tuple[str, str], tuple[int, Any]] = {}


class _Shared:
    """The versions that a block has seen; None before it looked."""

    def __init__(self, versions: dict[str, int] | None) -> None:
        self.versions = versions


_shared: ContextVar[_Shared | None] = ContextVar("stamps", default=None)


class Stamp(models.Model):
    """The version of one kind of reference data."""

    name = models.CharField(max_length=40, primary_key=True)
    version = models.PositiveBigIntegerField(default=1)
    personal_fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


_VERSIONS = str(Stamp.objects.order_by().values_list("name", "version").query)
"""Asked before most reads; Django would need five times as long to write it as the database to answer."""


def bump(name: str) -> None:
    """Declare that the reference data `name` has changed."""
    if not Stamp.objects.filter(name=name).update(version=F("version") + 1):
        Stamp.objects.update_or_create(name=name, defaults={"version": 1})


def _look() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS)
        return dict(cursor.fetchall())


def _versions() -> dict[str, int]:
    shared = _shared.get()
    if shared is None:
        return _look()
    if shared.versions is None:
        shared.versions = _look()
    return shared.versions


@contextmanager
def reading(*, at_once: bool = True) -> Iterator[None]:
    """Within the block all `cached` calls share one look at the stamps; blocks inside one another share the outer's.

    `at_once=False` looks only when the first of them is made.
    """
    if _shared.get() is not None:
        yield
        return
    token = _shared.set(_Shared(_look() if at_once else None))
    try:
        yield
    finally:
        _shared.reset(token)


def cached(name: str, loader: Callable[[], T], *, part: str = "") -> T:
    """The value of `loader`, loaded again only after `bump(name)`; `part` tells several values of one name apart."""
    version = _versions().get(name, 0)
    held = _copies.get((name, part))
    if held is None or held[0] != version:
        held = _copies[name, part] = (version, loader())
    return held[1]


def forget_all() -> None:
    """Drop this process's copies (tests call it, since they roll stamps back)."""
    _copies.clear()
