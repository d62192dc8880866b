"""The signature of a message: HMAC-SHA256 over time, nonce and body. Pure; the recipe stands in the guide."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

SKEW = timedelta(minutes=5)
"""How far the two clocks may be apart."""
KEPT = 3 * SKEW
"""How long a nonce is remembered: longer than its message could pass by its time."""
SHORTEST_SECRET = 32
TIMESTAMP, NONCE, SIGNATURE = "X-Exchange-Timestamp", "X-Exchange-Nonce", "X-Exchange-Signature"
KEY = "Idempotency-Key"
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Seal:
    """What vouches for a message. `timestamp` is in seconds since 1970, as sent."""

    timestamp: str
    nonce: str
    signature: str

    @property
    def headers(self) -> dict[str, str]:
        return {TIMESTAMP: self.timestamp, NONCE: self.nonce, SIGNATURE: self.signature}

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Seal | None":
        """The seal in the headers of a request; None when a part is missing or malformed."""
        seal = cls(*(headers.get(name, "") for name in (TIMESTAMP, NONCE, SIGNATURE)))
        fits = _TIMESTAMP.fullmatch(seal.timestamp) and _NONCE.fullmatch(seal.nonce)
        return seal if fits else None

    def is_current(self, now: datetime) -> bool:
        """Whether the message's clock agrees with ours."""
        return abs(int(self.timestamp) - now.timestamp()) <= SKEW.total_seconds()

    def fits(self, secret: str, body: bytes) -> bool:
        """Whether the holder of `secret` has sealed `body`; compared in constant time."""
        made = signature(secret, self.timestamp, self.nonce, body)
        return bool(secret) and hmac.compare_digest(made.encode(), self.signature.encode("utf-8", "replace"))


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Hexadecimal HMAC-SHA256 of `timestamp`, line feed, `nonce`, line feed, body. Neither of the first two can hold
    a line feed, so no two messages are sealed alike."""
    return hmac.new(secret.encode(), f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


def seal(secret: str, body: bytes, *, now: datetime) -> Seal:
    """A fresh seal for `body`."""
    timestamp, nonce = str(int(now.timestamp())), secrets.token_urlsafe(24)
    return Seal(timestamp, nonce, signature(secret, timestamp, nonce, body))


def new_secret() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)
