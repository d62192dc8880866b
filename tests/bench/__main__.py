"""`python -m tests.bench [figure …]`: measure, print the table, and fail when a target is missed."""

import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator

from django.utils.module_loading import import_string

from tests.bench.stage import stage
from tests.bench.table import Figure, drawn

Measure = Callable[[int], Iterator[Figure]]
MEASURES = {
    "submission": "tests.bench.figures.submission.submission",
    "desk": "tests.bench.figures.desk.desk",
    "idle": "tests.bench.figures.idle.idle",
    "weight": "tests.bench.figures.weight.weight",
    "rehearsal": "tests.bench.figures.rehearsal.rehearsal",
    "suggestion": "tests.bench.figures.suggestion.suggestion",
    "calendar": "tests.bench.figures.calendar.calendar",
    "sweep": "tests.bench.figures.sweep.sweep_figures",
    "lists": "tests.bench.figures.lists.lists",
    "similar": "tests.bench.figures.similar.similar",
    "dashboard": "tests.bench.figures.dashboard.dashboard",
    "report": "tests.bench.figures.report.report",
}
"""The figures by name, in the order in which they are taken; imported on the stage, since they need Django set up.

The last ones leave a million opinions behind each.
"""


def main(wanted: list[str]) -> int:
    """0 when every target was met, 1 when one was missed, 2 for a name that is not known."""
    if unknown := [name for name in wanted if name not in MEASURES]:
        print(f"✗ unknown figure {unknown[0]}; there are: {' '.join(MEASURES)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended too
    begin = time.monotonic()
    with stage() as port:
        parts = [(name, _taken(name, port)) for name in wanted or MEASURES]
        print(f"\n{_machine()}\n{drawn(parts)}\n\n{time.monotonic() - begin:.0f} s")
    missed = [figure for _name, figures in parts for figure in figures if figure.met is False]
    return 1 if missed else 0


def _taken(name: str, port: int) -> list[Figure]:
    """The figures of one measure, each told at once: the table comes only when all were taken."""
    figures = []
    for figure in _measure(name)(port):
        print(f"· {name}: {figure.what}: {figure.measured}", flush=True)
        figures.append(figure)
    return figures


def _measure(name: str) -> Measure:
    measure: Measure = import_string(MEASURES[name])
    return measure


def _machine() -> str:
    """Where and over what it was measured."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (database,) = cursor.fetchone()
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"Python {platform.python_version()}, PostgreSQL {database}, {os.cpu_count()} cores, load {load}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
