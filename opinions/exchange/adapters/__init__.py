"""The ways a message goes to a partner: one small class for each, behind one protocol."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar, Protocol

from django.utils.module_loading import import_string

from opinions.exchange.models import Partner

ADAPTERS = {
    "console": "opinions.exchange.adapters.console.Console",
    "http": "opinions.exchange.adapters.http.Http",
    "file": "opinions.exchange.adapters.file.File",
}


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A message as it goes out. `body` is JSON; `key` is the same for every attempt."""

    key: str
    kind: str
    body: str
    nonce: str
    now: datetime


@dataclass(frozen=True)
class Answer:
    """What the partner said at once: received, or accepted with its own number."""

    state: str = "sent"
    number: str = ""


class Adapter(Protocol):
    """One way of handing over.

    `send` returns the partner's answer; raises `channels.Refused` when the partner will never take the message,
    `channels.Unclear` when it may or may not have it, anything else when it is to be tried again. `idempotent` says
    whether the partner drops a message whose key it has seen.
    """

    idempotent: ClassVar[bool]

    def send(self, partner: Partner, parcel: Parcel) -> Answer: ...


@cache
def adapter(name: str) -> Adapter:
    """The adapter of this name."""
    made: Adapter = import_string(ADAPTERS[name])()
    return made
