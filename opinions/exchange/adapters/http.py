"""Partners with an interface: JSON over HTTPS, signed, with an Idempotency-Key."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import Any

from django.conf import settings

from liaison.base.notices.channels import Refused, Unclear
from opinions.exchange.adapters import Answer, Parcel
from opinions.exchange.guard import BadAddress, checked_url, connect, port_of
from opinions.exchange.models import Partner
from opinions.exchange.signing import KEY, Seal, signature
from opinions.exchange.states import OrderState

MOST_BYTES = 64_000
"""Bytes of an answer that are read."""
PATIENCE = 3
"""Times the partner's waiting time that handing over one message may take in all, whatever the line does."""
FOR_NOW = (408, 425, 429)
"""Refusals that do not last."""
_SAID = {OrderState.ACCEPTED, OrderState.SENT}


class Later(Exception):
    """The partner cannot take the message now."""


class NotKnown(Refused):
    """The partner does not know the secret that the message was signed with."""


class _Plain(HTTPConnection):
    """For development: a connection to a judged address, without encryption."""

    def connect(self) -> None:
        self.sock = connect(self.host, self.port, self.timeout or 0)


class _Encrypted(HTTPSConnection):
    """A connection to a judged address; the certificate must be that of the name."""

    def connect(self) -> None:
        raw = connect(self.host, self.port, self.timeout or 0)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(raw, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.do_handshake()


class Http:
    """The generic interface; redirections are not followed."""

    idempotent = True

    def send(self, partner: Partner, parcel: Parcel) -> Answer:
        """Hand over one message. A line that breaks before anything was sent raises OSError; after that, Unclear.

        While two secrets hold, a partner that does not know the new one yet gets the message signed with the other.
        """
        give_up = time.monotonic() + min(partner.timeout * PATIENCE, settings.EXCHANGE_LEASE / 2)
        *newer, last = partner.secrets(parcel.now) or [""]
        for secret in newer:
            with suppress(NotKnown):
                return self._hand_over(partner, parcel, secret, give_up)
        return self._hand_over(partner, parcel, last, give_up)

    def _hand_over(self, partner: Partner, parcel: Parcel, secret: str, give_up: float) -> Answer:
        try:
            parts = checked_url(partner.address)
        except BadAddress as error:
            raise Refused(str(error.message)) from error
        kind = _Encrypted if parts.scheme == "https" else _Plain
        line = kind(parts.hostname or "", port_of(parts), timeout=partner.timeout)
        with closing(line), _cut_off(line, give_up):
            try:
                line.connect()
            except BadAddress as error:
                raise Refused(str(error.message)) from error
            if time.monotonic() > give_up:
                raise Later("no time is left")
            target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            return _exchange(line, target, parcel, secret, give_up)


@contextmanager
def _cut_off(line: HTTPConnection, give_up: float) -> Iterator[None]:
    """Cut the line when the time is over: the partner's waiting time binds single steps, and one that drips its
    greeting, its headers or its answer takes ever so many."""
    timer = Timer(max(0.0, give_up - time.monotonic()), _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(line: HTTPConnection) -> None:
    if line.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)  # of the line itself, whatever is spoken over it


def _exchange(line: HTTPConnection, target: str, parcel: Parcel, secret: str, give_up: float) -> Answer:
    body = parcel.body.encode()
    try:
        line.request("POST", target, body, _headers(secret, parcel, body))
        answer = line.getresponse()
        text = _read(answer, give_up)
    except (OSError, HTTPException) as error:
        raise Unclear(str(error) or type(error).__name__) from error
    return _judged(answer.status, text)


def _headers(secret: str, parcel: Parcel, body: bytes) -> dict[str, str]:
    stamp = str(int(parcel.now.timestamp()))
    seal = Seal(stamp, parcel.nonce, signature(secret, stamp, parcel.nonce, body))
    return {"Content-Type": "application/json", "Accept": "application/json", KEY: parcel.key, **seal.headers}


def _read(answer: HTTPResponse, give_up: float) -> bytes:
    """What the partner says, up to `MOST_BYTES`; the end of a line that was cut is no answer."""
    held = b""
    while len(held) <= MOST_BYTES:
        piece = answer.read1(MOST_BYTES)
        if time.monotonic() > give_up:
            raise TimeoutError("the answer takes too long")
        if not piece:
            return held
        held += piece
    raise HTTPException("the answer is too long")


def _judged(status: int, text: bytes) -> Answer:
    """What an answer means. 2xx must be a JSON object, or nothing at all."""
    if status in FOR_NOW or status >= 500:
        raise Later(f"HTTP {status}")
    if not 200 <= status < 300:
        kind = NotKnown if status == HTTPStatus.UNAUTHORIZED else Refused
        raise kind(f"HTTP {status} {_word(_said(text), 'reason', 'detail')}".strip())
    try:
        said = json.loads(text or b"{}")
    except (ValueError, RecursionError) as error:
        raise Unclear("the answer is no JSON") from error
    if not isinstance(said, dict):
        raise Unclear("the answer is no JSON object")
    state = said.get("state")
    if state == OrderState.REFUSED:
        raise Refused(_word(said, "reason", "detail") or "refused")
    number = _word(said, "number")[:80]
    return Answer(state if state in _SAID else (OrderState.ACCEPTED if number else OrderState.SENT), number)


def _said(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _word(said: dict[str, Any], *names: str) -> str:
    """The first of these that is a text, as one clean line."""
    for name in names:
        if isinstance(said.get(name), str | int):
            return "".join(sign for sign in str(said[name]) if sign.isprintable() and not 0xD800 <= ord(sign) < 0xE000)[
                :200
            ]
    return ""
