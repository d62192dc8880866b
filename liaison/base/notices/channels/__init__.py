"""The ways a notice can go out: one module per channel, chosen in settings (`NOTICE_CHANNELS`)."""

from functools import cache
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from liaison.base.notices.models import Notice


class Refused(Exception):
    """The receiver will never take this notice (bad address, rejected text): trying again is useless."""


class Unclear(Exception):
    """The line broke after the notice was sent: the receiver may or may not have it."""


class Sender(Protocol):
    """One channel. `send` returns when the notice was handed over; it raises Refused, Unclear, or anything else when
    the notice was not handed over and is to be tried again.

    `idempotent` says whether handing the same notice over twice reaches the person once (the receiver drops a
    repeated `Notice.key`, or the hand-over is part of our own transaction).
    """

    idempotent: ClassVar[bool]

    def send(self, notice: Notice) -> None: ...


@cache
def sender(channel: str) -> Sender:
    """The sender configured for `channel`."""
    made: Sender = import_string(settings.NOTICE_CHANNELS[channel])()
    return made
