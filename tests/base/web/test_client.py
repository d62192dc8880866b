"""Which address counts as the visitor's."""

from typing import Any

import pytest
from django.test import RequestFactory

from liaison.base.web.client import client_address, client_hash


def ask(peer: str = "10.0.0.1", forwarded: str | None = None) -> str:
    headers: Any = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


def hashed(peer: str) -> str:
    return client_hash(RequestFactory().get("/", REMOTE_ADDR=peer))


def test_header_is_not_believed_without_proxies() -> None:
    assert ask(forwarded="1.2.3.4") == "10.0.0.1"


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_entry_of_the_outermost_own_proxy_counts(
    settings: Any, count: int, forwarded: str | None, address: str
) -> None:
    settings.TRUSTED_PROXIES = count
    assert ask(forwarded=forwarded) == address


def test_one_home_has_one_hash_over_ipv6() -> None:
    assert hashed("2001:db8:1:2::1") == hashed("2001:db8:1:2:ffff::9")
    assert hashed("2001:db8:1:2::1") != hashed("2001:db8:1:3::1")


def test_mapped_address_is_the_same_as_the_plain_one() -> None:
    assert hashed("::ffff:192.0.2.7") == hashed("192.0.2.7")


@pytest.mark.parametrize("peer", ["", "unknown", "1.2.3.4.5.6", "<script>"])
def test_strange_addresses_break_nothing(peer: str) -> None:
    assert len(hashed(peer)) in (0, 64)
