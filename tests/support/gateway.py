"""Gateways that stand in for those of a telephone company and of WeCom: they count, and they answer when told to."""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Gateway:
    """An HTTP server on the loopback address. It keeps who handed over what; `hold()` lets no answer go out.

    `/sms` keeps its contract: a key handed over again reaches nobody. `/wecom` has none: every hand-over is a message.
    `/orders` is an outside system that takes work orders under an Idempotency-Key.
    """

    def __init__(self, *, answers_after: float) -> None:
        self.answers_after = answers_after
        self.handed_over: dict[str, Counter[str]] = {"/sms": Counter(), "/wecom": Counter(), "/orders": Counter()}
        self._lock, self._open = threading.Lock(), threading.Event()
        self._waiting: Counter[str] = Counter()
        self._open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def hold(self) -> None:
        """From now on requests are taken in and not answered."""
        self._open.clear()

    def release(self) -> None:
        """Answer again."""
        self._open.set()

    def waits_for_answer(self, path: str, *, patience: float) -> bool:
        """Whether somebody has handed over a message at `path` and waits, within so many seconds."""
        give_up = time.monotonic() + patience
        while time.monotonic() < give_up:
            with self._lock:
                if self._waiting[path]:
                    return True
            time.sleep(0.02)
        return False

    def messages(self, path: str) -> int:
        """How many messages reached people."""
        with self._lock:
            counts = self.handed_over[path]
            return len(counts) if path == "/sms" else counts.total()

    def _take(self, path: str, said: dict[str, Any], key: str) -> None:
        name = key or said.get("key") or said["text"]["content"]
        with self._lock:
            self.handed_over[path][name] += 1
            self._waiting[path] += 1
        time.sleep(self.answers_after)
        self._open.wait()
        with self._lock:
            self._waiting[path] -= 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway._take(self.path, json.loads(body), self.headers.get("Idempotency-Key", ""))
                try:
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b'{"errcode": 0}')
                except OSError:
                    """Whoever asked is gone."""

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        return Handler

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.set()
        self._server.shutdown()
        self._server.server_close()
