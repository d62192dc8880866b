"""Where a request comes from, for throttling. Only a keyed hash of it is ever stored."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from liaison.base.privacy import blind_index


def client_address(request: HttpRequest) -> str:
    """The visitor's address: the entry that the outermost of our own proxies wrote, else the peer's address.

    With TRUSTED_PROXIES=0 the header X-Forwarded-For is not looked at, since anybody can send it. A header with
    too few entries did not come through our proxies; the peer's address is taken then.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    count = settings.TRUSTED_PROXIES
    if not count:
        return peer
    entries = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",") if entry.strip()]
    return entries[-count] if len(entries) >= count else peer


def client_hash(request: HttpRequest) -> str:
    """Keyed hash of the visitor's address; of its /64 network for IPv6, which one home holds as a whole."""
    text = client_address(request)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return blind_index(f"address:{text[:60]}") if text else ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, ipaddress.IPv6Address):
        return blind_index(f"address:{ipaddress.ip_network((address, 64), strict=False)}")
    return blind_index(f"address:{address}")
