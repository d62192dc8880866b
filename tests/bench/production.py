"""`python -m tests.bench.production …`: gunicorn as production has it, where only `requirements.txt` is installed.

Libraries import what they find: with the tools of the tests beside them, requests and pygments (Django REST framework),
greenlet (Celery) and more would lie in each web process.
"""

import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from gunicorn.app.wsgiapp import run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent


def shipped() -> set[str]:
    """Names of the packages that `requirements.txt` names, and of those that these need."""
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    waiting = [Requirement(line) for line in lines if line]
    found: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in {"", *wanted.extras}:
            if (key := (canonicalize_name(wanted.name), extra)) not in found:
                found.add(key)
                needed = (Requirement(one) for one in _requires(wanted.name))
                waiting += [one for one in needed if not one.marker or one.marker.evaluate({"extra": extra})]
    return {name for name, _extra in found}


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # for another platform
        return []


def hide_the_rest() -> None:
    """Let modules that production lacks not be found."""
    ours = shipped()
    for module, packages in packages_distributions().items():
        if not ours & {canonicalize_name(name) for name in packages} and not (ROOT / module).exists():
            sys.modules.setdefault(module, None)  # type: ignore[arg-type]


if __name__ == "__main__":
    hide_the_rest()
    sys.exit(run())
