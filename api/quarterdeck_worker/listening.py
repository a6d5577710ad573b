"""The socket that the worker listens on: its own, or one inherited from the parent.

Opened before anything slow, so that a taken port is one clear line at once.
"""

import os
import socket

from quarterdeck_worker.errors import ConfigError
from quarterdeck_worker.settings import WorkerSettings


def open_socket(settings: WorkerSettings) -> socket.socket:
    """Raises ConfigError when the port is taken or the inherited descriptor is no socket."""
    if settings.listen_fd is not None:
        return _inherited(settings.listen_fd)
    try:
        return socket.create_server(("0.0.0.0", settings.port), backlog=2048)
    except OSError as exc:
        raise ConfigError(
            f"cannot listen on port {settings.port}: {os.strerror(exc.errno or 0)}"
        ) from exc


def _inherited(fd: int) -> socket.socket:
    try:
        inherited = socket.socket(fileno=fd)
        inherited.listen(2048)
    except OSError as exc:
        raise ConfigError(f"QUARTERDECK_LISTEN_FD={fd} is not a socket: {exc.strerror}") from exc
    return inherited
