"""Sending requests to the web server: as many at a time as asked for, each on a connection of its own."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    size: int
    """Bytes on the wire, headers included."""


@dataclass
class Round:
    """Answers to one round of requests, in the order of the requests."""

    seconds: float = 0.0
    answers: list[Answer] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.answers) / self.seconds


def ask(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request as it goes over the wire."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path}{'?' + parts.query if parts.query else ''} HTTP/1.1", f"Host: {parts.netloc}"]
    known = {"Connection": "close", **({"Content-Length": str(len(body))} if body else {})}
    lines += [f"{name}: {value}" for name, value in (headers | known).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, request: bytes) -> Answer:
    """Send one request and read the whole answer."""
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return _read(b"".join(parts), time.perf_counter() - begin)


def _read(raw: bytes, seconds: float) -> Answer:
    head, _blank, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _colon, value in (line.partition(":") for line in rest)}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    return Answer(int(first.split(" ", 2)[1]), headers, body, seconds, len(raw))


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while True:
        size, _end, body = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return whole
        whole, body = whole + body[:length], body[length + 2 :]


def fire(port: int, requests: Sequence[bytes], *, concurrency: int) -> Round:
    """Send all `requests`, `concurrency` at a time."""
    found: list[Answer | None] = [None] * len(requests)
    numbers, lock, problems = iter(range(len(requests))), threading.Lock(), []

    def work() -> None:
        try:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                found[number] = send(port, requests[number])
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            problems.append(error)

    threads = [threading.Thread(target=work) for _n in range(concurrency)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    if problems:
        raise problems[0]
    return Round(seconds, [answer for answer in found if answer is not None])


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
