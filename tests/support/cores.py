"""Each test process stays on one core, and so does the process that answers it at PostgreSQL.

The two take turns. On different cores each turn waits for a core to wake, which costs several times a small query.
"""

import os
from contextlib import suppress
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def settle(number: int) -> None:
    """Put test process `number` on its core, and from now on whoever answers it; nothing where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    core = cores[number % len(cores)]
    os.sched_setaffinity(0, {core})

    def join(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
        with suppress(PermissionError, ProcessLookupError):  # a server of another user or another machine
            os.sched_setaffinity(connection.connection.get_backend_pid(), {core})

    connection_created.connect(join, weak=False, dispatch_uid="tests.support.cores")
