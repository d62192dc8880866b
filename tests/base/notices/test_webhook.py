"""What a gateway answers, or fails to answer, decides whether a message may go out again."""

import socket
import threading
from collections.abc import Iterator
from urllib.error import HTTPError, URLError

import pytest

from liaison.base.notices.channels import Refused, Unclear, webhook
from liaison.base.notices.channels.webhook import post
from tests.support.servers import free_port

Answers = dict[str, bytes]
OK = b"HTTP/1.0 200 OK\r\n\r\n"


@pytest.fixture
def answers() -> Iterator[tuple[str, Answers]]:
    """A gateway that takes one request and answers it with `answers["next"]`, then hangs up."""
    held: Answers = {"next": b""}
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_once, args=(server, held))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", held
        thread.join()


def _answer_once(server: socket.socket, held: Answers) -> None:
    connection, _address = server.accept()
    with connection:
        connection.settimeout(5)
        while b"}" not in connection.recv(65536):
            """The body is short JSON."""
        connection.sendall(held["next"])


def test_answer_is_read(answers: tuple[str, Answers]) -> None:
    url, held = answers
    held["next"] = OK + b'{"errcode": 0}'
    assert post(url, {"text": "𠮷"}) == {"errcode": 0}


def test_refusal_is_final(answers: tuple[str, Answers]) -> None:
    url, held = answers
    held["next"] = b"HTTP/1.0 400 Bad Request\r\n\r\n"
    with pytest.raises(Refused):
        post(url, {})


@pytest.mark.parametrize("status", [b"429 Too Many Requests", b"503 Service Unavailable"])
def test_refusal_for_now_may_be_tried_again(answers: tuple[str, Answers], status: bytes) -> None:
    url, held = answers
    held["next"] = b"HTTP/1.0 " + status + b"\r\n\r\n"
    with pytest.raises(HTTPError) as caught:
        post(url, {})
    caught.value.close()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 200 OK\r\nContent-Length: 90\r\n\r\n{", OK + b"<html>"])
def test_missing_or_broken_answer_is_unclear(answers: tuple[str, Answers], answer: bytes) -> None:
    url, held = answers
    held["next"] = answer
    with pytest.raises(Unclear):
        post(url, {})


def test_silence_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(Unclear, match="timed out"):
        post(f"http://127.0.0.1:{server.getsockname()[1]}/", {})


def test_closed_door_may_be_tried_again() -> None:
    with pytest.raises(URLError):
        post(f"http://127.0.0.1:{free_port()}/", {})
