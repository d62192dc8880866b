"""The generic interface over a real line: what the partner answers, or fails to answer, decides what happens next."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from liaison.base.notices.channels import Refused, Unclear
from opinions.exchange.adapters import Answer, Parcel, http
from opinions.exchange.adapters.http import Http, Later
from opinions.exchange.delivery import BACK_OFF, deliver_all
from opinions.exchange.models import Dispatch, Entry, Partner
from opinions.exchange.signing import KEY, Seal
from opinions.exchange.states import DispatchStatus, OrderState, Outcome
from tests.factories.exchange import SECRET, grid, pushed
from tests.factories.matters import NOW, HandlingWorld, taken
from tests.support.servers import free_port


class Line:
    """A partner's server: it keeps what it was sent and answers as told; `cut` hangs up without a word. What was not
    signed with `known`, where it is set, is answered with 401."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.status, self.body, self.cut, self.pause, self.known = 200, b'{"number": "WG-5"}', 0, 0.0, ""
        line = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                line.taken.append((dict(self.headers), body))
                if line.cut:
                    line.cut -= 1
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                time.sleep(line.pause)
                seal = Seal.of(dict(self.headers))
                right = not line.known or (seal is not None and seal.fits(line.known, body))
                self.send_response(line.status if right else 401)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                self.wfile.write(line.body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?x=1"


@pytest.fixture
def line(settings: Any) -> Iterator[Line]:
    settings.EXCHANGE_NETWORKS = ["127.0.0.0/8"]
    made = Line()
    threading.Thread(target=made.server.serve_forever, args=(0.05,), daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def partner(url: str) -> Partner:
    return Partner(code="grid", name="网格", adapter="http", address=url, secret=SECRET, timeout=1)


def parcel() -> Parcel:
    return Parcel(key="grid-1-o1", kind="order", body='{"type": "order", "title": "路灯"}', nonce="n" * 32, now=NOW)


NEW = "new-only-for-tests-0123456789abcdefgh"


@pytest.mark.parametrize(("known", "tries"), [(NEW, 1), (SECRET, 2)])
def test_partner_who_has_not_changed_its_secret_yet_gets_the_message_signed_with_the_former(
    line: Line, known: str, tries: int
) -> None:
    line.known, changing = known, partner(line.url)
    changing.secret, changing.former_secret = NEW, SECRET  # type: ignore[assignment]
    changing.former_until = NOW + timedelta(seconds=1)
    assert Http().send(changing, parcel()).number == "WG-5"
    assert len(line.taken) == tries


@pytest.mark.parametrize(("known", "tries"), [("another-" + NEW, 2), (SECRET, 1)])
def test_partner_who_knows_no_secret_that_holds_has_refused(line: Line, known: str, tries: int) -> None:
    line.known, changing = known, partner(line.url)
    changing.secret, changing.former_secret = NEW, SECRET  # type: ignore[assignment]
    changing.former_until = NOW + timedelta(seconds=1) if tries == 2 else NOW
    with pytest.raises(Refused, match="401"):
        Http().send(changing, parcel())
    assert len(line.taken) == tries


def send(url: str) -> Answer:
    return Http().send(partner(url), parcel())


def test_message_is_signed_and_carries_its_key(line: Line) -> None:
    assert send(line.url) == Answer("accepted", "WG-5")
    [(headers, body)] = line.taken
    seal = Seal.of(headers)
    assert seal is not None
    assert seal.fits(SECRET, body)
    assert seal.is_current(NOW)
    assert headers[KEY] == "grid-1-o1"
    assert json.loads(body)["title"] == "路灯"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", Answer("sent", "")),
        (b'{"state": "sent"}', Answer("sent", "")),
        (b'{"state": "accepted"}', Answer("accepted", "")),
        (b'{"number": 17}', Answer("accepted", "17")),
        (b'{"number": null, "state": "strange"}', Answer("sent", "")),
    ],
)
def test_good_answers(line: Line, body: bytes, expected: Answer) -> None:
    line.body = body
    assert send(line.url) == expected


def test_refusal_in_words_is_final(line: Line) -> None:
    line.body = '{"state": "refused", "reason": "不属本网格"}'.encode()
    with pytest.raises(Refused, match="不属本网格"):
        send(line.url)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 301, 302])
def test_refusal_by_status_is_final_and_redirection_is_not_followed(line: Line, status: int) -> None:
    line.status, line.body = status, b'{"detail": "no"}'
    with pytest.raises(Refused, match=str(status)):
        send(line.url)
    assert len(line.taken) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_refusal_for_now_may_be_tried_again(line: Line, status: int) -> None:
    line.status = status
    with pytest.raises(Later):
        send(line.url)


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"[" * 5000, b"x" * 70_000])
def test_answer_that_cannot_be_read_is_unclear(line: Line, body: bytes) -> None:
    line.body = body
    with pytest.raises(Unclear):
        send(line.url)


def test_cut_line_is_unclear(line: Line) -> None:
    line.cut = 1
    with pytest.raises(Unclear):
        send(line.url)


def test_silence_is_unclear(line: Line) -> None:
    line.pause = 1.5
    with pytest.raises(Unclear):
        send(line.url)


def test_partner_that_drips_its_headers_is_cut_off_whatever_the_secrets(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXCHANGE_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(http, "PATIENCE", 0.5)
    door = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        said, _from = door.accept()
        with said, suppress(OSError):
            said.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                said.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with door, pytest.raises(Unclear):
        send(f"http://127.0.0.1:{door.getsockname()[1]}/")
    assert time.monotonic() - began < 3


def test_closed_door_may_be_tried_again(settings: Any) -> None:
    settings.EXCHANGE_NETWORKS = ["127.0.0.0/8"]
    with pytest.raises(OSError, match=r"\[Errno 111\]|refused"):
        send(f"http://127.0.0.1:{free_port()}/")


def test_machine_of_our_own_network_is_never_called(line: Line, settings: Any) -> None:
    settings.EXCHANGE_NETWORKS = []
    for url in (line.url, line.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(Refused):
            send(url)
    assert line.taken == []


def test_certificate_of_a_stranger_is_not_believed(line: Line) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - the words differ from one OpenSSL to the next
        send(line.url.replace("http://", "https://"))
    assert line.taken == []


def test_cut_line_is_tried_again_after_a_while_under_the_same_key(world: HandlingWorld, line: Line) -> None:
    line.cut = 2
    order = pushed(world, taken(world), grid(world, adapter="http", address=line.url, timeout=2))
    now = NOW
    for wait in BACK_OFF[:2]:
        assert deliver_all(now) == 0
        now += wait
    assert deliver_all(now) == 1
    order.refresh_from_db()
    assert (order.state, order.number) == (OrderState.ACCEPTED, "WG-5")
    assert {headers[KEY] for headers, _body in line.taken} == {Dispatch.objects.get().key}
    assert len({headers["X-Exchange-Nonce"] for headers, _body in line.taken}) == 3
    outcomes = list(Entry.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == [Outcome.RETRY, Outcome.RETRY, Outcome.SENT]


def test_our_own_message_sent_back_to_us_is_refused(world: HandlingWorld, line: Line) -> None:
    from django.test import Client

    receiver = grid(world, adapter="http", address=line.url)
    pushed(world, taken(world), receiver, now=timezone.now() - timedelta(seconds=1))
    deliver_all(timezone.now())
    headers, body = line.taken[0]
    kept = {name: value for name, value in headers.items() if name.startswith("X-Exchange")}
    url = "/api/v1/exchange/grid/orders/"
    answer = Client().post(url, body, content_type="application/json", headers=kept)
    assert answer.status_code == 409
    assert Dispatch.objects.get().status == DispatchStatus.SENT
