"""Sockets that refuse to be for a forbidden address: the check that no DNS answer gets around.

It runs after a name was resolved and before the connection is made, for every address of it, also
for those that stood in the URL as numbers. aiohttp's connector takes one as ``socket_factory``.
"""

import errno
import socket
from collections.abc import Callable
from typing import Any

from quarterdeck_contract.addresses import AddressPolicy

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
"""As ``socket.getaddrinfo`` gives it."""
SocketFactory = Callable[[AddressInfo], socket.socket]


class ForbiddenAddress(OSError):
    """The policy forbids connecting to this address."""

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EACCES, f"refused to connect: {reason}")


def guarded_sockets(policy: AddressPolicy) -> SocketFactory:
    """Makes sockets for the addresses that ``policy`` allows; raises ForbiddenAddress."""

    def open_socket(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _name, address = info
        reason = policy.refusal(str(address[0]))
        if reason is not None:
            raise ForbiddenAddress(reason)
        return socket.socket(family, kind, protocol)

    return open_socket
