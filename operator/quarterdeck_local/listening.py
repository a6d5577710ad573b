"""The gateway's port, taken before anything else starts, so that a taken one is found at once."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from quarterdeck_local.errors import CannotStart


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to the address; port 0 takes any. Raises CannotStart saying what to do."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as exc:
        raise CannotStart(f'"{host}" is not an address of this machine: {exc.strerror}') from exc
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            # Two sockets may be bound to one port as long as none of them listens.
            listener.listen()
        except OSError as exc:
            raise CannotStart(_explained(exc, host, port)) from exc
        listener.setblocking(False)
        yield listener


def url_of(listener: socket.socket) -> str:
    """Where programs on this machine reach the listener."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _explained(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: choose another with --port or PORT"
    if error.errno == errno.EACCES:
        return f"port {port} needs privileges: choose one above 1023 with --port or PORT"
    return f"cannot listen on {host} port {port}: {os.strerror(error.errno or errno.EIO)}"
