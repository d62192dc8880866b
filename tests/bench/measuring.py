"""What several figures need: seconds and statements of an act, and pages as somebody who is signed in gets them."""

import time
from collections.abc import Callable
from urllib.parse import quote

from django.test import Client

from deputies.accounts.models import User
from tests.bench.load import Answer, ask, fire


def spent(act: Callable[[], object]) -> float:
    """Seconds."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


class Statements:
    """Counts what is asked of the database, but for the marks of transactions (an `execute_wrapper`)."""

    seen = 0

    def __call__(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        self.seen += not sql.startswith(("SAVEPOINT", "RELEASE"))
        return execute(sql, *rest)


class Reader:
    """Somebody who is signed in."""

    def __init__(self, port: int, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.port, self.user = port, user
        self.headers = {"Cookie": f"sessionid={client.cookies['sessionid'].value}", "Accept-Language": "zh-CN"}

    def answers(self, path: str, count: int) -> list[Answer]:
        """One look after another; each must succeed."""
        wanted = [ask("GET", f"http://127.0.0.1:{self.port}{quote(path, safe='/?&=%')}", self.headers)] * count
        found = fire(self.port, wanted, concurrency=1).answers
        if {one.status for one in found} != {200}:
            raise AssertionError(f"{self.user.role} {path}: {[one.status for one in found]}")
        return found
