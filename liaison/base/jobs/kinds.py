"""What kinds of background jobs there are: a name, the function that does the work, and who may have its result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from liaison.base.jobs.models import Job


class Progress(Protocol):
    """Tells how far the work is; raises JobTaken when another worker has the job by now."""

    def __call__(self, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Product:
    """What a job made: a file to download."""

    name: str
    content: bytes
    content_type: str


Runner = Callable[[Job, Progress], Product]
Allows = Callable[[Any, str], bool]


@dataclass(frozen=True)
class Kind:
    """`allows(user, job.permission)` is asked when the job is started, run and downloaded."""

    name: str
    run: Runner
    allows: Allows


_kinds: dict[str, Kind] = {}


def job(name: str, *, allows: Allows) -> Callable[[Runner], Runner]:
    """Register a function as the work of jobs of kind `name`. It may run again after a crash, so it must only read."""

    def register(run: Runner) -> Runner:
        known = _kinds.get(name)
        if known is not None and known.run.__module__ != run.__module__:
            raise ValueError(f"Two kinds of job are called {name}.")
        _kinds[name] = Kind(name, run, allows)
        return run

    return register


def kind_of(name: str) -> Kind | None:
    """The kind called `name`, None when this process does not know it."""
    return _kinds.get(name)
