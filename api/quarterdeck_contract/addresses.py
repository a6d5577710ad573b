"""To which network addresses a URL in a resource or a setting may lead.

Whoever may write a resource could otherwise make the gateway or the operator ask the cloud's
metadata service for credentials, or reach what listens for the process alone. A name says nothing
about where it leads, so what counts is the address of each connection (``guarded_sockets``); the
host in a URL is judged too, for an early and clear answer.
"""

import re
import socket
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA: Final = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # most clouds; link-local anyway
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:42::42",
    )
)
"""Services of clouds that give credentials to whoever asks from inside."""
METADATA_NAMES: Final = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
)
_TRANSLATED: Final = tuple(
    ip_network(text)
    for text in (
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of a network's own
        "::ffff:0:0:0/96",  # SIIT
    )
)
"""IPv6 addresses that translators turn into the IPv4 address in their last 32 bits."""
_COMPATIBLE: Final = ip_network("::/96")
_INET_ATON: Final = re.compile(r"(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)


@dataclass(frozen=True)
class AddressPolicy:
    """What may be connected to; metadata, link-local, multicast and unspecified addresses never."""

    public: bool = True
    """Addresses of the Internet."""
    private: bool = False
    """Also addresses of private networks: services of the cluster."""
    loopback: bool = False
    """Also this machine: everything of standalone mode is there."""
    allowed: Sequence[Network] = ()
    """Private or loopback networks that are allowed whatever else is said."""

    def refusal(self, address: str | Address) -> str | None:
        """Why ``address`` must not be connected to, for people; None when it may."""
        try:
            judged = real_address(ip_address(_without_zone(address)))
        except ValueError:
            return f"{address!r} is not an IP address"
        kind = self._forbidden_kind(judged)
        return None if kind is None else f"{address} is {kind}"

    def _forbidden_kind(self, address: Address) -> str | None:
        if kind := _never_allowed(address):
            return kind
        if any(address in network for network in self.allowed):
            return None
        if address.is_loopback:
            return None if self.loopback else "an address of the machine itself"
        if not address.is_global or _is_site_local(address):
            return None if self.private else "an address of a private network"
        return None if self.public else "a public address"


PUBLIC_ONLY: Final = AddressPolicy()
"""For URLs that lead out of the cluster: webhooks, issuers."""
IN_CLUSTER: Final = AddressPolicy(private=True)
"""For URLs that normally lead to services of the cluster: agents that run elsewhere, models."""
ON_A_LAPTOP: Final = AddressPolicy(private=True, loopback=True)
"""The same in standalone mode."""


def url_refusal(url: str, policy: AddressPolicy) -> str | None:
    """Why ``url`` must not be called as far as its text tells; None when its addresses decide."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "it is not a URL"
    if parts.scheme not in ("http", "https"):
        return "it does not begin with http:// or https://"
    if not host:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name or a password"
    return host_refusal(host, policy)


def host_refusal(host: str, policy: AddressPolicy) -> str | None:
    """The same for the host of a URL, a name or an address in any spelling."""
    name = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").rstrip(".").lower()
    literal = literal_address(name)
    if literal is not None:
        return policy.refusal(literal)
    if name == "localhost" or name.endswith(".localhost"):
        return policy.refusal("127.0.0.1")
    return f"{host} is a cloud's metadata service" if name in METADATA_NAMES else None


def literal_address(host: str) -> Address | None:
    """The address that resolvers read from ``host``, like 127.1, 0x7f000001 or 0177.0.0.1; None
    for a name."""
    try:
        return ip_address(_without_zone(host))
    except ValueError:
        return _read_as_resolvers_do(host)


def _read_as_resolvers_do(host: str) -> Address | None:
    if not _INET_ATON.fullmatch(host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def real_address(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does; else the address."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    compatible = address in _COMPATIBLE and int(address) > 1
    if compatible or any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _never_allowed(address: Address) -> str | None:
    if address in METADATA:
        return "a cloud's metadata service"
    if address.is_link_local:
        return "a link-local address, like those of metadata services"
    if address.is_multicast:
        return "a multicast address"
    if address.is_unspecified or (address.version == 4 and int(address) >> 24 == 0):
        return "an unspecified address"
    return "a reserved address" if address.version == 4 and address.is_reserved else None


def _is_site_local(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_site_local


def _without_zone(address: str | Address) -> str | Address:
    return address.partition("%")[0] if isinstance(address, str) else address
