"""The signature: what was sealed fits, and nothing else does."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opinions.exchange.signing import SKEW, Seal, new_secret, seal, signature
from tests.architecture.source import ROOT

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=32, max_size=60)


def test_signature_follows_the_recipe_of_the_guide() -> None:
    made = hmac.new(b"k" * 32, b'1763863200\nabcdefghijklmnop\n{"number":"1"}', hashlib.sha256).hexdigest()
    assert signature("k" * 32, "1763863200", "abcdefghijklmnop", b'{"number":"1"}') == made
    assert made in (ROOT / "docs" / "guides" / "exchange.zh-CN.md").read_text(encoding="utf-8")


@given(SECRETS, st.binary(max_size=200))
def test_fresh_seal_fits_and_survives_its_headers(secret: str, body: bytes) -> None:
    made = seal(secret, body, now=NOW)
    assert made.fits(secret, body)
    assert Seal.of(made.headers) == made
    assert made.is_current(NOW)


@given(SECRETS, SECRETS, st.binary(max_size=80))
def test_another_secret_does_not_fit(secret: str, other: str, body: bytes) -> None:
    assume(secret != other)
    assert not seal(secret, body, now=NOW).fits(other, body)


@given(SECRETS, st.binary(min_size=1, max_size=80), st.data())
def test_changed_body_does_not_fit(secret: str, body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    assert not seal(secret, body, now=NOW).fits(secret, changed)


@given(SECRETS, st.binary(max_size=40))
def test_time_and_nonce_cannot_be_moved_into_the_body(secret: str, body: bytes) -> None:
    made = seal(secret, body, now=NOW)
    later = Seal(str(int(made.timestamp) + 1), made.nonce, made.signature)
    longer = Seal(made.timestamp, made.nonce + "A", made.signature)
    assert not later.fits(secret, body)
    assert not longer.fits(secret, body)


@given(st.text(max_size=70), st.text(max_size=20))
def test_strange_headers_are_no_seal_or_do_not_fit(text: str, time: str) -> None:
    made = Seal.of({"X-Exchange-Timestamp": time, "X-Exchange-Nonce": text, "X-Exchange-Signature": text})
    assert made is None or not made.fits("k" * 32, b"{}")


def test_no_secret_fits_nothing() -> None:
    assert not seal("", b"{}", now=NOW).fits("", b"{}")


@pytest.mark.parametrize(
    ("apart", "expected"), [(SKEW, True), (-SKEW, True), (SKEW * 1.01, False), (-SKEW * 1.01, False)]
)
def test_clock_may_be_five_minutes_off(apart: timedelta, expected: bool) -> None:
    assert seal("k" * 32, b"", now=NOW).is_current(NOW + apart) is expected


def test_secrets_differ() -> None:
    assert len({new_secret() for _n in range(20)}) == 20
