"""What the web server itself refuses, asked of a real one."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent.parent
APPLICATION = "def application(environ, start):\n    start('200 OK', [('Content-Length', '2')])\n    return [b'ok']\n"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, sent: bytes) -> str:
    """What a server answers to bytes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as line:
        line.sendall(sent)
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


def _until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    for _try in range(100):
        assert server.poll() is None
        try:
            asked(port, b"GET / HTTP/1.0\r\n\r\n")
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server never answered")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, number = tmp_path_factory.mktemp("web"), _free_port()
    (folder / "plain_application.py").write_text(APPLICATION)
    env = os.environ | {"PORT": str(number), "WEB_CONCURRENCY": "1", "VAR_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable, "-m", "gunicorn", "-c", str(ROOT / "liaison/run/gunicorn_conf.py"),
        "--pythonpath", str(folder), "plain_application:application",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.DEVNULL) as server:
        try:
            _until_it_answers(server, number)
            yield number
        finally:
            server.terminate()
            server.wait(20)


CASES = {
    "address": (b"GET /?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "414", "网址太长"),
    "header": (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 70_000 + b"\r\n\r\n", "431", "Cookie"),
    "line": (b"NONSENSE\r\n\r\n", "400", "读不懂"),
    "method": (b"G<b>T / HTTP/1.1\r\nHost: x\r\n\r\n", "400", "读不懂"),
    "version": (b"GET / HTTP/9\r\nHost: x\r\n\r\n", "400", "读不懂"),
}


@pytest.mark.parametrize("case", CASES)
def test_refusal_is_in_our_words_and_carries_the_headers_of_security(port: int, case: str) -> None:
    sent, status, words = CASES[case]
    head, _blank, body = asked(port, sent).partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert words in body
    assert "<b>" not in body
    for header in ("Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff", "charset=utf-8"):
        assert header in head
    assert f"Content-Length: {len(body.encode())}" in head


def test_ordinary_answers_are_the_applications_own(port: int) -> None:
    assert asked(port, b"GET / HTTP/1.0\r\n\r\n").endswith("\r\n\r\nok")
