"""The network address of a client, also behind proxies, as far as those are trusted.

Anybody can send X-Forwarded-For, so it is believed from the right end only as long as the hop that
added it is one of ours.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final

Networks = Sequence[IPv4Network | IPv6Network]

_FORWARDED: Final = b"x-forwarded-for"
_MAX_HOPS: Final = 32


def client_address(scope: Any, trusted: Networks) -> str:
    """The client's address for an ASGI ``scope``; empty where there is none (a Unix socket)."""
    peer = scope.get("client")
    address: str = peer[0] if peer else ""
    if not trusted or not _is_trusted(address, tuple(trusted)):
        return address
    for hop in reversed(_hops(scope)):
        if not _is_address(hop):
            return address
        address = hop
        if not _is_trusted(hop, tuple(trusted)):
            return hop
    return address


def comes_through(scope: Any, trusted: Networks) -> bool:
    """Whether the peer of an ASGI ``scope`` is a proxy whose word is believed."""
    peer = scope.get("client")
    return bool(trusted and peer and _is_trusted(peer[0], tuple(trusted)))


def _hops(scope: Any) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED]
    hops = ",".join(values).split(",")[-_MAX_HOPS:]
    return [hop.strip() for hop in hops] if values else []


@lru_cache(maxsize=1024)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def _is_trusted(address: str, trusted: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    if not _is_address(address):
        return False
    parsed = ip_address(address)
    return any(parsed in network for network in trusted)
