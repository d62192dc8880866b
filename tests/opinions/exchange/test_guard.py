"""Which addresses are called: no machine of our own network, whatever its name says."""

import socket
from typing import Any
from unittest.mock import Mock

import pytest

from opinions.exchange.guard import BadAddress, checked_url, connect, is_allowed

PRIVATE = [
    "127.0.0.1", "10.0.0.5", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.5", "2002:0a00:0005::1", "64:ff9b::a00:5",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address_is_refused(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address)


def test_setting_allows_one_network_only(settings: Any) -> None:
    settings.EXCHANGE_NETWORKS = ["10.8.0.0/16"]
    assert is_allowed("10.8.3.4")
    assert not is_allowed("10.9.3.4")


@pytest.mark.parametrize(
    "address",
    [
        "", "ftp://example.org/", "https://", "https://user:pw@example.org/", "https://example.org:99999/",
        "https://example.org:0/", "https://127.0.0.1/", "https://[::1]/", "https://example.org/a b",
        "https://例子.example.org/", "//example.org/", "https://exa\nmple.org/",
    ],
)  # fmt: skip
def test_bad_address_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(BadAddress) as caught:
        checked_url(address)
    assert caught.value.field == "address"
    assert str(caught.value.message)


def test_plain_http_is_for_development_only(settings: Any) -> None:
    assert checked_url("http://example.org/").hostname == "example.org"
    settings.DEVELOPMENT = False
    with pytest.raises(BadAddress):
        checked_url("http://example.org/")


def test_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("10.0.0.5", 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("called"))
    with pytest.raises(BadAddress):
        connect("partner.example.org", 443, 1)


def test_what_was_judged_is_what_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    dial = Mock()
    rows = [(2, 1, 6, "", ("10.0.0.5", 443)), (2, 1, 6, "", ("8.8.8.8", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: rows)
    monkeypatch.setattr(socket, "create_connection", dial)
    connect("partner.example.org", 443, 1)
    dial.assert_called_once_with(("8.8.8.8", 443), 1)


def test_all_addresses_together_take_no_longer_than_one_may(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    rows = [(2, 1, 6, "", (f"8.8.8.{number}", 443)) for number in range(4)]

    def silent(_address: Any, seconds: float) -> None:
        tried.append(seconds)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: rows)
    monkeypatch.setattr(socket, "create_connection", silent)
    with pytest.raises(TimeoutError):
        connect("partner.example.org", 443, 8)
    assert tried == [2.0] * 4
