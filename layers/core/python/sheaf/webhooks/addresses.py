"""webhooks: where the address of a webhook leads. Only to servers of the public internet, however it is written.

Whoever may make webhooks could otherwise make Sheaf send requests into networks that they cannot reach themselves
(server-side request forgery). The name is looked up when the webhook is made and anew for every request, and the
request goes to the very address that was looked up and judged.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from sheaf import settings
from sheaf.domain.errors import InvalidError

# RFC 1123; the last label has a letter, which no way of writing an IPv4 address has but the hexadecimal one.
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!0x)[a-z0-9-]*[a-z][a-z0-9-]*")
_PRINTED = re.compile(r"[!-~]+")
_LOCAL_HOSTS = ("localhost", "127.0.0.1")
_PORTS = {"https": 443, "http": 80}
_UNICAST = IPv6Network("2000::/3")


class RefusedAddressError(InvalidError):
    """No request is sent to this address. The message never says what the address was looked up as."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the host by its name, the IP address of it, and the path with the query."""

    host: str
    port: int
    address: str
    path: str
    is_encrypted: bool

    @property
    def host_header(self) -> str:
        """The host with the port where that is not the usual one."""
        usual = _PORTS["https" if self.is_encrypted else "http"]
        return self.host if self.port == usual else f"{self.host}:{self.port}"


def target(url: str) -> Target:
    """Where this leads now. With a local engine it may be a server of this machine, also without encryption.

    Raises:
        RefusedAddressError: it is no address of a server of the public internet by https.
    """
    if not _PRINTED.fullmatch(url) or "\\" in url:
        raise RefusedAddressError("url must consist of ASCII characters without spaces and backslashes")
    try:
        parts = urlsplit(url)
        host, given_port = (parts.hostname or ""), parts.port
    except ValueError as error:
        raise RefusedAddressError("url must be like https://hooks.example.com/sheaf") from error
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise RefusedAddressError("url must have neither a user name nor a password nor a fragment")
    is_local = settings.has_local_engine() and host in _LOCAL_HOSTS
    if parts.scheme != "https" and not (is_local and parts.scheme == "http"):
        raise RefusedAddressError("url must begin with https://")
    if not is_local and not _NAME.fullmatch(host):
        raise RefusedAddressError("url must name its host by a full domain name, not by an IP address")
    port = _PORTS[parts.scheme] if given_port is None else given_port
    if not is_local and port != 443 and port < 1024:
        raise RefusedAddressError("url must have the port 443 or one from 1024 on")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, _address(host, port, is_local=is_local), path, is_encrypted=parts.scheme == "https")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to one server of the public internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast
    # Outside of this range are loopback, local and mapped addresses; in it, those that carry an IPv4 address in them.
    return ip in _UNICAST and ip.is_global and ip.sixtofour is None and ip.teredo is None


def _address(host: str, port: int, *, is_local: bool) -> str:
    """The address that the name stands for; refused where one of several leads elsewhere than to the internet."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise RefusedAddressError("url names a host that was not found") from error
    addresses = [str(each[4][0]) for each in found]
    if not is_local and not all(map(is_public, addresses)):
        raise RefusedAddressError("url names a host that is not on the public internet")
    return addresses[0]
