"""Which addresses a partner may have: HTTPS, and no machine of our own network unless the setting allows it."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import InvalidInput

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


class BadAddress(InvalidInput):
    """The address may not be called."""

    message = _("接口地址不能用，请检查。")


def checked_url(address: str) -> SplitResult:
    """The parts of an address that may be called. Raises BadAddress. Its name is looked up only when calling."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadAddress(field="address") from error
    allowed = ("https", "http") if settings.DEVELOPMENT else ("https",)
    if parts.scheme not in allowed:
        raise BadAddress(_("接口地址要以 https:// 开头。"), field="address")
    if not parts.hostname or parts.username or parts.password or port == 0 or not address.isprintable():
        raise BadAddress(_("接口地址应像 https://example.org/orders，不带用户名和密码。"), field="address")
    if " " in address or not address.isascii():
        raise BadAddress(_("接口地址里不能有空格和汉字。"), field="address")
    _check_literal(parts.hostname)
    return parts


def port_of(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _check_literal(host: str) -> None:
    """An address written in digits can be judged at once."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not is_allowed(host):
        raise BadAddress(_("这是内部网络的地址。确需使用的，请管理员把网段写进 EXCHANGE_NETWORKS。"), field="address")


def is_allowed(text: str) -> bool:
    """Whether a machine with this address may be called: a public one, or one of the networks in the settings."""
    address = _plain(ipaddress.ip_address(text.split("%", 1)[0]))
    for network in settings.EXCHANGE_NETWORKS:
        if address in ipaddress.ip_network(network, strict=False):
            return True
    return address.is_global and not address.is_multicast


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def connect(host: str, port: int, timeout: float) -> socket.socket:
    """A connection to the first allowed address of `host` that answers, `timeout` seconds for all of them; what was
    judged is what is called, so that a name that changes its meaning in between (DNS rebinding) gains nothing.
    Raises BadAddress, OSError."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [address for address in dict.fromkeys(found) if is_allowed(address)]
    if not allowed:
        raise BadAddress(_("接口地址指向内部网络，没有发送。"), field="address")
    for number, address in enumerate(allowed, 1):
        try:
            line = socket.create_connection((address, port), timeout / len(allowed))
        except OSError:
            if number == len(allowed):
                raise
        else:
            line.settimeout(timeout)
            return line
    raise AssertionError("unreachable")
