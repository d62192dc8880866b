"""Ready answers of the wall, kept in the process: what many read and few change.

All of them hang on the stamp: whoever publishes or takes back bumps it, and the next request of any process finds an
empty shelf. Facts that stand elsewhere (a rating, a promise kept) may be as old as `FRESH`; a new day is a new answer,
since a promise is missed by the day.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language

from liaison.base.stamps import cached
from liaison.base.web.htmx import wants_fragment
from liaison.base.workdays.arithmetic import local_today
from opinions.echo.queries import STAMP

Key = tuple[str, bool, str | None, int | None]
FRESH = timedelta(minutes=5)
MOST = 300
"""Answers kept by a process. What leads nowhere is not kept: invented addresses must not push out the true ones."""
UNKNOWN = 404


@dataclass(frozen=True)
class Answer:
    """An answer as it was made."""

    content: bytes
    content_type: str
    status: int
    at: datetime
    etag: str


class Shelf:
    """The answers of one version of the wall."""

    def __init__(self) -> None:
        self._held: dict[Key, Answer] = {}
        self._lock = threading.Lock()

    def find(self, key: Key, now: datetime) -> Answer | None:
        held = self._held.get(key)
        fresh = held is not None and now - held.at < FRESH and local_today(held.at) == local_today(now)
        return held if fresh else None

    def put(self, key: Key, answer: Answer) -> None:
        with self._lock:
            self._held.pop(key, None)
            while len(self._held) >= MOST:
                self._held.pop(next(iter(self._held)))
            self._held[key] = answer


def ready(request: HttpRequest, make: Callable[[], HttpResponse], *, query: str = "") -> HttpResponse:
    """The answer to this request: from the shelf, or made and put there.

    Language and text size are part of the key, and `query`, the part of the query string that means something: it
    stands in the request in place of what came, so that nobody's invented words are kept for others to read. Browsers
    keep the answer and ask whether it still holds, so that what is taken back is gone at once.
    """
    request.GET, request.META["QUERY_STRING"] = QueryDict(query), query
    shelf, now = cached(STAMP, Shelf), timezone.now()
    display = getattr(request, "display", None)
    key = (request.get_full_path(), wants_fragment(request), get_language(), display.size if display else None)
    answer = shelf.find(key, now)
    if answer is None:
        answer = _made(make(), now)
        if answer.status != UNKNOWN:
            shelf.put(key, answer)
    return _told(request, answer)


def _made(response: HttpResponse, now: datetime) -> Answer:
    content = response.content
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Answer(content, response["Content-Type"], response.status_code, now.replace(microsecond=0), etag)


def _told(request: HttpRequest, answer: Answer) -> HttpResponse:
    at = int(answer.at.timestamp())
    headers = {"ETag": answer.etag, "Last-Modified": http_date(at)} if answer.status == 200 else {}
    told = HttpResponse(
        answer.content, content_type=answer.content_type, status=answer.status,
        headers={**headers, "Cache-Control": "no-cache"},
    )  # fmt: skip
    return get_conditional_response(request, answer.etag, at, told) or told
