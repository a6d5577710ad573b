"""Ports for servers that are started later, which nobody takes in the meantime.

A port that the kernel chooses is from the range of which it gives every outgoing connection one: a
busy machine may use it for that before the server is there. These lie below that range, and so do
those that are 10,000 higher, where a Valkey of a cluster has its bus.
"""

import random
import socket
from typing import Final

HOST: Final = "127.0.0.1"
LOWEST: Final = 12_000
HIGHEST: Final = 19_999


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    while True:
        port = random.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        return port
